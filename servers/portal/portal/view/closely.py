"""One environment looked at closely: its history with who brought what, and its events."""

from __future__ import annotations

from portal.models.records import HistoryEntry, KubernetesEvent
from portal.operations import Operations
from portal.view import objects
from portal.watch.cluster import Watched


def history(watched: Watched, environment: str, operations: Operations) -> list[HistoryEntry]:
    """The revisions, latest first, with who brought each as far as that was the portal."""
    running = {pod.revision: pod.digest for pod in objects.pods(watched) if pod.state == "ready" and pod.digest}
    entries = objects.history(watched, running)
    for entry in entries:
        if operation := operations.bringer(environment, entry.revision):
            entry.who, entry.how = operation.who, operation.action
    return entries


def events(watched: Watched) -> list[KubernetesEvent]:
    """The namespace's events, latest first."""
    return objects.events(watched)
