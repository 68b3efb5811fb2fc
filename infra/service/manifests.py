"""The delivery's own manifests: the one source of replicas, strategy, probes, ports and demo.value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "sample-app" / "knowledge_share" / "demo" / "k8s" / "uid"
_DEFAULT_REGISTRY = "localhost:5001"
_STRATEGIES = {
    "Recreate": {"type": "Recreate"},
    # One pod more, and only then one less: as many as ever serve throughout.
    "RollingUpdate": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
}

Manifest = dict[str, Any]


def config_map(environment: str) -> Manifest:
    """cm-<environment>.yaml."""
    return _documents(FOLDER / f"cm-{environment}.yaml", {})["ConfigMap"]


def deployment_and_service(
    *, namespace: str, registry: str, version: str, node_port: int, strategy: str | None, history: int | None
) -> tuple[Manifest, Manifest]:
    """uuid.yaml with its variables filled in, as the CD job does with sed.

    Args:
        namespace: for `${NAMESPACE}`.
        registry: takes the place of the registry's default name.
        version: for `${VERSION}`.
        node_port: for `${NODEPORT}`.
        strategy: a strategy type in place of the file's, if any.
        history: a revisionHistoryLimit in place of the file's, if any.
    """
    values = {
        "${NAMESPACE}": namespace,
        "${VERSION}": version,
        "${NODEPORT}": str(node_port),
        _DEFAULT_REGISTRY: registry,
    }
    documents = _documents(FOLDER / "uuid.yaml", values)
    spec = documents["Deployment"]["spec"]
    if strategy and strategy != spec.get("strategy", {}).get("type"):
        spec["strategy"] = _STRATEGIES[strategy]
    if history is not None:
        spec["revisionHistoryLimit"] = history
    return documents["Deployment"], documents["Service"]


def _documents(file: Path, values: dict[str, str]) -> dict[str, Manifest]:
    """The file's objects by kind."""
    text = file.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(name, value)
    return {document["kind"]: document for document in yaml.safe_load_all(text) if document}
