"""The chain's last links: what each environment runs, and whether all run the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kubestage.delivery.trace.link import Link, Mark, failed, short
from kubestage.delivery.trace.revisions import Revision
from kubestage.errors import KubestageError


@dataclass(frozen=True)
class Place:
    """An environment and its revisions.

    Attributes:
        name: test or prod.
        revisions: those that the cluster keeps, oldest first.
        error: why they could not be read.
    """

    name: str
    revisions: Sequence[Revision]
    error: KubestageError | None

    def of(self, version: str) -> list[Revision]:
        """The revisions of a version."""
        return [revision for revision in self.revisions if revision.version == version]

    @property
    def current(self) -> Revision | None:
        """The newest revision."""
        return self.revisions[-1] if self.revisions else None

    def running(self, version: str) -> list[str]:
        """The digests that pods of the newest revision run, if that is of this version."""
        return self.current.digests if self.current and self.current.version == version else []


def place_link(place: Place, version: str, digest: str | None) -> Link:
    """What an environment has of a version.

    Args:
        place: the environment.
        version: the version.
        digest: what the registry has under its tag; None when nothing.
    """
    if place.error:
        return failed(place.name, place.error)
    mine = place.of(version)
    facts = {"revisions": [revision.record() for revision in mine]}
    current = place.current
    serving = f"it runs {current.version}" if current else "it has no Deployment"
    if not mine:
        return Link(place.name, Mark.ASIDE, f"no revision of {version}; {serving}", facts=facts)
    details = tuple(_line(revision) for revision in mine)
    if current not in mine:
        numbers = ", ".join(str(revision.number) for revision in mine)
        return Link(
            place.name, Mark.ASIDE, f"ran it as revision {numbers}; now {serving}", mine[-1].created, "", details,
            facts=facts,
        )  # fmt: skip
    running = mine[-1]
    what = f"revision {running.number}, {len(running.pods)} of {running.wanted} pods"
    again = f"./inv cd.deploy --env {place.name} --version {version}"
    if not running.digests:
        return Link(
            place.name, Mark.BROKEN, f"{what}, and none of them runs", running.created, "", details,
            f"./inv logs {place.name}", facts,
        )  # fmt: skip
    if running.digests != [digest]:
        other = ", ".join(short(one) for one in running.digests)
        what += f" on {other}, which is not what the registry now has as {version}"
        fix = f"{again}@{digest}" if digest else f"./inv ci.build --version {version}"
        return Link(place.name, Mark.BROKEN, what, running.created, "", details, fix, facts)
    return Link(
        place.name, Mark.HOLDS, f"{what} on {short(running.digests[0])}", running.created, "", details, "", facts
    )


def verdict(places: Sequence[Place], version: str) -> tuple[bool | None, str]:
    """Whether all environments run a version from one digest, and that in words; None when not all of them run it."""
    unknown = [place.name for place in places if place.error]
    if unknown:
        return None, f"What {' and '.join(unknown)} run{'s' if len(unknown) == 1 else ''} cannot be told"
    running = {place.name: place.running(version) for place in places}
    if all(running.values()):
        digests = {digest for several in running.values() for digest in several}
        if len(digests) == 1:
            return True, f"{' and '.join(running)} run the same digest: {digests.pop()}"
        said = "; ".join(f"{name} {', '.join(several)}" for name, several in running.items())
        return False, f"{' and '.join(running)} do NOT run the same digest: {said}"
    missing = [name for name, several in running.items() if not several]
    return None, f"{' and '.join(missing)} {'does' if len(missing) == 1 else 'do'} not run {version} at present"


def _line(revision: Revision) -> str:
    earlier = f" (before: {', '.join(map(str, revision.earlier))})" if revision.earlier else ""
    ready = sum(pod.ready for pod in revision.pods)
    pods = f"{ready} pods ready on {', '.join(revision.digests)}" if revision.pods else "no pods"
    return f"revision {revision.number}{earlier}, made {revision.created}: {pods}"
