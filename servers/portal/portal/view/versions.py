"""The versions that there are, and the commits on their way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from portal.clients.jenkins import Build
from portal.models.chain import Environment, Place, State, Travelling, Version
from portal.view.parts import build_page
from portal.watch.seen import Seen

SHOWN_COMMITS = 8
_CLOCKS = timedelta(seconds=2)  # the image's time is the engine's, the build's is Jenkins'
# A time as Docker writes it has nanoseconds, of which Python takes six digits.
_FRACTION = re.compile(r"(\.\d{6})\d+")


def versions(seen: Seen, environments: Iterable[Environment]) -> list[Version]:
    """What the registry holds, latest first."""
    builds = seen.jenkins.seen.builds(seen.settings.image_job)
    found = [_version(seen, tag, digest, builds, environments) for tag, digest in seen.registry.digests.items()]
    return sorted(found, key=lambda one: (one.created.timestamp() if one.created else 0.0, one.version), reverse=True)


def travelling(seen: Seen, found: list[Version], environments: Iterable[Environment]) -> list[Travelling]:
    """The latest commits, each where it has come to, latest first."""
    project, job = seen.settings.project, seen.settings.image_job
    refs: dict[str, tuple[str, datetime]] = {}
    for ref, commit in seen.gitlab.refs.items():
        if commit.sha not in refs or ref.startswith("refs/tags/"):
            refs[commit.sha] = (ref, moment(commit.when) or datetime.min.replace(tzinfo=UTC))
    for build in reversed(seen.jenkins.seen.builds(job)):
        if sha := build.commit(project):
            refs[sha] = (build.parameters.get("ref") or refs.get(sha, ("refs/heads/master",))[0], build.started)
    for push in reversed(seen.pushes.latest):
        known = refs.get(push.commit)
        refs[push.commit] = (push.ref, max(push.at, known[1]) if known else push.at)
    latest = sorted(refs.items(), key=lambda item: item[1][1], reverse=True)[:SHOWN_COMMITS]
    places = list(environments)
    return [_travelling(seen, sha, ref, since, found, places) for sha, (ref, since) in latest]


def moment(text: str) -> datetime | None:
    """A time as servers write it; None where there is none."""
    try:
        return datetime.fromisoformat(_FRACTION.sub(r"\1", text)) if text else None
    except ValueError:
        return None


def _version(
    seen: Seen, tag: str, digest: str, builds: tuple[Build, ...], environments: Iterable[Environment]
) -> Version:
    facts = seen.registry.facts.get(digest)
    created = moment(facts.created) if facts else None
    build = _maker(seen, builds, tag, facts.commit if facts else "", created)
    commit = (facts.commit if facts else "") or (build.commit(seen.settings.project) if build else "")
    return Version(
        version=tag,
        digest=digest,
        commit=commit,
        commit_link=f"{seen.settings.gitlab.link}/{seen.settings.project}/-/commit/{commit}" if commit else "",
        created=created,
        build=build.number if build else 0,
        build_link=build_page(seen, build) if build else "",
        environments=[one.name for one in environments if digest in one.digests],
    )


def _maker(seen: Seen, builds: tuple[Build, ...], tag: str, commit: str, created: datetime | None) -> Build | None:
    """The build that made an image: the one during which it came to be, else the first that succeeded with it."""
    fit = [
        build
        for build in builds
        if build.result == "SUCCESS"
        and (build.version == tag if build.version else bool(commit) and build.commit(seen.settings.project) == commit)
    ]
    for build in fit:
        if created and build.started - _CLOCKS <= created <= build.started + timedelta(seconds=build.seconds) + _CLOCKS:
            return build
    return fit[-1] if fit else None


def _travelling(
    seen: Seen, sha: str, ref: str, since: datetime, found: list[Version], environments: list[Environment]
) -> Travelling:
    commit = seen.gitlab.commits.get(sha)
    push = next((one for one in seen.pushes.latest if one.commit == sha), None)
    builds = [
        build
        for build in seen.jenkins.seen.builds(seen.settings.image_job)
        if build.commit(seen.settings.project) == sha
    ]
    build = builds[0] if builds else None
    version = next((one for one in found if one.commit == sha), None)
    at, state, since = _place(build, version, environments, since)
    return Travelling(
        commit=sha,
        ref=ref,
        author=commit.author if commit else push.author if push else "",
        message=commit.title if commit else push.message if push else "",
        link=commit.link if commit else push.link if push else "",
        at=at,
        state=state,
        since=since,
        build=build.number if build else 0,
        build_link=build_page(seen, build) if build else "",
        version=version.version if version else "",
    )


def _place(
    build: Build | None, version: Version | None, environments: list[Environment], pushed: datetime
) -> tuple[Place, State, datetime]:
    """How far it has come, how it is there, and since when."""
    if build and build.running:
        return "jenkins", State.BUSY, build.started
    if version:
        homes = [one for one in environments if one.declared == version.version and one.image]
        if homes:
            home = homes[-1]
            begun = [pod.started for pod in home.pods if pod.started and pod.version == version.version]
            return home.name, home.state, min(begun, default=version.created or pushed)
        return "registry", State.OK, version.created or pushed
    if build:
        ended = build.started + timedelta(seconds=build.seconds)
        return "jenkins", State.OK if build.result == "SUCCESS" else State.FAILED, ended
    return "gitlab", State.OK, pushed
