"""One sandbox and the clients of its parts, each made when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kubestage.delivery.jenkins import Jenkins
from kubestage.delivery.registry import Registry
from kubestage.docker import Engine, connect
from kubestage.errors import InputError
from kubestage.secrets import PUSHER, Secrets
from kubestage.settings import Settings

if TYPE_CHECKING:
    from kubestage.delivery.deployment import Deployments
    from kubestage.delivery.kubectl import Kubectl
    from kubestage.supply import Supply


class Sandbox:
    """The sandbox that the settings name.

    Attributes:
        settings: its name, folder and addresses.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def existing(cls) -> Sandbox:
        """The one that the settings name, which must be there.

        Raises:
            InputError: nobody has called `up` yet.
        """
        sandbox = cls(Settings.load())
        if not sandbox.settings.folder.exists():
            raise InputError(
                f"There is no sandbox {sandbox.settings.sandbox!r}",
                why=f"{sandbox.settings.folder} does not exist.",
                fix="./inv up --yes",
            )
        return sandbox

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

    @cached_property
    def kubectl(self) -> Kubectl:
        """The kubectl of this sandbox, as `./inv env` gives it to a shell."""
        from kubestage.delivery.kubectl import Kubectl

        return Kubectl(self.supply.tool("kubectl"), self.settings.kubeconfig)

    @property
    def deployments(self) -> Deployments:
        """The service's Deployments in its cluster; looked up anew, since a cluster made again has another address.

        Raises:
            PartError: there is no cluster yet.
        """
        from kubestage.delivery.deployment import Deployments

        return Deployments.of(self.settings.kubeconfig)
