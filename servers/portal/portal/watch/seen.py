"""All watches together: what is known of the chain just now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.settings import Settings
from portal.watch.cluster import Cluster
from portal.watch.probe import Probe
from portal.watch.pushes import Pushes
from portal.watch.servers import GitLabWatch, JenkinsWatch, RegistryWatch, SonarQubeWatch


@dataclass(frozen=True)
class Seen:
    """What the watches keep; each is true as of its own last look.

    Attributes:
        settings: the portal's.
        cluster: both environments' objects.
        jenkins: the jobs' builds.
        gitlab: branches, tags and commits.
        registry: the versions.
        sonarqube: whether it is up; None where there is none.
        probes: the environments' /status.
        pushes: what GitLab's hook told.
    """

    settings: Settings
    cluster: Cluster
    jenkins: JenkinsWatch
    gitlab: GitLabWatch
    registry: RegistryWatch
    sonarqube: SonarQubeWatch | None
    probes: Mapping[str, Probe]
    pushes: Pushes
