"""What every action has: what it wants to know, what it would do, and how it is done."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from portal.actions.task import Task
from portal.clients.credentials import Credentials
from portal.clients.gitlab import GitLab
from portal.clients.jenkins import Jenkins
from portal.clients.kubernetes import Kubernetes
from portal.clients.registry import Registry
from portal.errors import Refusal, invalid
from portal.models.actions import Action, ActionName, Parameter, Plan, PlannedRequest
from portal.settings import ENVIRONMENTS, Settings, namespace
from portal.view import objects
from portal.watch.cluster import Watched
from portal.watch.seen import Seen


class Parameters(BaseModel):
    """An action's parameters; names that it does not know are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True)
class Means:
    """With what actions are done.

    Attributes:
        settings: the portal's.
        credentials: the portal's accounts.
        jenkins: the client.
        gitlab: the client.
        registry: the client.
        kubernetes: the client.
        seen: what is known just now.
    """

    settings: Settings
    credentials: Credentials
    jenkins: Jenkins
    gitlab: GitLab
    registry: Registry
    kubernetes: Kubernetes
    seen: Seen

    def watched(self, environment: str) -> Watched:
        """An environment's objects.

        Raises:
            PartDown: they cannot be seen.
            Refusal: they have not been looked at yet.
        """
        watched = self.seen.cluster.environments[environment]
        if watched.error:
            raise watched.error
        if not watched.synced:
            raise Refusal("not-ready", "The portal has not seen the cluster yet", why="It begins.", fix="again soon")
        return watched


@dataclass(frozen=True)
class Prepared:
    """An action that could be done.

    Attributes:
        parameters: with defaults filled in.
        title: in a few words.
        words: what will happen.
        requests: what will be sent.
        environment: which is changed; empty for none.
        confirm: the question to ask before; empty for none.
    """

    parameters: dict[str, Any]
    title: str
    words: list[str]
    requests: list[PlannedRequest]
    environment: str = ""
    confirm: str = ""

    def plan(self, action: ActionName, approval: str) -> Plan:
        """It as the API tells it."""
        return Plan(
            action=action, parameters=self.parameters, words=self.words, confirm=self.confirm, approval=approval,
            requests=self.requests,
        )  # fmt: skip


@dataclass
class Act(ABC):
    """One action.

    Attributes:
        means: with what it is done.
    """

    name: ClassVar[ActionName]
    title: ClassVar[str]
    description: ClassVar[str]
    model: ClassVar[type[Parameters]]

    means: Means = field(repr=False)

    @abstractmethod
    def parameters(self) -> list[Parameter]:
        """What it wants to know, with the choices that there are just now."""

    @abstractmethod
    async def prepare(self, given: Any, *, patient: bool) -> Prepared:
        """Looks whether it can be done, and what that would be.

        Args:
            given: the parameters, an instance of `model`.
            patient: a rollout that is under way will be waited for.

        Raises:
            Refusal: it cannot.
            PartDown: a part that it needs does not answer.
        """

    @abstractmethod
    async def carry_out(self, task: Task) -> str:
        """Does it, or goes on where an earlier life of the portal stopped; says what came of it.

        Raises:
            PortalError: it failed; says why and what next.
        """

    def describe(self) -> Action:
        """It as the API tells it."""
        return Action(
            name=self.name, title=self.title, description=self.description, parameters=self.parameters(),
            role="operator",
        )  # fmt: skip

    def understood(self, given: Mapping[str, Any]) -> Parameters:
        """The parameters, checked.

        Raises:
            Refusal: one is missing, unknown or out of range; says which and why.
        """
        try:
            return self.model.model_validate(dict(given))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "parameters"
            where = where.encode("utf-8", "replace").decode()
            fix = "GET /api/v1/actions tells what it takes"
            why = first["msg"].removeprefix("Value error, ")
            raise invalid(f"{self.name}: {where}: {why}", fix=fix, field=where) from None

    def refuse_amid_rollout(self, environment: str) -> None:
        """Refuses while a rollout is under way that can still go on.

        Strategy or replicas changed amid a rollout can stop it for ever, and uuid.yaml, which a deployment applies,
        brings both.

        Raises:
            Refusal: it is.
        """
        rollout = objects.rollout(self.means.watched(environment))
        if (
            self.means.seen.cluster.environments[environment].deployment
            and not rollout.complete
            and not rollout.message
        ):
            raise Refusal(
                "rollout-running",
                f"A rollout is under way in {environment}",
                why=f"{rollout.available} of {rollout.wanted} replicas serve, {rollout.updated} are updated.",
                fix=f"kubectl rollout status deployment/uuid-deploy -n {namespace(environment)}   # and then again",
            )

    async def refuse_unknown_version(self, version: str) -> str:
        """The digest of a version; refuses one that the registry does not have.

        Raises:
            Refusal: it does not; says which there are.
        """
        digest = await self.means.registry.digest(version)
        if not digest:
            there = await self.means.registry.tags()
            raise Refusal(
                "unknown-version",
                f"{version} is not in the registry",
                why=f"It holds {', '.join(there[-20:])}." if there else "It holds no version yet.",
                fix="build it first, or choose one that is there",
                status=404,
                field="version",
            )
        return digest

    def version_choices(self) -> list[str]:
        """The versions that the registry is known to hold, latest last."""
        return sorted(self.means.seen.registry.digests)


def environment_parameter() -> Parameter:
    """Which environment."""
    return Parameter(name="environment", title="Environment", kind="environment", choices=list(ENVIRONMENTS))
