"""One's own SSH keys."""

from __future__ import annotations

from starlette.responses import Response

from gitlab_light.errors import Refusal
from gitlab_light.model.database import as_id
from gitlab_light.web.visit import Visit, flat, redirect

_ADDRESS = "/-/user_settings/ssh_keys"


def keys_page(visit: Visit, error: str = "", status: int = 200) -> Response:
    """The keys, and the form for a new one."""
    return visit.page("ssh_keys.html", status, keys=visit.instance.keys.of_user(visit.me.id), error=error)


def add(visit: Visit) -> Response:
    """Adds a key; without a title its comment is one, as in GitLab."""
    me = visit.me
    line = (visit.form.optional_text("key") or "").strip()
    comment = line.split(None, 2)[2:]
    title = visit.form.optional_text("title") or (comment[0] if comment else "")
    try:
        visit.instance.keys.add("user", me.id, title, line)
    except Refusal as refusal:
        return keys_page(visit, flat(refusal.body.get("message") or ""), 422)
    return redirect(_ADDRESS)


def remove(visit: Visit) -> Response:
    """Removes a key of one's own."""
    key = visit.instance.keys.find(as_id(visit.names["key"]) or 0)
    if key is not None and (key.kind, key.user_id) == ("user", visit.me.id):
        visit.instance.keys.remove(key)
    return redirect(_ADDRESS)
