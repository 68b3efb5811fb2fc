"""Signing in and out, and one's own access tokens."""

from __future__ import annotations

from starlette.responses import Response

from gitlab_light.authentication import SESSION_COOKIE
from gitlab_light.errors import Refusal
from gitlab_light.model.database import as_id
from gitlab_light.model.tokens import SCOPES, Token, default_expiry, today
from gitlab_light.web.visit import Visit, flat, redirect

_SCOPES = tuple(scope for scope in SCOPES if scope in ("api", "read_api", "read_user", "read_repository",
                                                       "write_repository"))  # fmt: skip


def sign_in_page(visit: Visit) -> Response:
    """The form to sign in with."""
    if visit.user is not None:
        return redirect("/")
    return visit.page("sign_in.html", back=_back(visit), failed=False)


def sign_in(visit: Visit) -> Response:
    """Opens a session."""
    login = visit.form.optional_text("user[login]") or visit.form.optional_text("login") or ""
    password = visit.form.optional_text("user[password]") or visit.form.optional_text("password") or ""
    user = visit.instance.users.signed_in(login, password)
    if user is None:
        return visit.page("sign_in.html", 422, back=_back(visit), failed=True)
    response = redirect(_back(visit))
    response.set_cookie(
        SESSION_COOKIE, visit.instance.sessions.open(user.id), httponly=True, samesite="lax",
        secure=visit.instance.settings.external_url.startswith("https:"),
    )  # fmt: skip
    return response


def sign_out(visit: Visit) -> Response:
    """Closes the session."""
    visit.instance.sessions.close(visit.cookie)
    response = redirect("/users/sign_in")
    response.delete_cookie(SESSION_COOKIE)
    return response


def _back(visit: Visit) -> str:
    """Where the visitor wanted to go; only ever a page of this server."""
    path = visit.form.optional_text("redirect") or "/"
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


def tokens_page(visit: Visit, made: str = "", error: str = "", status: int = 200) -> Response:
    """One's own access tokens."""
    tokens = visit.instance.database.all(
        Token, "SELECT * FROM tokens WHERE user_id = ? AND source = 'user' AND NOT revoked ORDER BY id DESC",
        visit.me.id,
    )  # fmt: skip
    return visit.page(
        "tokens.html", status, tokens=tokens, scopes=_SCOPES, made=made, error=error,
        expiry=default_expiry().isoformat(),
    )  # fmt: skip


def create_token(visit: Visit) -> Response:
    """Makes an access token, and shows it this once."""
    form = visit.form
    try:
        name = form.text("name")
        scopes = [scope for scope in _SCOPES if form.boolean(f"scope_{scope}")]
        until = form.day("expires_at") or default_expiry()
        if not scopes:
            return tokens_page(visit, error="Choose at least one scope.", status=422)
        if until <= today():
            return tokens_page(visit, error="The last day must be in the future.", status=422)
    except Refusal as refusal:
        return tokens_page(visit, error=flat(refusal.body.get("error", "")), status=422)
    _, secret = visit.instance.tokens.create(visit.me.id, name, scopes, expires_at=until)
    return tokens_page(visit, made=secret)


def revoke_token(visit: Visit) -> Response:
    """Revokes one of one's own access tokens."""
    token = visit.instance.tokens.find(as_id(visit.names["token"]) or 0)
    if token is not None and token.user_id == visit.me.id:
        visit.instance.tokens.revoke(token)
    return redirect("/-/user_settings/personal_access_tokens")
