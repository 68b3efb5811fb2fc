"""A cluster in memory."""

from __future__ import annotations

from typing import Any

from kubestage.providers.kubernetes.api import ApiError, Unreachable


class Cluster:
    """The calls of Api that the plugin makes, on a dictionary of objects by path."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}
        self.applied: list[tuple[Any, bool]] = []
        self.merged: list[Any] = []
        self.deleted: list[tuple[str, str]] = []
        self.reachable = True

    def get(self, path: str) -> Any:
        if not self.reachable:
            raise Unreachable("The cluster does not answer")
        return self.objects.get(path)

    def apply(self, path: str, body: Any, *, force: bool = False) -> Any:
        if body["metadata"].get("namespace") == "absent":
            raise ApiError("Kubernetes refused", 404, "NotFound", 'namespaces "absent" not found')
        self.applied.append((body, force))
        self.objects[path] = {**body, "metadata": {**body["metadata"], "uid": "u1", "managedFields": []}}
        return self.objects[path]

    def merge(self, path: str, patch: Any) -> None:
        self.merged.append(patch)

    def delete(self, path: str, *, uid: str = "") -> None:
        if not self.reachable:
            raise Unreachable("The cluster does not answer")
        self.deleted.append((path, uid))
        self.objects.pop(path, None)

    def list(self, path: str, **query: str) -> list[Any]:
        return []
