"""Events of the chain, each decided once: what a rule does about one is in the database together with the decision."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from portal.actions.act import Prepared
from portal.actions.runner import RULE, Runner
from portal.audit import Audit
from portal.clients.gitlab import Commit
from portal.database import Database, now
from portal.errors import PortalError
from portal.models.actions import Operation
from portal.models.rules import ChainEvent, RuleDecision, Rules, Trigger
from portal.rules.judge import rehearse, subject, triggers, wish
from portal.rules.store import RuleStore
from portal.view import objects
from portal.watch.pushes import Push
from portal.watch.seen import Seen

_log = logging.getLogger(__name__)
_HEADS, _TAGS = "refs/heads/", "refs/tags/"
# GitLab's own hook may start the same build at the same moment; this long it has to show up.
_GRACE_SECONDS = 2.0
_REHEARSED = 20


class RuleEngine:
    """Takes events in and has rules decide them, in their order.

    What was there when the portal was started for the first time is no event.
    """

    def __init__(self, database: Database, store: RuleStore, runner: Runner, audit: Audit, seen: Seen) -> None:
        self._database = database
        self._store = store
        self._runner = runner
        self._audit = audit
        self._seen = seen
        self._news = asyncio.Event()
        self._news.set()  # an earlier life may have left some undecided

    def pushed(self, push: Push) -> None:
        """GitLab's hook told of a push."""
        self._take([_ref_event(push.ref, push.commit, push.who)])

    def refs_seen(self, refs: Mapping[str, Commit]) -> None:
        """GitLab has these branches and tags; finds what no hook told of."""
        self._take_new("refs", [_ref_event(ref, commit.sha, "") for ref, commit in refs.items()])

    def images_seen(self, digests: Mapping[str, str]) -> None:
        """The registry has these versions."""
        events = [
            ChainEvent(key=f"image:{tag}@{digest}", kind="image", name=tag, digest=digest, at=now())
            for tag, digest in digests.items()
        ]
        self._take_new("images", events)

    def rehearsed(self, rules: Rules) -> list[RuleDecision]:
        """What rules would have decided of the last events, latest first; nothing is done."""
        rows = self._database.rows(
            "SELECT document FROM events WHERE state != 'mark' ORDER BY at DESC LIMIT ?", _REHEARSED
        )
        events = [ChainEvent.model_validate_json(row["document"]) for row in rows]
        return rehearse(rules, events, self._runner.inadmissible)

    async def run(self) -> None:
        """Decides events until it is cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            for row in self._database.rows("SELECT key, document FROM events WHERE state = 'new' ORDER BY at, key"):
                try:
                    await self._decide(ChainEvent.model_validate_json(row["document"]))
                except Exception:
                    _log.exception("event %s", row["key"])
                    self._database.execute("UPDATE events SET state = 'failed' WHERE key = ?", row["key"])

    def _take_new(self, kind: str, events: list[ChainEvent]) -> None:
        """Takes events in; the very first ones of a kind only as what was there already."""
        begun = self._database.row("SELECT 1 FROM events WHERE key = ?", f"mark:{kind}")
        if begun:
            self._take(events)
            return
        with self._database.transaction():
            self._keep(events, "there")
            self._database.execute("INSERT INTO events VALUES (?, ?, '', 'mark')", f"mark:{kind}", 0)

    def _take(self, events: list[ChainEvent]) -> None:
        with self._database.transaction():
            new = self._keep(events, "new")
        if new:
            self._news.set()

    def _keep(self, events: list[ChainEvent], state: str) -> int:
        return sum(
            self._database.execute(
                "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)",
                event.key, event.at.timestamp(), event.model_dump_json(), state,
            )
            for event in events
        )  # fmt: skip

    async def _decide(self, event: ChainEvent) -> None:
        """Decides an event; what comes of it is written together with that it is decided."""
        orders = [(rule, await self._order(rule, event)) for rule in triggers(self._store.current.rules, event)]
        begun: list[Operation] = []
        with self._database.transaction():
            self._database.execute("UPDATE events SET state = 'decided' WHERE key = ?", event.key)
            for rule, order in orders:
                if isinstance(order, str):
                    self._audit.add(f"{RULE}{rule.name}", rule.do, subject(rule, event), "refused", order)
                else:
                    prepared, approval = order
                    begun.append(self._runner.enlist(rule.do, prepared, approval, f"{RULE}{rule.name}"))
        for operation in begun:
            self._runner.begin(operation)

    async def _order(self, rule: Trigger, event: ChainEvent) -> tuple[Prepared, str] | str:
        """What a rule has done about an event and who must approve it, or why it does nothing."""
        if rule.do == "build":
            await asyncio.sleep(_GRACE_SECONDS)
        if done := self._done_already(rule, event):
            return done
        try:
            return await self._runner.prepared_for_rule(rule.do, wish(rule, event))
        except PortalError as error:
            return f"{error.what}: {error.why}" if error.why else error.what

    def _done_already(self, rule: Trigger, event: ChainEvent) -> str:
        """Why there is nothing left to do; empty when there is."""
        settings, jenkins = self._seen.settings, self._seen.jenkins.seen
        if rule.do == "build":
            ref = wish(rule, event)["ref"]
            for build in jenkins.builds(settings.image_job):
                same = build.parameters.get("ref") == ref and build.commit(settings.project) in ("", event.commit)
                if same and (build.running or build.started >= event.at):
                    return f"{build.job} {build.title} builds it already."
            return ""
        live = self._seen.cluster.environments[str(rule.environment)].deployment
        if live and objects.tag_of(objects.image_of(live)) == event.name:
            return f"{rule.environment} asks for {event.name} already."
        for build in jenkins.builds(settings.runner_job):
            about = (build.parameters.get("envName"), build.parameters.get("version"))
            if build.running and about == (rule.environment, event.name):
                return f"{build.job} {build.title} deploys it already."
        return ""


def _ref_event(ref: str, commit: str, who: str) -> ChainEvent:
    tag = ref.startswith(_TAGS)
    return ChainEvent(
        key=f"{ref}@{commit}", kind="tag" if tag else "branch", name=ref.removeprefix(_TAGS).removeprefix(_HEADS),
        commit=commit, at=now(), who=who,
    )  # fmt: skip
