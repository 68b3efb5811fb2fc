"""One sandbox and the clients of its parts, each made when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kubestage.delivery.jenkins import Jenkins
from kubestage.delivery.registry import Registry
from kubestage.docker import Engine, connect
from kubestage.secrets import PUSHER, Secrets
from kubestage.settings import Settings

if TYPE_CHECKING:
    from kubestage.delivery.deployment import Deployments
    from kubestage.supply import Supply


class Sandbox:
    """The sandbox that the settings name.

    Attributes:
        settings: its name, folder and addresses.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def secrets(self) -> Secrets:
        """Its secrets, which the first `up` makes.

        Raises:
            InputError: there is no such sandbox yet.
        """
        return Secrets.load(self.settings)

    @cached_property
    def engine(self) -> Engine:
        """The Docker engine that runs it.

        Raises:
            MachineError: it does not answer.
        """
        return connect()

    @cached_property
    def supply(self) -> Supply:
        """Tools and images."""
        from kubestage.supply import Supply

        return Supply(self.settings, self.engine.address.url)

    @cached_property
    def registry(self) -> Registry:
        """Its registry, with the account that may push."""
        return Registry(self.settings.registry, PUSHER, self.secrets.registry_pusher_password)

    @cached_property
    def jenkins(self) -> Jenkins:
        """Its Jenkins, as the administrator."""
        return Jenkins(self.settings.jenkins_url, "admin", self.secrets.jenkins_admin_token)

    @property
    def deployments(self) -> Deployments:
        """The service's Deployments in its cluster; looked up anew, since a cluster made again has another address.

        Raises:
            PartError: there is no cluster yet.
        """
        from kubestage.delivery.deployment import Deployments

        return Deployments.of(self.settings.kubeconfig)
