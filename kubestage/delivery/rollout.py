"""How far a Deployment's rollout is, and the revisions it can go back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubestage.providers.kubernetes.replicasets import REVISION


@dataclass(frozen=True)
class Rollout:
    """How far a Deployment's rollout is.

    Attributes:
        image: the image that the pod template asks for.
        revision: the number that `kubectl rollout history` shows; 0 when unknown.
        wanted: replicas asked for.
        updated: replicas of the current template.
        available: replicas that are ready for long enough.
        total: replicas of any template.
        observed: the controller has seen the newest template.
    """

    image: str
    revision: int
    wanted: int
    updated: int
    available: int
    total: int
    observed: bool

    @classmethod
    def of(cls, deployment: dict[str, Any]) -> Rollout:
        """Reads it from a Deployment as the API gives it."""
        metadata, spec, status = deployment["metadata"], deployment["spec"], deployment.get("status", {})
        return cls(
            image=spec["template"]["spec"]["containers"][0]["image"],
            revision=int((metadata.get("annotations") or {}).get(REVISION, 0)),
            wanted=spec.get("replicas", 1),
            updated=status.get("updatedReplicas", 0),
            available=status.get("availableReplicas", 0),
            total=status.get("replicas", 0),
            observed=status.get("observedGeneration", 0) >= metadata["generation"],
        )

    @property
    def complete(self) -> bool:
        """The same condition as `kubectl rollout status`."""
        return self.observed and self.updated == self.wanted == self.available == self.total

    @property
    def version(self) -> str:
        """The image's tag."""
        return tag_of(self.image)


@dataclass(frozen=True)
class Revision:
    """One entry of a Deployment's history.

    Attributes:
        number: as `kubectl rollout history` shows it, and `--to-revision` takes it.
        image: the image of its pod template.
        created: when its ReplicaSet was made first (RFC 3339, UTC).
        replicas: pods that it has now.
        current: whether it is the one that the Deployment asks for.
    """

    number: int
    image: str
    created: str
    replicas: int
    current: bool

    @classmethod
    def of(cls, replica_set: dict[str, Any], current: int) -> Revision:
        """Reads it from a ReplicaSet as the API gives it."""
        metadata = replica_set["metadata"]
        number = int((metadata.get("annotations") or {}).get(REVISION, 0))
        return cls(
            number=number,
            image=replica_set["spec"]["template"]["spec"]["containers"][0]["image"],
            created=str(metadata.get("creationTimestamp", "")),
            replicas=int(replica_set.get("status", {}).get("replicas", 0)),
            current=number == current,
        )

    @property
    def version(self) -> str:
        """The image's tag."""
        return tag_of(self.image)


def tag_of(image: str) -> str:
    """The tag in an image reference, without its digest."""
    return image.partition("@")[0].rpartition(":")[2]
