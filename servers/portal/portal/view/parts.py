"""The servers' boxes: GitLab, Jenkins, SonarQube, the registry."""

from __future__ import annotations

from datetime import timedelta

from portal.clients.jenkins import Build, JobState
from portal.database import now
from portal.errors import PartDown
from portal.models.chain import Part, PartName, Passing, State
from portal.watch.pace import Health
from portal.watch.seen import Seen

# How long a push is shown in GitLab's box: one sees it, and it is gone when the build has it.
PUSH_SHOWN = timedelta(seconds=6)
_ANALYSIS = ("analysis", "quality gate", "sonar")
_FAILED = ("FAILURE", "ABORTED")


def server_parts(seen: Seen) -> list[Part]:
    """The boxes before the environments, in the order in which a change passes through them."""
    settings = seen.settings
    parts = [_gitlab(seen), _jenkins(seen)]
    if seen.sonarqube:
        found = _part("sonarqube", "SonarQube", settings.sonarqube.link, seen.sonarqube.health)
        if found.state == State.OK and seen.sonarqube.status != "UP":
            found.state, found.message = State.BUSY, f"It says {seen.sonarqube.status or 'nothing'}."
        parts.append(_with(found, _in_stage(seen, _ANALYSIS)))
    # A registry has no page of its own, and its API asks a browser for an account: the portal shows what it holds.
    registry = _part("registry", "Registry", f"{settings.external_url}/versions", seen.registry.health)
    return [*parts, _with(registry, _in_stage(seen, ("push",)))]


def running(seen: Seen) -> list[Build]:
    """The builds of both jobs that run, latest first."""
    found = [build for state in seen.jenkins.seen.jobs.values() for build in state.builds if build.running]
    return sorted(found, key=lambda build: build.started, reverse=True)


def build_page(seen: Seen, build: Build) -> str:
    """A build's page."""
    return f"{seen.settings.jenkins.link}/job/{build.job}/{build.number}/"


def _gitlab(seen: Seen) -> Part:
    settings = seen.settings
    part = _part("gitlab", "GitLab", f"{settings.gitlab.link}/{settings.project}", seen.gitlab.health)
    fresh = [push for push in seen.pushes.latest if now() - push.at < PUSH_SHOWN]
    return _with(
        part,
        [
            Passing(kind="push", title=_short(push.ref), detail=push.message, link=push.link, since=push.at)
            for push in fresh
        ],
    )


def _jenkins(seen: Seen) -> Part:
    part = _part("jenkins", "Jenkins", f"{seen.settings.jenkins.link}/", seen.jenkins.health)
    if part.state != State.OK:
        return part
    passing = [_passing(seen, build) for build in running(seen)]
    for state in seen.jenkins.seen.jobs.values():
        if item := state.waiting:
            passing.append(Passing(kind="queued", title=item.job, detail=item.why, since=item.since))
    broken = [build for state in seen.jenkins.seen.jobs.values() if (build := _last_failed(state))]
    if broken:
        part.state = State.FAILED
        part.message = "; ".join(f"{build.job} {build.title} ended as {build.result}." for build in broken)
        part.fix = f"look at {build_page(seen, broken[0])}console"
    return _with(part, passing)


def _last_failed(state: JobState) -> Build | None:
    """The job's last build that has ended, if it did not end well."""
    last = next((build for build in state.builds if not build.running), None)
    return last if last and last.result in _FAILED else None


def _passing(seen: Seen, build: Build) -> Passing:
    stage = seen.jenkins.seen.stages.get((build.job, build.number), "")
    detail = stage.strip("= ") or build.cause
    return Passing(
        kind="build", title=f"{build.job} {build.title}", detail=detail, link=build_page(seen, build),
        since=build.started,
    )  # fmt: skip


def _in_stage(seen: Seen, words: tuple[str, ...]) -> list[Passing]:
    """The running builds whose stage has one of these words in its name."""
    stages = seen.jenkins.seen.stages
    found = [build for build in running(seen) if build.job == seen.settings.image_job]
    return [
        _passing(seen, build)
        for build in found
        if any(word in stages.get((build.job, build.number), "").lower() for word in words)
    ]


def _part(name: PartName, title: str, link: str, health: Health) -> Part:
    part = Part(name=name, title=title, link=link, state=State.OK, checked=health.heard)
    if not health.asked:
        part.state, part.message = State.UNKNOWN, "It was not asked yet."
    elif error := health.error:
        part.state = State.ABSENT if isinstance(error, PartDown) else State.FAILED
        part.message, part.fix = f"{error.what}: {error.why}", error.fix
    return part


def _with(part: Part, passing: list[Passing]) -> Part:
    """The part with what runs through it; something that runs makes a sound part busy, and one that failed too."""
    if part.state in (State.OK, State.FAILED, State.BUSY) and passing:
        part.passing, part.state = passing, State.BUSY
    return part


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/")
