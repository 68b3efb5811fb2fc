"""Taking a Deployment's strategy out of other clients' hands, so that Pulumi alone sets it.

What kubectl's last-applied annotation holds and the applied file does not, `kubectl apply` removes; and what another
manager owns in managedFields, our plugin leaves alone. So the strategy goes from both.
Source: kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config, "How apply calculates differences";
kubectl edits managedFields in the same way (csaupgrade in client-go).
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from kubestage.providers.kubernetes.api import FIELD_MANAGER, Api, ApiError, Object
from kubestage.waits import wait_for

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_CONFLICTS = (409, 422)  # somebody changed the object meanwhile: the API's own word, and that of a failed `test`
_RETRY_SECONDS = 15.0


def release_strategy(api: Api, path: str) -> bool:
    """Makes kubectl and every other client let go of a Deployment's strategy, and tells whether one held it.

    Args:
        api: the cluster.
        path: the Deployment's path in the API.

    Raises:
        PartError: the API server refuses.
        WaitTimeout: somebody else changes the Deployment all the time.
    """

    def attempt() -> bool | None:
        live = api.get(path)
        patch = release_patch(live) if live else []
        if patch:
            try:
                api.json_patch(path, patch)
            except ApiError as error:
                if error.status in _CONFLICTS:
                    return None
                raise
        held.append(bool(patch))
        return True

    held: list[bool] = []
    wait_for(f"nobody else changes {path}", attempt, seconds=_RETRY_SECONDS)
    return held[-1]


def release_patch(live: Object) -> list[Object]:
    """The JSON patch (RFC 6902) that takes `spec.strategy` from everybody; empty where nobody has it.

    What we hold by server-side apply is ours to keep. What we merely patched is not: to the API server that is another
    manager of the same name, with which our own apply would be in conflict.
    """
    metadata = live["metadata"]
    patch: list[Object] = []
    annotation = (metadata.get("annotations") or {}).get(_LAST_APPLIED)
    if annotation:
        applied = json.loads(annotation)
        if applied.get("spec", {}).pop("strategy", None) is not None:
            text = json.dumps(applied, separators=(",", ":")) + "\n"  # as kubectl writes it
            place = _LAST_APPLIED.replace("/", "~1")
            patch.append({"op": "replace", "path": f"/metadata/annotations/{place}", "value": text})
    fields = metadata.get("managedFields") or []
    kept = [_without_strategy(entry) for entry in fields]
    if kept != fields:
        patch.append({"op": "replace", "path": "/metadata/managedFields", "value": kept})
    if not patch:
        return []
    version = {"op": "test", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]}
    return [version, *patch]


def _without_strategy(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of managedFields without the strategy, unless it is what we applied."""
    ours = (entry.get("manager"), entry.get("operation")) == (FIELD_MANAGER, "Apply")
    if ours or "f:strategy" not in entry.get("fieldsV1", {}).get("f:spec", {}):
        return entry
    changed = deepcopy(entry)
    spec = changed["fieldsV1"]["f:spec"]
    del spec["f:strategy"]
    if not spec:
        del changed["fieldsV1"]["f:spec"]
    return changed
