"""What belongs to an account beside its profile: its status, addresses, memberships and what it is counted by."""

from __future__ import annotations

import hashlib
from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.api.users import find_named_user, find_user
from gitlab_light.errors import bad_parameter, bad_request, forbidden, not_found
from gitlab_light.model.database import as_id, now
from gitlab_light.model.users import User

routes = Routes()
_AVAILABILITIES = ("", "not_set", "busy")
_MOST_MESSAGE = 100


@routes.get("/user/status", scopes=["read_user"])
def show_own_status(call: Call) -> Any:
    """The caller's status."""
    return _status(call.me)


@routes.get("/users/:user_id/status", anonymous=True, scopes=["read_user"])
def show_status(call: Call) -> Any:
    """A user's status."""
    return _status(find_named_user(call))


@routes.put("/user/status")
@routes.patch("/user/status")
def set_status(call: Call) -> Any:
    """Sets the caller's status; nothing given clears it."""
    params = call.params
    message = params.optional_text("message") or ""
    if len(params.optional_text("emoji") or "") > _MOST_MESSAGE:
        raise bad_request({"emoji": ["is not a valid emoji name"]})
    if len(message) > _MOST_MESSAGE:
        raise bad_request({"message": [f"is too long (maximum is {_MOST_MESSAGE} characters)"]})
    status = {
        "emoji": params.optional_text("emoji") or ("speech_balloon" if message else ""),
        "message": message,
        "availability": params.choice("availability", _AVAILABILITIES, default=""),
    }
    return _status(call.instance.users.update(call.me, profile=call.me.profile | {"status": status}))


def _status(user: User) -> dict[str, Any]:
    kept = user.profile.get("status", {})
    return {
        "emoji": kept.get("emoji") or None,
        "availability": kept.get("availability") or None,
        "message": kept.get("message") or None,
        "message_html": kept.get("message", ""),
        "clear_status_at": None,
    }


@routes.get("/users/:user_id/associations_count", scopes=["read_user"])
def count_associations(call: Call) -> Any:
    """In how many groups and projects a user is, and how many merge requests they have made."""
    user = find_user(call)
    if not call.me.admin and user.id != call.me.id:
        raise forbidden()
    members = "SELECT count(*) FROM members WHERE user_id = ? AND source = ?"
    count = call.instance.database.value
    return {
        "groups_count": count(members, user.id, "group"),
        "projects_count": count(members, user.id, "project"),
        "issues_count": 0,
        "merge_requests_count": count("SELECT count(*) FROM merge_requests WHERE author_id = ?", user.id),
    }


@routes.get("/users/:user_id/memberships")
def list_memberships(call: Call) -> Any:
    """Where a user is a member; for administrators."""
    call.require_admin()
    user, instance = find_user(call), call.instance
    kind = call.params.choice("type", ("", "Project", "Namespace"), default="")
    found = []
    for row in instance.database.rows("SELECT * FROM members WHERE user_id = ? ORDER BY id", user.id):
        of_project = row["source"] == "project"
        source = (instance.projects if of_project else instance.namespaces).find(row["source_id"])
        name = "Project" if of_project else "Namespace"
        if source and kind in ("", name):
            found.append({
                "source_id": source.id, "source_name": source.name, "source_type": name,
                "access_level": row["access_level"],
            })  # fmt: skip
    return paginate(call, found)


@routes.get("/user/activities")
def list_activities(call: Call) -> Any:
    """When users were last about; for administrators."""
    call.require_admin()
    since = call.params.day("from")
    rows = call.instance.database.rows(
        "SELECT username, last_activity_on FROM users WHERE last_activity_on IS NOT NULL AND last_activity_on >= ? "
        "ORDER BY last_activity_on, id", since.isoformat() if since else "",
    )  # fmt: skip
    return [
        {
            "username": row["username"],
            "last_activity_on": row["last_activity_on"],
            "last_activity_at": row["last_activity_on"],
        }
        for row in paginate(call, rows)
    ]


@routes.get("/user/emails", scopes=["read_user"])
def list_own_emails(call: Call) -> Any:
    """The caller's further addresses; the first one is in the profile."""
    return _emails(call, call.me)


