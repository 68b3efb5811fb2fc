"""SSH keys of users."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.api.users import find_user
from gitlab_light.errors import bad_parameter, not_found
from gitlab_light.model.keys import USAGES, Key
from gitlab_light.model.users import User

routes = Routes()


@routes.get("/user/keys", scopes=["read_user"])
def list_own(call: Call) -> Any:
    """The caller's keys."""
    return _list(call, call.me)


@routes.get("/user/keys/:key_id", scopes=["read_user"])
def show_own(call: Call) -> Any:
    """One of the caller's keys."""
    return entities.key(call.instance, _key(call, call.me))


@routes.post("/user/keys")
def add_own(call: Call) -> Any:
    """Keeps a key of the caller's."""
    return _add(call, call.me)


@routes.delete("/user/keys/:key_id")
def remove_own(call: Call) -> Any:
    """Forgets one of the caller's keys."""
    call.instance.keys.remove(_key(call, call.me))


@routes.get("/users/:user_id/keys", anonymous=True, scopes=["read_user"])
def list_of_user(call: Call) -> Any:
    """A user's keys, by id or name; everybody may see them."""
    return _list(call, call.instance.users.by_login(call.arguments["user_id"]) or find_user(call))


@routes.get("/users/:user_id/keys/:key_id", anonymous=True, scopes=["read_user"])
def show_of_user(call: Call) -> Any:
    """One of a user's keys."""
    return entities.key(call.instance, _key(call, find_user(call)))


@routes.post("/users/:user_id/keys")
def add_for_user(call: Call) -> Any:
    """Keeps a key for a user."""
    call.require_admin()
    return _add(call, find_user(call))


@routes.delete("/users/:user_id/keys/:key_id")
def remove_of_user(call: Call) -> Any:
    """Forgets a user's key."""
    call.require_admin()
    call.instance.keys.remove(_key(call, find_user(call)))


@routes.get("/keys/:key_id")
def show_key(call: Call) -> Any:
    """A key, and whose it is; for administrators."""
    call.require_admin()
    return _with_user(call, call.instance.keys.find(call.number("key_id")))


@routes.get("/keys")
def find_key(call: Call) -> Any:
    """The key with a fingerprint, MD5 or SHA256; for administrators."""
    call.require_admin()
    fingerprint = call.params.text("fingerprint")
    keys = call.instance.keys
    sha256 = fingerprint.startswith("SHA256:")
    return _with_user(call, keys.by_fingerprint(fingerprint) if sha256 else keys.by_md5(fingerprint))


def _list(call: Call, user: User) -> list[dict[str, Any]]:
    return [entities.key(call.instance, key) for key in paginate(call, call.instance.keys.of_user(user.id))]


def _add(call: Call, user: User) -> dict[str, Any]:
    params = call.params
    usage = params.choice("usage_type", USAGES, default=USAGES[0])
    key = call.instance.keys.add(
        "user", user.id, params.text("title"), params.text("key"), usage_type=usage, expires_at=expiry(call)
    )
    call.created()
    return entities.key(call.instance, key)


def expiry(call: Call) -> str | None:
    """The time until which a key is to be taken.

    Raises:
        Refusal: 400, it is no time.
    """
    until = call.params.day("expires_at")
    return f"{until.isoformat()}T00:00:00.000Z" if until else None


def _key(call: Call, user: User) -> Key:
    key = call.instance.keys.find(call.number("key_id", "Key"))
    if key is None or (key.kind, key.user_id) != ("user", user.id):
        raise not_found("Key")
    return key


def _with_user(call: Call, key: Key | None) -> dict[str, Any]:
    if key is None:
        raise not_found("Key") if "key_id" in call.arguments else bad_parameter("Failed to return the key")
    user = call.instance.users.find(key.user_id) if key.user_id else None
    owner = {"user": entities.full_user(call.instance, user)} if user else {}
    return entities.key(call.instance, key) | owner
