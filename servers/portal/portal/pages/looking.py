"""Pages that show: overview, environments, versions, history, operations, audit log, health."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from portal.errors import PortalError, not_found
from portal.pages.live import MOST_LINES
from portal.pages.regions import environment
from portal.pages.visits import Visit, whole_number

_LOG_LINES = 300
_ENTRIES = 100


async def overview(visit: Visit) -> Response:
    """The chain and both environments: the page for the projector."""
    regions = ["chain", "approvals", "environment-test", "environment-prod", "availability-test",
               "availability-prod", "versions", "operations"]  # fmt: skip
    return visit.show("overview.html", "/", regions)


async def environment_page(visit: Visit) -> Response:
    """One environment with its revisions, events and pod logs; a log that cannot be had is said, the rest shows."""
    name = visit.request.path_params["name"]
    if name not in ("test", "prod"):
        raise not_found(f"There is no environment {name}", fix="there are test and prod")
    chosen, log, log_problem = visit.request.query_params.get("pod", ""), None, ""
    if chosen:
        try:
            log = await visit.portal.pod_log(name, chosen, _LOG_LINES)
        except PortalError as refused:
            log_problem = f"{refused.what}: {refused.why}" if refused.why else refused.what
    return visit.show(
        "environment_page.html", f"/environments/{name}",
        [f"{kind}-{name}" for kind in ("environment", "availability", "history", "events")],
        environment=environment(visit.portal.chain.current, name), chosen=chosen, pod_log=log, log_problem=log_problem,
    )  # fmt: skip


async def versions(visit: Visit) -> Response:
    """All versions in the registry."""
    return visit.show("versions.html", "/versions", ["all-versions"])


async def operations(visit: Visit) -> Response:
    """What was done, by whom, when."""
    return visit.show("operations_page.html", "/operations", ["approvals", "all-operations"])


async def operation(visit: Visit) -> Response:
    """One operation with its live log, over the chain that it runs through."""
    number = visit.number
    shown = visit.portal.operations.get(number)
    lines = visit.portal.operations.lines(number, 0, MOST_LINES)
    name = "prod" if shown.action == "promote" else shown.parameters.get("environment", "")
    regions = ["chain", "approvals", f"operation-{number}"]
    if name:
        regions += [f"environment-{name}", f"availability-{name}"]
    return visit.show("operation_page.html", "/operations", regions, operation=shown, lines=lines, environment=name)


async def audit(visit: Visit) -> Response:
    """The audit log, filtered by who, what and outcome; a page of it at a time."""
    asked = visit.request.query_params
    who, what, outcome = asked.get("who", ""), asked.get("what", ""), asked.get("outcome", "")
    before = whole_number(asked.get("before", ""))
    found = visit.portal.audit.entries(_ENTRIES + 1, before, who=who, what=what, outcome=outcome)
    shown = found[:_ENTRIES]
    further = {"who": who, "what": what, "outcome": outcome, "before": shown[-1].id} if len(found) > _ENTRIES else {}
    older = f"?{urlencode(further)}" if further else ""
    return visit.show("audit.html", "/audit", entries=shown, who=who, what=what, outcome=outcome, older=older)


async def health(visit: Visit) -> Response:
    """Every part with the command that mends it."""
    return visit.show("health.html", "/health", ["health"])
