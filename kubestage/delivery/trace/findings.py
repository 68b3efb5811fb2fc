"""What the systems know of one version, each asked once; one that does not answer hinders no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kubestage.delivery.build import JOBS
from kubestage.delivery.jenkins import Jenkins
from kubestage.delivery.registry import Registry
from kubestage.delivery.trace.builds import PastBuild, concerning, maker, past_builds
from kubestage.delivery.trace.link import utc
from kubestage.delivery.trace.places import Place
from kubestage.delivery.trace.repository import Commit, Delivery, Repository, Tag
from kubestage.delivery.trace.revisions import revisions
from kubestage.errors import InputError, KubestageError
from kubestage.providers.kubernetes.api import Api

T = TypeVar("T")

# The job that the project's hook starts; the talk's own pipeline has a job of its own, which is started by token.
HOOKED = JOBS["default"]

# https://github.com/opencontainers/image-spec/blob/main/annotations.md
_REVISION_LABEL = "org.opencontainers.image.revision"
_VERSION_LABEL = "org.opencontainers.image.version"


@dataclass(frozen=True)
class Systems:
    """What the chain goes through.

    Attributes:
        repository: the service's project in GitLab.
        jenkins: where the jobs of JOBS are.
        registry: where the images are.
        cluster: gives the cluster's API; raises where there is none.
        environments: the environments in the order of promotion.
    """

    repository: Repository
    jenkins: Jenkins
    registry: Registry
    cluster: Callable[[], Api]
    environments: Sequence[str]


class Findings:
    """What was found of a version.

    Attributes:
        systems: those that were asked.
        version: the version.
        failures: the systems that could not be asked, by the link that they hold.
        tag: GitLab's tag of that name.
        digest: what the registry has under that tag.
        labels: the labels of that image.
        created: when that image was made, ISO 8601 in UTC.
        places: the environments.
        hooked: whether a hook of the project calls the job.
        sent: what the hook sent for the tag, latest first; else the push that started the build which made the image.
        queued: the queue items that this started.
        builds: the builds that concern the version, latest first.
        maker: the one that made the image.
        commit: the commit that it was made from.

    Raises:
        InputError: neither GitLab, nor the registry, nor an environment knows the version; says which there are.
    """

    def __init__(self, systems: Systems, version: str) -> None:
        self.systems = systems
        self.version = version
        self.failures: dict[str, KubestageError] = {}
        self.tag: Tag | None = self._asked("tag", lambda: systems.repository.tag(version))
        self.digest = self._asked("image", lambda: systems.registry.digest(version))
        image = self._asked("image", lambda: systems.registry.config(version)) or {}
        self.labels: dict[str, str] = (image.get("config") or {}).get("Labels") or {}
        self.created = utc(image.get("created"))
        self.places = [self._place(environment) for environment in systems.environments]
        self._require_known()
        deliveries: list[Delivery] | None = self._asked("delivery", lambda: systems.repository.deliveries(token=HOOKED))
        self.hooked = deliveries is not None
        self.sent = [one for one in deliveries or [] if one.ref == f"refs/tags/{version}" and one.commit]
        self.queued = {one.queue_items[HOOKED] for one in self.sent if HOOKED in one.queue_items}
        every = self._asked("build", lambda: past_builds(systems.jenkins, JOBS.values())) or []
        self.builds = self._concerning(every)
        self.maker = maker(self.builds, self.created)
        self.sent = self.sent or self._push_of(self.maker, deliveries or [])
        self.commit = self._asked("commit", self._find_commit)

    @property
    def build(self) -> PastBuild | None:
        """The build that made the image, else the latest one that should have."""
        return self.maker or next(iter(self.builds), None)

    @property
    def labelled_commit(self) -> str:
        """The commit that the image's label names; empty where it has none."""
        return self.labels.get(_REVISION_LABEL, "")

    @property
    def labelled_version(self) -> str:
        """The version that the image's label names; empty where it has none."""
        return self.labels.get(_VERSION_LABEL, "")

    def built_commit(self, build: PastBuild) -> str:
        """The service's commit that a build took; empty if it took none."""
        return build.commit(self.systems.repository.path)

    def _asked(self, name: str, ask: Callable[[], T]) -> T | None:
        """What a system answers; its failure is kept for the link of that name."""
        try:
            return ask()
        except KubestageError as error:
            self.failures.setdefault(name, error)
            return None

    def _place(self, environment: str) -> Place:
        try:
            return Place(environment, revisions(self.systems.cluster(), environment), None)
        except KubestageError as error:
            return Place(environment, [], error)

    def _require_known(self) -> None:
        stands = any(place.of(self.version) for place in self.places)
        if self.tag or self.digest or stands or {"tag", "image"} & self.failures.keys():
            return
        there = sorted({*self.systems.repository.tag_names(), *self.systems.registry.tags()})
        raise InputError(
            f"There is no version {self.version}",
            why=f"GitLab and the registry know {', '.join(there) or 'none'}.",
            fix=f"./inv trace {there[-1]}" if there else "./inv ci.build",
        )

    def _concerning(self, every: list[PastBuild]) -> list[PastBuild]:
        commit = self.tag.commit.sha if self.tag else self.labelled_commit
        found = concerning(every, self.systems.repository.path, commit, self.queued)
        # Neither tag nor label names a commit: the build during which the image came to be does.
        return found or [build for build in every if not commit and build.covers(self.created)]

    def _push_of(self, build: PastBuild | None, deliveries: list[Delivery]) -> list[Delivery]:
        """What started a build: its queue item stands in the delivery's answer."""
        if build is None or build.job != HOOKED:
            return []
        taken = self.built_commit(build)
        return [
            one for one in deliveries if one.queue_items.get(HOOKED) == build.queue_item and one.commit in (taken, "")
        ]

    def _find_commit(self) -> Commit | None:
        if self.tag:
            return self.tag.commit
        sha = self.labelled_commit or (self.built_commit(self.maker) if self.maker else "")
        return self.systems.repository.commit(sha) if sha else None
