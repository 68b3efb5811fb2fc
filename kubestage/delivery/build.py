"""CI: the job uuid.image, triggered over its webhook and followed to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kubestage.delivery.jenkins import Build, Jenkins
from kubestage.delivery.registry import Registry
from kubestage.errors import InputError, PartError
from kubestage.waits import wait_for

JOB = "uuid.image"


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


def build_image(
    jenkins: Jenkins, registry: Registry, version: str, tell: Callable[[str], None], *, force: bool = False
) -> Image:
    """Builds the version that master holds and pushes it, unless the registry has it already.

    Args:
        jenkins: where the job is.
        registry: where the image goes.
        version: the version in the pom on master.
        tell: called with the build's log as it grows.
        force: build although the version is there; its tag then moves to the new image.

    Raises:
        InputError: the version is there (and not `force`).
        PartError: the build failed, or it ended well and the image is not there.
    """
    there = registry.digest(version)
    if there and not force:
        raise InputError(
            f"{version} is in the registry already ({there[:19]}…)",
            why="A version that may be running is not overwritten.",
            fix="./inv ci.build --force",
        )
    queued = jenkins.invoke_webhook(JOB, {"ref": "refs/heads/master"}, {"X-Gitlab-Event": "Push Hook"})
    build = jenkins.follow(JOB, queued[JOB], tell)
    return _pushed(registry, version, build)


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
    there = registry.digest(version)
    before = jenkins.last_number(JOB)
    pushed = push()
    if there:
        return Image(version, there, None)
    if not pushed:
        return build_image(jenkins, registry, version, tell)
    number = wait_for(
        f"GitLab's hook starts {JOB} for {version}",
        lambda: number if (number := jenkins.last_number(JOB)) > before else None,
        seconds=60,
        fix="./inv logs gitlab",
    )
    return _pushed(registry, version, jenkins.follow_build(JOB, number, tell))


def _pushed(registry: Registry, version: str, build: Build) -> Image:
    build.require_success()
    digest = registry.digest(version)
    if digest is None:
        raise PartError(
            f"{JOB} #{build.number} succeeded, and {version} is not in the registry",
            why=f"The registry holds {', '.join(registry.tags()) or 'nothing'}.",
            fix=f"look at {build.url}console",
        )
    return Image(version, digest, build)
