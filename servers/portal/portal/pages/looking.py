"""Pages that show: overview, environments, versions, history, operations, audit log, health."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from portal.models import HistoryEntry, KubernetesEvent, Problem
from portal.pages.desk import Refusal
from portal.pages.regions import environment
from portal.pages.visits import Visit

_LOG_LINES = 300
_ENTRIES, _READ = 100, 1000


async def overview(visit: Visit) -> Response:
    """The chain and both environments: the page for the projector."""
    regions = ["chain", "approvals", "environment-test", "environment-prod", "availability-test",
               "availability-prod", "versions", "operations"]  # fmt: skip
    return await visit.show("overview.html", "/", regions)


async def environment_page(visit: Visit) -> Response:
    """One environment with its revisions, events and pod logs; what cannot be had is said, the rest shows."""
    name = visit.request.path_params["name"]
    if name not in ("test", "prod"):
        raise Refusal(
            Problem(type="not-found", title="No such environment", status=404, detail="There are test and prod.")
        )
    shown = environment(visit.desk.chain(), name)
    history: list[HistoryEntry] = []
    events: list[KubernetesEvent] = []
    history_problem = events_problem = log_problem = ""
    try:
        history = await visit.desk.history(name)
    except Refusal as refused:
        history_problem = str(refused)
    try:
        events = await visit.desk.events(name)
    except Refusal as refused:
        events_problem = str(refused)
    chosen, log = visit.request.query_params.get("pod", ""), None
    if chosen:
        try:
            log = await visit.desk.pod_log(name, chosen, _LOG_LINES)
        except Refusal as refused:
            log_problem = str(refused)
    return await visit.show(
        "environment_page.html", f"/environments/{name}", [f"environment-{name}", f"availability-{name}"],
        environment=shown, history=history, history_problem=history_problem, events=events,
        events_problem=events_problem, chosen=chosen, pod_log=log, log_problem=log_problem,
    )  # fmt: skip


async def versions(visit: Visit) -> Response:
    """All versions in the registry."""
    return await visit.show("versions.html", "/versions", ["all-versions"])


async def operations(visit: Visit) -> Response:
    """What was done, by whom, when."""
    return await visit.show("operations_page.html", "/operations", ["approvals", "all-operations"])


async def operation(visit: Visit) -> Response:
    """One operation with its live log, over the chain that it runs through."""
    number = visit.request.path_params["number"]
    shown = await visit.desk.operation(number)
    lines = await visit.desk.log(number, 0)
    name = "prod" if shown.action == "promote" else shown.parameters.get("environment", "")
    regions = ["chain", "approvals", f"operation-{number}"]
    if name:
        regions += [f"environment-{name}", f"availability-{name}"]
    return await visit.show(
        "operation_page.html", "/operations", regions, operation=shown, lines=lines, environment=name
    )


async def audit(visit: Visit) -> Response:
    """The audit log, filtered by who, what and outcome; a page of it at a time."""
    asked = visit.request.query_params
    who, what, outcome = asked.get("who", ""), asked.get("what", ""), asked.get("outcome", "")
    before = int(asked["before"]) if asked.get("before", "").isdecimal() else None
    read = await visit.desk.audit(_READ, before)
    found = [
        entry for entry in read
        if who.lower() in entry.who.lower() and what.lower() in f"{entry.what} {entry.subject}".lower()
        and outcome in ("", entry.outcome)
    ]  # fmt: skip
    shown = found[:_ENTRIES]
    last = shown[-1].id if len(found) > _ENTRIES else read[-1].id if len(read) == _READ else None
    older = "?" + urlencode({"who": who, "what": what, "outcome": outcome, "before": last}) if last else ""
    return await visit.show("audit.html", "/audit", entries=shown, who=who, what=what, outcome=outcome, older=older)


async def health(visit: Visit) -> Response:
    """Every part with the command that mends it."""
    return await visit.show("health.html", "/health", ["health"])
