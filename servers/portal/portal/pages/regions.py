"""The live pieces of pages, each rendered once for everybody of a role until something in it changes."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from portal.errors import PortalError
from portal.models import (
    AvailabilityEvent,
    Chain,
    Environment,
    HistoryEntry,
    KubernetesEvent,
    Operation,
    Role,
    State,
    Travelling,
)
from portal.pages.chart import draw
from portal.pages.site import render
from portal.pages.words import ref_name, short_commit
from portal.portal import Portal
from portal.view import closely

_MOST_RESTING = 2
_LATEST, _ALL = 8, 200
_MINUTES = 5
_EVENTS = 100
_NAME = re.compile(r"chain|approvals|versions|all-versions|operations|all-operations|health|"
                   r"(?:environment|availability|history|events)-(?:test|prod)|operation-[0-9]{1,9}")  # fmt: skip
# Words like "12 s ago" are no change: the page's script keeps them right.
_TIME_WORDS = re.compile(r"(<time[^>]*>)[^<]*")
_OF_CHAIN = re.compile(r"chain|all-versions|versions|health|(?:environment|availability|history|events)-.*")
_OF_OPERATIONS = re.compile(r"operations|all-operations|approvals|history-.*")


@dataclass(frozen=True)
class Region:
    """A piece of a page.

    Attributes:
        html: one element whose id is the region's name, and whose `data-live` is its mark.
        mark: a word that changes with the piece, but not with what changes by time alone.
        message: the event that brings it to open pages.
    """

    html: str
    mark: str
    message: bytes

    @classmethod
    def of(cls, html: str) -> Region:
        """A piece, made ready to be sent to many."""
        mark = sha256(_TIME_WORDS.sub(r"\1", html).encode()).hexdigest()[:16]
        html = html.replace(" data-live", f' data-live="{mark}"', 1)
        message = f"event: region\ndata: {json.dumps({'html': html})}\n\n".encode()
        return cls(html, mark, message)


class Regions:
    """All live pieces.

    Args:
        portal: where their contents come from.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._made: dict[tuple[str, Role], Region] = {}

    @staticmethod
    def exists(name: str) -> bool:
        """Whether a region is called so."""
        return bool(_NAME.fullmatch(name))

    def changed(self, kind: str, data: Any) -> set[str]:
        """Forgets what an event of the API makes stale; returns the names of these regions."""
        stale = {name for name, _ in self._made if _concerns(name, kind, data)}
        self._made = {key: region for key, region in self._made.items() if key[0] not in stale}
        return stale

    def get(self, name: str, role: Role) -> Region:
        """A region as a role sees it.

        Raises:
            Refusal: there is no such operation.
        """
        if (name, role) not in self._made:
            self._made[name, role] = Region.of(self._render(name, role))
        return self._made[name, role]

    def _render(self, name: str, role: Role) -> str:
        kind, _, which = name.partition("-")
        chain = self._portal.chain.current
        if name == "chain":
            return render("chain.html", chain=chain, travelling=_by_place(chain.travelling), serves=_served(chain))
        if name in ("versions", "all-versions"):
            return render("versions_region.html", name=name, chain=chain, role=role)
        if name == "health":
            return render("health_region.html", chain=chain)
        if kind == "environment":
            return render("environment.html", environment=environment(chain, which), role=role)
        if kind == "availability":
            return self._availability(chain, which)
        if kind in ("history", "events"):
            return self._closely(kind, which, role)
        if kind == "operation":
            return render("operation_region.html", operation=self._portal.operations.get(int(which)))
        if name == "approvals":
            waiting = self._portal.operations.in_state("waiting")
            return render("approvals.html", approvals=waiting, role=role)
        latest = self._portal.operations.latest(_LATEST if name == "operations" else _ALL)
        return render("operations_region.html", name=name, operations=latest)

    def _closely(self, kind: str, name: str, role: Role) -> str:
        """An environment's revisions or events; what cannot be had is said."""
        found: Sequence[HistoryEntry | KubernetesEvent] = []
        problem = ""
        try:
            watched = self._portal.means.watched(name)
            past = kind == "history"
            found = closely.history(watched, name, self._portal.operations) if past else closely.events(watched)
        except PortalError as refused:
            problem = f"{refused.what}: {refused.why}"
        return render(f"{kind}.html", name=name, found=found[:_EVENTS], problem=problem, role=role)

    def _availability(self, chain: Chain, name: str) -> str:
        probe = self._portal.seen.probes[name]
        # Oldest first: a version keeps its colour when newer ones come.
        versions = [version.version for version in reversed(chain.versions)]
        chart = draw(probe.points(_MINUTES), versions, datetime.now(UTC), _MINUTES, probe.apart)
        return render("availability.html", environment=environment(chain, name), chart=chart)


def environment(chain: Chain, name: str) -> Environment:
    """An environment of the chain; an empty one before anything is known of it."""
    unknown = Environment.model_validate({"name": name, "namespace": "", "link": "", "state": State.UNKNOWN})
    return next((each for each in chain.environments if each.name == name), unknown)


def _concerns(name: str, kind: str, data: Any) -> bool:
    if kind == "chain":
        return bool(_OF_CHAIN.fullmatch(name))
    if kind == "operation" and isinstance(data, Operation):
        return bool(_OF_OPERATIONS.fullmatch(name)) or name == f"operation-{data.id}"
    return isinstance(data, AvailabilityEvent) and name == f"availability-{data.environment}"


def _by_place(travelling: list[Travelling]) -> dict[str, list[Travelling]]:
    """Commits by where they are: all that move or are stuck, and the latest of those that rest."""
    places: dict[str, list[Travelling]] = defaultdict(list)
    for commit in travelling:
        resting = sum(each.state == "ok" for each in places[commit.at])
        if commit.state != "ok" or resting < _MOST_RESTING:
            places[commit.at].append(commit)
    return places


def _served(chain: Chain) -> dict[str, tuple[str, str]]:
    """What each place has to offer: a version in large, and the rest in small."""
    served: dict[str, tuple[str, str]] = {
        each.name: (" + ".join(each.running), f"{each.rollout.available} of {each.rollout.wanted} replicas")
        for each in chain.environments
        if each.running
    }
    if chain.travelling:
        newest = chain.travelling[0]
        served["gitlab"] = (ref_name(newest.ref), f"newest, at {short_commit(newest.commit)}")
    if last := max((each.build for each in chain.travelling), default=0):
        served["jenkins"] = (f"#{last}", "newest build of an image")
    if chain.versions:
        served["registry"] = (chain.versions[0].version, f"newest of {len(chain.versions)}")
    return served