@routes.get("/users/:user_id/emails")
def list_emails(call: Call) -> Any:
    """A user's further addresses; for administrators."""
    call.require_admin()
    return _emails(call, find_user(call))


@routes.get("/user/emails/:email_id", scopes=["read_user"])
def show_own_email(call: Call) -> Any:
    """One of the caller's addresses."""
    return _email(call, call.me)


@routes.post("/user/emails")
def add_own_email(call: Call) -> Any:
    """Adds an address to the caller's."""
    return _add_email(call, call.me)


@routes.post("/users/:user_id/emails")
def add_email(call: Call) -> Any:
    """Adds an address to a user's; for administrators."""
    call.require_admin()
    return _add_email(call, find_user(call))


@routes.delete("/user/emails/:email_id")
def remove_own_email(call: Call) -> Any:
    """Removes one of the caller's addresses."""
    call.instance.database.execute("DELETE FROM emails WHERE id = ?", _email(call, call.me)["id"])


@routes.delete("/users/:user_id/emails/:email_id")
def remove_email(call: Call) -> Any:
    """Removes one of a user's addresses; for administrators."""
    call.require_admin()
    call.instance.database.execute("DELETE FROM emails WHERE id = ?", _email(call, find_user(call))["id"])


def _emails(call: Call, user: User) -> Any:
    rows = call.instance.database.rows("SELECT * FROM emails WHERE user_id = ? ORDER BY id", user.id)
    return paginate(call, [_shown(row["id"], row["email"], row["created_at"]) for row in rows])


def _email(call: Call, user: User) -> dict[str, Any]:
    rows = call.instance.database.rows(
        "SELECT * FROM emails WHERE user_id = ? AND id = ?", user.id, call.number("email_id", "Email")
    )
    if not rows:
        raise not_found("Email")
    return _shown(rows[0]["id"], rows[0]["email"], rows[0]["created_at"])


def _add_email(call: Call, user: User) -> dict[str, Any]:
    email = call.params.text("email")
    if email.count("@") != 1 or len(email) > 255 or any(char.isspace() for char in email):
        raise bad_request({"email": ["is invalid"]})
    database, created = call.instance.database, now()
    with database.transaction():
        taken = database.value("SELECT 1 FROM emails WHERE email = ?", email)
        if taken or database.value("SELECT 1 FROM users WHERE email = ?", email):
            raise bad_request({"email": ["has already been taken"]})
        email_id = database.insert("emails", user_id=user.id, email=email, created_at=created)
    call.created()
    return _shown(email_id, email, created)


def _shown(email_id: int, email: str, created: str) -> dict[str, Any]:
    return {"id": email_id, "email": email, "confirmed_at": created}


@routes.get("/avatar", anonymous=True)
def show_avatar(call: Call) -> Any:
    """The picture of whose address this is: their own, or the one at Gravatar's address."""
    email = call.params.text("email")
    size = call.params.optional_integer("size") or 80
    user = call.instance.users.by_login(email)
    digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    own = entities.basic_user(call.instance.links, user)["avatar_url"] if user else None
    return {"avatar_url": own or f"https://www.gravatar.com/avatar/{digest}?s={size * 2}&d=identicon"}


@routes.get("/namespaces/:id/exists")
def namespace_exists(call: Call) -> Any:
    """Whether a path is taken at the top or below `parent_id`, and what may be had in its place."""
    path, parent_id = call.arguments["id"], call.params.optional_integer("parent_id")
    namespaces = call.instance.namespaces
    parent = namespaces.find(parent_id) if parent_id is not None else None
    if parent_id is not None and parent is None:
        raise bad_parameter("parent_id is invalid")
    whole = f"{parent.full_path}/{path}" if parent else path
    if as_id(path) is not None or not namespaces.taken(whole):
        return {"exists": False, "suggests": []}
    number = next(one for one in range(1, 10_000) if not namespaces.taken(f"{whole}{one}"))
    return {"exists": True, "suggests": [f"{path}{number}"]}
