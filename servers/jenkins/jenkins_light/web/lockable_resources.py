"""``/lockable-resources``: who has what ``lock`` knows, and reserving by hand (the plugin's own addresses)."""

from starlette.responses import Response

from jenkins_light.model.lockables import LockedError
from jenkins_light.web import templates
from jenkins_light.web.exchange import is_own_path, redirect
from jenkins_light.web.lockable_beans import known
from jenkins_light.web.routing import POST, LockablesTarget, Request, action


@action(LockablesTarget, "")
def page(request: Request, _target: LockablesTarget) -> Response:
    """Each resource with who has it."""
    holders = request.controller.locks.holders
    rows = [
        [each.name, " ".join(each.labels), holders.get(each.name) or each.reserved_by or "free"]
        for each, _ in known(request.controller)
    ]
    return templates.page(
        request, "facts.html", title="Lockable Resources", heads=["Resource", "Labels", "Held by"], rows=rows
    )


@action(LockablesTarget, "reserve", methods=POST)
def reserve(request: Request, _target: LockablesTarget) -> Response:
    """Keep a resource for whoever asks, until it is given back.

    Raises:
        LockedError: somebody has it.
    """
    name, locks = request.exchange.parameter("resource"), request.controller.locks
    user = request.controller.users.get(request.exchange.user).full_name
    with locks.condition:
        if name in locks.holders:
            raise LockedError(f"Resource '{name}' already reserved or locked!")
        locks.declared.reserve(name, user)
    return _back(request)


@action(LockablesTarget, "unreserve", methods=POST)
def unreserve(request: Request, _target: LockablesTarget) -> Response:
    """Give a resource back; every account administers, so that of others too."""
    locks = request.controller.locks
    with locks.condition:
        locks.declared.reserve(request.exchange.parameter("resource"), None)
        locks.condition.notify_all()
    return _back(request)


def _back(request: Request) -> Response:
    referer = request.exchange.headers.get("referer", "")
    return redirect(referer if is_own_path(referer) else "/lockable-resources/")
