"""Webhooks: who is told of what, and what became of it."""

from __future__ import annotations

import re
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gitlab_light.errors import Gone
from gitlab_light.model.database import Database, kept, now
from gitlab_light.model.wildcards import matches, regex_matches

EVENTS = (
    "push_events", "tag_push_events", "merge_requests_events", "repository_update_events",
    "issues_events", "confidential_issues_events", "note_events", "confidential_note_events", "pipeline_events",
    "wiki_page_events", "deployment_events", "feature_flag_events", "job_events", "releases_events",
    "milestone_events", "emoji_events", "resource_access_token_events",
)  # fmt: skip
# https://docs.gitlab.com/user/project/integrations/webhooks/#auto-disabled-webhooks
_FAILURES_BEFORE_PAUSE = 4
_FAILURES_BEFORE_END = 40
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(days=1)
# GitLab keeps a week (two days for some); a number bounds the database's size better.
KEPT_EVENTS = 200
_VARIABLE = re.compile(r"\{([a-z0-9_]+)\}")


@dataclass(frozen=True)
class Hook:
    """A webhook of a project or group.

    Attributes:
        source: "project" or "group".
        events: what it is told of, by GitLab's names (push_events and so on).
        signing_token: what each delivery is signed with ("whsec_" and a key in base64).
        custom_webhook_template: the body to send, with {{fields}} of the payload, in place of the payload.
        url_variables: what {names} in the address stand for.
        recent_failures: deliveries that failed one after another.
        disabled_until: the time (ISO 8601) until which it rests; None when it is at work.
    """

    id: int
    source: str
    source_id: int
    uuid: str
    url: str
    name: str | None
    description: str | None
    token: str | None
    events: dict[str, bool]
    push_events_branch_filter: str
    branch_filter_strategy: str
    enable_ssl_verification: bool
    custom_headers: dict[str, str]
    signing_token: str | None
    custom_webhook_template: str | None
    url_variables: dict[str, str]
    recent_failures: int
    disabled_until: str | None
    created_at: str

    @property
    def ended(self) -> bool:
        """Whether it failed so often that only a person turns it on again."""
        return self.recent_failures >= _FAILURES_BEFORE_END

    @property
    def resting(self) -> bool:
        """Whether it rests for a while after failures."""
        return self.disabled_until is not None and self.disabled_until > now()

    @property
    def alert_status(self) -> str:
        """The state by GitLab's names."""
        if self.ended:
            return "disabled"
        return "temporarily_disabled" if self.resting else "executable"

    @property
    def address(self) -> str:
        """Where it is sent to: the address with its variables' values."""
        return interpolated(self.url, self.url_variables)

    def wants_branch(self, branch: str) -> bool:
        """Whether pushes to this branch concern it."""
        if not self.push_events_branch_filter or self.branch_filter_strategy == "all_branches":
            return True
        if self.branch_filter_strategy == "regex":
            return regex_matches(self.push_events_branch_filter, branch)
        return matches(self.push_events_branch_filter, branch)


@dataclass(frozen=True)
class Delivery:
    """A payload that waits for its delivery.

    Attributes:
        attempts: how often it was tried.
        due: when it is to be tried next, in seconds of the epoch.
    """

    id: int
    hook_id: int
    event: str
    event_uuid: str
    idempotency_key: str
    payload: str
    attempts: int
    due: float
    created_at: str


@dataclass(frozen=True)
class HookEvent:
    """One attempt at a delivery, as the log keeps it."""

    id: int
    hook_id: int
    event: str
    event_uuid: str
    idempotency_key: str
    url: str
    request_headers: dict[str, str]
    request_data: str
    response_headers: dict[str, str]
    response_body: str
    response_status: str
    execution_duration: float
    created_at: str


def interpolated(url: str, variables: dict[str, str]) -> str:
    """An address with the values of its {variables}; others stay as they are."""
    return _VARIABLE.sub(lambda match: variables.get(match[1], match[0]), url)


