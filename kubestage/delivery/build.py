"""CI: the jobs uuid.image and uuid.image.talk, triggered over the webhook and followed to their end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kubestage.delivery.jenkins import Build, Jenkins
from kubestage.delivery.registry import Registry
from kubestage.errors import InputError, PartError
from kubestage.waits import wait_for

MASTER = "refs/heads/master"

# By the name that `ci.build --pipeline` takes.
JOBS = {"default": "uuid.image", "talk": "uuid.image.talk"}


@dataclass(frozen=True)
class Order:
    """What CI is asked to build.

    Attributes:
        version: the image's tag that must come of it; on a branch other than master, what it begins with.
        ref: the branch or tag, as in "refs/heads/master"; the talk's pipeline builds master, whatever is asked.
        pipeline: a key of JOBS.
        force: build although the registry has the version; its tag then moves to the new image.
        clean: from an empty workspace and with `docker build --no-cache`, as the talk's pipeline always does.
    """

    version: str
    ref: str = MASTER
    pipeline: str = "default"
    force: bool = False
    clean: bool = False

    @property
    def job(self) -> str:
        """The job that builds it."""
        return JOBS[self.pipeline]

    @property
    def is_version(self) -> bool:
        """Whether the image takes the version's own name; a branch's image gets one of its own."""
        return self.ref == MASTER or self.ref.startswith("refs/tags/")

    def check(self) -> None:
        """Refuses what no pipeline can do.

        Raises:
            InputError: there is no such pipeline, or the talk's is asked for something else than master.
        """
        if self.pipeline not in JOBS:
            raise InputError(
                f"There is no pipeline {self.pipeline!r}", why=f"There are {' and '.join(JOBS)}.", fix="./inv ci.build"
            )
        if self.pipeline == "talk" and self.ref != MASTER:
            raise InputError(
                f"The talk's pipeline cannot build {self.ref}",
                why="It checks master out, in its own words; the default pipeline builds any ref.",
                fix="./inv ci.build --ref …   # without --pipeline talk",
            )


@dataclass(frozen=True)
class Image:
    """A version in the registry.

    Attributes:
        version: its tag.
        digest: "sha256:…" of its manifest.
        build: the build that made it, None when it was there already.
    """

    version: str
    digest: str
    build: Build | None


def build_image(jenkins: Jenkins, registry: Registry, order: Order, tell: Callable[[str], None]) -> Image:
    """Has CI build what is ordered and push it, unless the registry has it already.

    Args:
        jenkins: where the jobs are.
        registry: where the image goes.
        order: what to build.
        tell: called with the build's log as it grows.

    Raises:
        InputError: the order makes no sense, or the version is there (and the order does not force it).
        PartError: the build failed, or it ended well and the image is not there.
    """
    order.check()
    there = registry.digest(order.version) if order.is_version else None
    if there and not order.force:
        raise InputError(
            f"{order.version} is in the registry already ({there[:19]}…)",
            why="A version that may be running is not overwritten.",
            fix="raise the version in the pom and push, or: ./inv ci.build --force",
        )
    body = {"ref": order.ref, "force": _word(order.force), "clean": _word(order.clean)}
    queued = jenkins.invoke_webhook(order.job, body, {"X-Gitlab-Event": "Push Hook"})
    return _pushed(registry, order, jenkins.follow(order.job, queued[order.job], tell))


def build_by_push(
    jenkins: Jenkins, registry: Registry, version: str, push: Callable[[], bool], tell: Callable[[str], None]
) -> Image:
    """Pushes a version to GitLab and follows the build that GitLab's hook starts.

    Args:
        jenkins: where the job is.
        registry: where the image goes.
        version: the version that is pushed.
        push: pushes it; false when GitLab had it already, and so sends no hook.
        tell: called with the build's log as it grows.

    Raises:
        PartError: the build failed, or it ended well and the image is not there.
        WaitTimeout: the hook started no build within a minute.
    """
    order = Order(version, f"refs/tags/{version}")
    there = registry.digest(version)
    before = jenkins.last_number(order.job)
    pushed = push()
    if there:
        return Image(version, there, None)
    if not pushed:
        return build_image(jenkins, registry, order, tell)
    number = wait_for(
        f"GitLab's hook starts {order.job} for {version}",
        lambda: number if (number := jenkins.last_number(order.job)) > before else None,
        seconds=60,
        fix="./inv logs gitlab",
    )
    return _pushed(registry, order, jenkins.follow_build(order.job, number, tell))


def _pushed(registry: Registry, order: Order, build: Build) -> Image:
    build.require_success()
    tags = registry.tags()
    # A branch's image is named after its commit, which only the build knows; it says so in its log.
    version = next((tag for tag in tags if _is_built(order, tag, build)), None)
    digest = registry.digest(version) if version else None
    if version is None or digest is None:
        raise PartError(
            f"{order.job} #{build.number} succeeded, and {order.version} is not in the registry",
            why=f"The registry holds {', '.join(tags) or 'nothing'}.",
            fix=f"look at {build.url}console",
        )
    return Image(version, digest, build)


def _is_built(order: Order, tag: str, build: Build) -> bool:
    if order.is_version:
        return tag == order.version
    return tag.startswith(f"{order.version}-") and f":{tag}" in build.log


def _word(flag: bool) -> str:
    return "true" if flag else "false"
