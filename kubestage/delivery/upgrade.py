"""Upgrade and rollback: the talk's kubectl commands, watched to the end and proven from outside."""

from __future__ import annotations

from dataclasses import dataclass

from kubestage.delivery.deployment import NAME, Deployments, namespace
from kubestage.delivery.kubectl import Kubectl, rollout, set_image, shown
from kubestage.delivery.rollout import Revision, Rollout
from kubestage.delivery.service import Served, wait_until_served
from kubestage.errors import InputError, KubestageError, PartError

_SERVED_SECONDS = 60.0


@dataclass(frozen=True)
class Target:
    """One environment, as upgrade and rollback change it.

    Attributes:
        environment: test or prod.
        url: the service's address from outside, without a path.
        deployments: the cluster's.
        kubectl: speaks to the same cluster.
        seconds: how long a rollout may take.

    Raises:
        InputError: `seconds` are no time.
    """

    environment: str
    url: str
    deployments: Deployments
    kubectl: Kubectl
    seconds: float = 180.0

    def __post_init__(self) -> None:
        if not self.seconds > 0:  # not a number compares as false
            raise InputError(
                f"No rollout ends within {self.seconds:g} s", why="The timeout is above 0.", fix="--timeout 180"
            )

    def watch(self) -> tuple[Rollout, Served]:
        """Waits until the rollout is complete and its version is served.

        Raises:
            PartError: a pod cannot start, for a reason that waiting does not mend.
            WaitTimeout: the rollout took too long, or something else is served.
        """
        done = self.deployments.wait(self.environment, seconds=self.seconds)
        return done, wait_until_served(self.url, done.version, seconds=_SERVED_SECONDS)


@dataclass(frozen=True)
class Change:
    """What an upgrade or a rollback did.

    Attributes:
        environment: where.
        before: the version that the Deployment asked for before.
        revision_before: its revision.
        version: the version that is served now.
        revision: its revision.
        served: what /status said from outside.
    """

    environment: str
    before: str
    revision_before: int
    version: str
    revision: int
    served: Served

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.revision != self.revision_before


def upgrade_commands(environment: str, image: str) -> list[list[str]]:
    """The talk's commands for an upgrade to `image`, as arguments of kubectl."""
    return [set_image(environment, image), rollout(environment, "status")]


def rollback_commands(environment: str, to_revision: int | None) -> list[list[str]]:
    """The talk's commands for a rollback, as arguments of kubectl.

    Raises:
        InputError: `to_revision` is the number of no revision anywhere.
    """
    if to_revision is not None and to_revision < 1:
        raise InputError(
            f"{environment} has no revision {to_revision}",
            why="Revisions are counted from 1.",
            fix=f"./inv history --env {environment}",
        )
    options = [f"--to-revision={to_revision}"] if to_revision else []
    return [rollout(environment, "undo", *options), rollout(environment, "status")]


def upgrade(target: Target, image: str, before: Rollout, *, auto_rollback: bool = False) -> Change:
    """Sets the Deployment's image, and watches until its version is served.

    Args:
        target: the environment.
        image: the whole reference, which the registry must hold.
        before: what `changeable` found there.
        auto_rollback: when the new version cannot be served, go back to what was served before.

    Raises:
        PartError: the new version cannot be served; says whether it was rolled back.
        WaitTimeout: the same, without a final cause (and not `auto_rollback`).
        CommandFailed: kubectl refuses.
    """
    target.kubectl.run(upgrade_commands(target.environment, image)[0])
    try:
        done, served = target.watch()
    except KubestageError as error:
        if not auto_rollback:
            raise _failed(target, before, error) from error
        raise _rolled_back(target, before, error) from error
    return Change(target.environment, before.version, before.revision, done.version, done.revision, served)


def rollback(target: Target, before: Rollout, to_revision: int | None = None) -> Change:
    """Goes back to an earlier revision, and watches until its version is served.

    Args:
        target: the environment.
        before: what `changeable` found there.
        to_revision: a number of the history, as `check_revision` passes it; the revision before the current one if
            left out.

    Raises:
        PartError: the earlier version cannot be served.
        WaitTimeout: the same, without a final cause.
        CommandFailed: kubectl refuses.
    """
    target.kubectl.run(rollback_commands(target.environment, to_revision)[0])
    done, served = target.watch()
    return Change(target.environment, before.version, before.revision, done.version, done.revision, served)


def check_revision(target: Target, to_revision: int | None) -> None:
    """Refuses a rollback that has nowhere to go.

    Raises:
        InputError: there is no such revision, or none but the current one.
    """
    history = target.deployments.history(target.environment)
    if to_revision is None and len(history) < 2:
        raise InputError(
            f"{target.environment} has no earlier revision to go back to",
            why=f"Its history holds {_numbers(history)}.",
            fix=f"./inv history --env {target.environment}",
        )
    if to_revision is not None and to_revision not in {revision.number for revision in history}:
        raise InputError(
            f"{target.environment} has no revision {to_revision}",
            why=f"Its history holds {_numbers(history)}.",
            fix=f"./inv history --env {target.environment}",
        )


def changeable(target: Target) -> Rollout:
    """What is to be changed; refused where nobody could be served by it.

    Raises:
        InputError: the Deployment is scaled to zero.
        PartError: there is none.
    """
    found = target.deployments.require(target.environment)
    if found.wanted == 0:
        scale = shown(["scale", f"deployment/{NAME}", "--replicas=3", "-n", namespace(target.environment)])
        raise InputError(
            f"{target.environment} is scaled to zero, so that no version of it can be served",
            why="Without a pod nothing shows that a version starts.",
            fix=f'eval "$(./inv env)" && {scale}',
        )
    return found


def _numbers(history: list[Revision]) -> str:
    return ", ".join(f"{revision.number} ({revision.version})" for revision in history) or "none"


def _failed(target: Target, before: Rollout, error: KubestageError) -> PartError:
    return PartError(
        f"{target.environment}: the upgrade failed: {error.what}",
        why=error.why,
        fix=f"./inv rollback --env {target.environment} --to-revision {before.revision}   # back to {before.version}",
    )


def _rolled_back(target: Target, before: Rollout, error: KubestageError) -> PartError:
    try:
        target.kubectl.run(rollback_commands(target.environment, before.revision)[0])
        _, served = target.watch()
    except KubestageError as second:
        return PartError(
            f"{target.environment}: the upgrade failed, and so did the rollback to revision {before.revision}",
            why=f"{error.what}\n{error.why}\nrollback: {second.what}\n{second.why}",
            fix=f"./inv history --env {target.environment}",
        )
    return PartError(
        f"{target.environment}: the upgrade failed and was rolled back; {served.version} is served",
        why=f"{error.what}\n{error.why}",
        fix=f"./inv history --env {target.environment}",
    )