class Hooks:
    """The webhooks, their waiting deliveries and their log."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, hook_id: int) -> Hook | None:
        """The hook with this id."""
        return self._db.one(Hook, "SELECT * FROM hooks WHERE id = ?", hook_id)

    def all_of(self, source: str, source_id: int) -> list[Hook]:
        """The hooks of a project or group."""
        return self._db.all(
            Hook, "SELECT * FROM hooks WHERE source = ? AND source_id = ? ORDER BY id", source, source_id
        )

    def add(self, source: str, source_id: int, **columns: Any) -> Hook:
        """Makes a hook."""
        hook_id = self._db.insert(
            "hooks", source=source, source_id=source_id, uuid=str(uuid.uuid4()), created_at=now(), **columns
        )
        return self._existing(hook_id)

    def update(self, hook: Hook, **columns: Any) -> Hook:
        """Changes a hook; one that was disabled is at work again."""
        self._db.update("hooks", hook.id, recent_failures=0, disabled_until=None, **columns)
        return self._existing(hook.id)

    def remove(self, hook: Hook) -> None:
        """Removes a hook with its log and what waits for it."""
        self._db.execute("DELETE FROM hooks WHERE id = ?", hook.id)

    def queue(self, hook: Hook, event: str, event_uuid: str, payload: str, *, due: float) -> None:
        """Keeps a payload for delivery; a hook that has been removed meanwhile gets nothing."""
        with suppress(Gone):
            self._db.insert(
                "deliveries", hook_id=hook.id, event=event, event_uuid=event_uuid,
                idempotency_key=str(uuid.uuid4()), payload=payload, due=due, created_at=now(),
            )  # fmt: skip

    def waiting(self) -> list[tuple[int, float]]:
        """Each hook that has something waiting, with the time at which its next delivery is due."""
        rows = self._db.rows("SELECT hook_id, min(due) AS due FROM deliveries GROUP BY hook_id")
        return [(row["hook_id"], row["due"]) for row in rows]

    def next_delivery(self, hook_id: int) -> Delivery | None:
        """The delivery that is due first for a hook; of several, the oldest."""
        return self._db.one(Delivery, "SELECT * FROM deliveries WHERE hook_id = ? ORDER BY due, id LIMIT 1", hook_id)

    def waiting_for(self, hook_id: int) -> int:
        """How many deliveries wait for a hook."""
        return int(self._db.value("SELECT count(*) FROM deliveries WHERE hook_id = ?", hook_id))

    def drop(self, delivery: Delivery) -> None:
        """A delivery is over, for better or worse."""
        self._db.execute("DELETE FROM deliveries WHERE id = ?", delivery.id)

    def postpone(self, delivery: Delivery, due: float, *, tried: bool) -> None:
        """A delivery is to be tried (again) at a later time."""
        self._db.update("deliveries", delivery.id, due=due, attempts=delivery.attempts + tried)

    def log(self, hook: Hook, **columns: Any) -> HookEvent:
        """Writes an attempt into the log, and keeps the log short.

        Raises:
            Gone: the hook was removed meanwhile, and its log with it.
        """
        with self._db.transaction():
            event_id = self._db.insert("hook_events", hook_id=hook.id, url=hook.url, created_at=now(), **columns)
            self._db.execute(
                "DELETE FROM hook_events WHERE hook_id = ? AND id <= "
                "(SELECT id FROM hook_events WHERE hook_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                hook.id, hook.id, KEPT_EVENTS,
            )  # fmt: skip
        return kept(self.event(event_id))

    def event(self, event_id: int) -> HookEvent | None:
        """An entry of the log."""
        return self._db.one(HookEvent, "SELECT * FROM hook_events WHERE id = ?", event_id)

    def events(self, hook_id: int) -> list[HookEvent]:
        """A hook's log, latest first."""
        return self._db.all(HookEvent, "SELECT * FROM hook_events WHERE hook_id = ? ORDER BY id DESC", hook_id)

    def note_success(self, hook: Hook) -> None:
        """A receiver has accepted a delivery."""
        if hook.recent_failures or hook.disabled_until:
            self._db.update("hooks", hook.id, recent_failures=0, disabled_until=None)

    def note_failure(self, hook: Hook) -> None:
        """A delivery has failed; after four in a row the hook rests, longer each time, as GitLab documents.

        They are counted from what is kept now: somebody may have mended the hook since the delivery began.
        """
        with self._db.transaction():
            failures = (self._db.value("SELECT recent_failures FROM hooks WHERE id = ?", hook.id) or 0) + 1
            until = None
            if failures >= _FAILURES_BEFORE_PAUSE:
                pause = _FIRST_PAUSE * min(2 ** (failures - _FAILURES_BEFORE_PAUSE), _LONGEST_PAUSE // _FIRST_PAUSE)
                until = (datetime.now(UTC) + pause).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            self._db.update("hooks", hook.id, recent_failures=failures, disabled_until=until)

    def _existing(self, hook_id: int) -> Hook:
        return kept(self.find(hook_id))
