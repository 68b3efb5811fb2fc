"""Labels of projects and groups, which merge requests carry by name."""

from __future__ import annotations

import colorsys
import json
from dataclasses import dataclass
from typing import Any

from gitlab_light.model.database import Database, kept, now

DEFAULT_COLOR = "#6699cc"


@dataclass(frozen=True)
class Label:
    """A label.

    Attributes:
        source: "project" or "group".
        priority: its rank in a project, 0 the first; None for none.
    """

    id: int
    source: str
    source_id: int
    name: str
    color: str
    description: str | None
    priority: int | None
    created_at: str
    updated_at: str

    @property
    def text_color(self) -> str:
        """Black or white, whichever is read better on the label's color (GitLab's Gitlab::Color)."""
        red, green, blue = (int(self.color[start : start + 2], 16) / 255 for start in (1, 3, 5))
        return "#1F1E24" if colorsys.rgb_to_yiq(red, green, blue)[0] > 0.6 else "#FFFFFF"


class Labels:
    """The labels."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, places: list[tuple[str, int]]) -> list[Label]:
        """The labels of some places, each "project" or "group" and its id, by name."""
        found = [
            label for source, source_id in places
            for label in self._db.all(
                Label, "SELECT * FROM labels WHERE source = ? AND source_id = ?", source, source_id
            )
        ]  # fmt: skip
        return sorted(found, key=lambda label: label.name.lower())

    def add(self, source: str, source_id: int, name: str, color: str, **more: Any) -> Label:
        """Makes a label."""
        label_id = self._db.insert(
            "labels", source=source, source_id=source_id, name=name, color=color, created_at=now(), updated_at=now(),
            **more,
        )  # fmt: skip
        return self._existing(label_id)

    def ensure(self, places: list[tuple[str, int]], names: list[str]) -> None:
        """Makes those of some names that are not there, in the first place, as GitLab does for merge requests."""
        with self._db.transaction():
            known = {label.name for label in self.of(places)}
            for name in dict.fromkeys(names):
                if name not in known:
                    self.add(*places[0], name, DEFAULT_COLOR)

    def update(self, label: Label, **columns: Any) -> Label:
        """Changes a label; a new name is what merge requests carry from then on."""
        with self._db.transaction():
            self._db.update("labels", label.id, updated_at=now(), **columns)
            if columns.get("name", label.name) != label.name:
                self._rename(label, columns["name"])
        return self._existing(label.id)

    def remove(self, label: Label) -> None:
        """Removes a label, from merge requests too."""
        with self._db.transaction():
            self._db.execute("DELETE FROM labels WHERE id = ?", label.id)
            self._rename(label, None)

    def subscriptions(self, user_id: int, project_id: int | None) -> set[int]:
        """The ids of the labels that a user has subscribed to in a project or (the only ones if None) everywhere."""
        rows = self._db.rows(
            "SELECT label_id FROM label_subscriptions WHERE user_id = ? AND project_id IN (0, ?)",
            user_id, project_id or 0,
        )  # fmt: skip
        return {row["label_id"] for row in rows}

    def subscribed(self, label: Label, user_id: int, project_id: int | None) -> bool:
        """Whether a user has subscribed to a label in a project, or (None) as its group's everywhere."""
        return bool(
            self._db.value(
                "SELECT count(*) FROM label_subscriptions WHERE label_id = ? AND user_id = ? AND project_id = ?",
                label.id, user_id, project_id or 0,
            )
        )  # fmt: skip

    def subscribe(self, label: Label, user_id: int, project_id: int | None, *, subscribed: bool) -> None:
        """A user subscribes to a label or ends that.

        A subscription in projects takes the place of one to the group's label, and the other way round (GitLab's
        Subscribable).
        """
        others = "!= 0" if project_id is None else "= 0"
        with self._db.transaction():
            self._db.execute(
                "DELETE FROM label_subscriptions WHERE label_id = ? AND user_id = ? AND "  # noqa: S608  words of ours
                f"(project_id = ? OR project_id {others})",
                label.id, user_id, project_id or 0,
            )  # fmt: skip
            if subscribed:
                self._db.execute("INSERT INTO label_subscriptions VALUES (?, ?, ?)", label.id, user_id, project_id or 0)

    def _rename(self, label: Label, new: str | None) -> None:
        """Gives a label another name in the merge requests that it may be on, or takes it off."""
        if label.source == "project":
            place, value = "project_id = ?", label.source_id
        else:
            place = (
                "project_id IN (SELECT p.id FROM projects p JOIN namespaces n ON n.id = ? "
                "WHERE substr(p.full_path, 1, length(n.full_path) + 1) = n.full_path || '/')"
            )
            value = label.source_id
        rows = self._db.rows(
            f"SELECT id, labels FROM merge_requests WHERE {place} "  # noqa: S608  words of ours
            "AND EXISTS (SELECT 1 FROM json_each(labels) WHERE value = ?)",
            value, label.name,
        )  # fmt: skip
        for row in rows:
            names = [new if name == label.name else name for name in json.loads(row["labels"])]
            self._db.update("merge_requests", row["id"], labels=[name for name in names if name is not None])

    def _existing(self, label_id: int) -> Label:
        return kept(self._db.one(Label, "SELECT * FROM labels WHERE id = ?", label_id))
