"""What every system answers of a version that has gone all the way; a test changes what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from kubestage.delivery.trace import Systems, Trace, trace_version
from kubestage.delivery.trace.repository import Commit, Delivery, Tag
from kubestage.errors import PartError

VERSION = "v2.0.0.0"
COMMIT = "e2c814b4" + "0" * 32
OTHER_COMMIT = "d00a6ac2" + "0" * 32
DIGEST = "sha256:" + "a" * 64
OTHER_DIGEST = "sha256:" + "b" * 64
SERVICE = "http://gitlab:8080/saas/uuid-service.git"
STARTED = 1795375043731  # 2026-11-22T19:17:23Z, in milliseconds
CREATED = "2026-11-22T19:17:50.5Z"


def commit(sha: str = COMMIT) -> Commit:
    return Commit(sha, "Release v2.0.0.0", "caoyong1", "2024-02-01T09:00:00Z", f"http://gitlab/commit/{sha}")


def delivery(*, item: int | None = 2, status: str = "200") -> Delivery:
    items = {} if item is None else {"uuid.image": item}
    return Delivery(f"refs/tags/{VERSION}", COMMIT, status, "2026-11-22T19:17:23Z", items, "answer", "http://log/2")


def build(number: int = 2, *, sha: str = COMMIT, result: str | None = "SUCCESS", item: int = 2, at: int = STARTED):
    return {
        "number": number,
        "url": f"http://jenkins/job/uuid.image/{number}/",
        "result": result,
        "building": result is None,
        "timestamp": at,
        "duration": 31485,
        "queueId": item,
        "actions": [
            {"causes": [{"shortDescription": f"Generic Cause: refs/tags/{VERSION}"}]},
            {"lastBuiltRevision": {"SHA1": "7" * 40}, "remoteUrls": ["http://gitlab:8080/demo/knowledge_share.git"]},
            {"lastBuiltRevision": {"SHA1": sha}, "remoteUrls": [SERVICE]},
            {},
        ],
    }


def replica_set(number: int, version: str = VERSION, *, wanted: int = 3, history: str = "") -> dict:
    annotations = {"deployment.kubernetes.io/revision": str(number)}
    if history:
        annotations["deployment.kubernetes.io/revision-history"] = history
    return {
        "metadata": {
            "uid": f"rs-{number}",
            "annotations": annotations,
            "creationTimestamp": "2026-11-22T19:20:00Z",
            "ownerReferences": [{"name": "uuid-deploy", "uid": "d"}],
        },
        "spec": {
            "replicas": wanted,
            "template": {"spec": {"containers": [{"image": f"localhost:5001/apps/uuid:{version}"}]}},
        },
    }


def pod(revision: int, digest: str = DIGEST) -> dict:
    return {
        "metadata": {"name": "uuid-deploy-x", "ownerReferences": [{"uid": f"rs-{revision}"}]},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"imageID": f"localhost:5001/apps/uuid@{digest}" if digest else ""}],
        },
    }


@dataclass
class World:
    """Every system's answers; as it stands, version v2.0.0.0 has gone all the way."""

    tag: Tag | None = field(default_factory=lambda: Tag(VERSION, commit(), "2024-02-01T09:00:00Z", "http://tag"))
    deliveries: list[Delivery] | None = field(default_factory=lambda: [delivery()])
    builds: list[dict] = field(default_factory=lambda: [build()])
    talks_builds: list[dict] = field(default_factory=list)
    console: str = ""
    waiting: str = ""
    digest: str | None = DIGEST
    labels: dict[str, str] | None = None
    sets: dict[str, list[dict]] = field(
        default_factory=lambda: {
            "test": [replica_set(1)],
            "prod": [replica_set(1, "v1.0.0.0", wanted=0), replica_set(2)],
        }
    )
    pods: dict[str, list[dict]] = field(default_factory=lambda: {"test": [pod(1)] * 3, "prod": [pod(2)] * 3})
    cluster_error: PartError | None = None

    def trace(self) -> Trace:
        def list_of(path: str, **query: str) -> list[dict]:
            environment = path.partition("/ns-uuid-")[2].partition("/")[0]
            return list((self.sets if path.endswith("replicasets") else self.pods)[environment])

        def cluster() -> Any:
            if self.cluster_error:
                raise self.cluster_error
            return SimpleNamespace(list=list_of)

        repository: Any = SimpleNamespace(
            path="saas/uuid-service",
            hooks_page="http://hooks",
            tag=lambda name: self.tag if name == VERSION else None,
            tag_names=lambda: ["v1.0.0.0", VERSION],
            commit=lambda sha: commit(sha),
            deliveries=lambda token: self.deliveries,
        )
        jenkins: Any = SimpleNamespace(
            url="http://jenkins",
            builds=lambda job, tree: self.builds if job == "uuid.image" else self.talks_builds,
            console=lambda job, number: self.console,
            queued=lambda item: self.waiting,
        )
        config = {"created": CREATED, "config": {"Labels": self.labels}}
        registry: Any = SimpleNamespace(
            address="localhost:5001",
            tags=lambda: ["v1.0.0.0"],
            digest=lambda tag: self.digest if tag == VERSION else None,
            config=lambda tag: config if self.digest and tag == VERSION else None,
        )
        return trace_version(Systems(repository, jenkins, registry, cluster, ["test", "prod"]), VERSION)
