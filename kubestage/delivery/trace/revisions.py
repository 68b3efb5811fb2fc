"""Where a version stands or stood in an environment: the Deployment's revisions and the digests that pods run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubestage.delivery.deployment import NAME, namespace
from kubestage.delivery.trace.link import utc
from kubestage.providers.kubernetes.api import Api, Object

_REVISION = "deployment.kubernetes.io/revision"
_HISTORY = "deployment.kubernetes.io/revision-history"


@dataclass(frozen=True)
class Pod:
    """A pod of a revision.

    Attributes:
        name: its name.
        ready: whether it is.
        digest: the image that its container really runs, by containerStatuses' imageID; empty before it was pulled.
    """

    name: str
    ready: bool
    digest: str

    @classmethod
    def of(cls, live: Object) -> Pod:
        """Reads it from the API."""
        status = live.get("status", {})
        ids = [str(one.get("imageID", "")) for one in status.get("containerStatuses") or []]
        ready = any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions") or [])
        return cls(live["metadata"]["name"], ready, ids[0].rpartition("@")[2] if ids else "")


@dataclass(frozen=True)
class Revision:
    """A revision of the Deployment, which is one of its ReplicaSets.

    Attributes:
        number: the number that `kubectl rollout history` shows.
        earlier: the numbers that it had before (a rollback gives a revision a new number).
        image: the image of its pods.
        created: when the ReplicaSet was made, ISO 8601 in UTC.
        current: whether it is the newest.
        wanted: the pods it shall have.
        pods: those it has.
    """

    number: int
    earlier: tuple[int, ...]
    image: str
    created: str
    current: bool
    wanted: int
    pods: tuple[Pod, ...]

    @property
    def version(self) -> str:
        """The image's tag."""
        return self.image.partition("@")[0].rpartition(":")[2]

    @property
    def digests(self) -> list[str]:
        """The digests that its pods run."""
        return sorted({pod.digest for pod in self.pods if pod.digest})

    def record(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "revision": self.number,
            "earlier": list(self.earlier),
            "image": self.image,
            "created": self.created,
            "current": self.current,
            "digests": self.digests,
            "pods": [{"name": pod.name, "ready": pod.ready, "digest": pod.digest} for pod in self.pods],
        }


def revisions(api: Api, environment: str) -> list[Revision]:
    """The Deployment's revisions that the cluster still keeps, oldest first.

    Raises:
        PartError: the API server refuses.
        MachineError: it does not answer.
    """
    place = namespace(environment)
    sets = [
        one
        for one in api.list(f"/apis/apps/v1/namespaces/{place}/replicasets")
        if any(owner["name"] == NAME for owner in one["metadata"].get("ownerReferences") or [])
    ]
    sets.sort(key=_number)
    pods = api.list(f"/api/v1/namespaces/{place}/pods")
    return [_revision(one, pods, current=one is sets[-1]) for one in sets]


def _number(live: Object) -> int:
    return int((live["metadata"].get("annotations") or {}).get(_REVISION, 0))


def _revision(live: Object, pods: list[Object], *, current: bool) -> Revision:
    metadata = live["metadata"]
    history = str((metadata.get("annotations") or {}).get(_HISTORY, ""))
    mine = [
        Pod.of(pod)
        for pod in pods
        if any(owner["uid"] == metadata["uid"] for owner in pod["metadata"].get("ownerReferences") or [])
    ]
    return Revision(
        number=_number(live),
        earlier=tuple(int(number) for number in history.split(",") if number.isdigit()),
        image=live["spec"]["template"]["spec"]["containers"][0]["image"],
        created=utc(metadata["creationTimestamp"]),
        current=current,
        wanted=int(live["spec"].get("replicas", 0)),
        pods=tuple(mine),
    )
