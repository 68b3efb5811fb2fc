"""Who asks: tokens in headers or parameters for the API, names and passwords for git, cookies for browsers."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from gitlab_light.errors import Refusal, forbidden, unauthorized
from gitlab_light.instance import Instance
from gitlab_light.model.deploy_tokens import DeployToken
from gitlab_light.model.tokens import Token
from gitlab_light.model.users import User

SESSION_COOKIE = "_gitlab_session"


@dataclass(frozen=True)
class Identity:
    """Somebody, and the token they came with; both None for nobody. A deploy token is nobody's."""

    user: User | None = None
    token: Token | None = None
    deploy_token: DeployToken | None = None

    def allows(self, *scopes: str) -> bool:
        """Whether the token has one of these scopes; a password or session has them all."""
        return self.token is None or any(scope in self.token.scopes for scope in scopes)


def api_identity(
    instance: Instance, headers: Mapping[str, str], cookies: Mapping[str, str], parameter: str | None, *, writes: bool
) -> Identity:
    """Who calls the API.

    Args:
        instance: the server's parts.
        headers: the request's headers, by lower-case name.
        cookies: the request's cookies.
        parameter: the parameter `private_token`.
        writes: whether the call changes something; then a session needs its CSRF token.

    Raises:
        Refusal: 401, what was given is not or no longer accepted.
    """
    secret = headers.get("private-token") or parameter
    kind, _, bearer = headers.get("authorization", "").partition(" ")
    if not secret and kind.lower() == "bearer":
        secret = bearer.strip()
    if secret:
        return _token_identity(instance, secret)
    cookie = cookies.get(SESSION_COOKIE)
    session = instance.sessions.find(cookie) if cookie else None
    if session is None:
        return Identity()
    if writes and not hmac.compare_digest(headers.get("x-csrf-token", "").encode(), session.csrf.encode()):
        raise unauthorized()
    user = instance.users.find(session.user_id)
    return Identity(user if user and user.active else None)


def _token_identity(instance: Instance, secret: str) -> Identity:
    token = instance.tokens.by_secret(secret)
    user = instance.users.find(token.user_id) if token else None
    if token is None or user is None:
        raise unauthorized()
    if token.revoked:
        raise _invalid_token("Token was revoked. You have to re-authorize from the user.")
    if token.expired:
        raise _invalid_token("Token is expired. You can either do re-authorization or token refresh.")
    if not user.active:
        raise forbidden("Your account has been blocked")
    instance.tokens.note_use(token)
    return Identity(user, token)


def _invalid_token(description: str) -> Refusal:
    challenge = f'Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="{description}"'
    return Refusal(401, {"error": "invalid_token", "error_description": description}, {"WWW-Authenticate": challenge})


def insufficient_scope(*scopes: str) -> Refusal:
    """The token is good, but not for this: 403, as GitLab words it."""
    description = "The request requires higher privileges than provided by the access token."
    wanted = " ".join(scopes)
    challenge = (
        f'Bearer realm="Protected by OAuth 2.0", error="insufficient_scope", error_description="{description}", '
        f'scope="{wanted}"'
    )
    return Refusal(
        403,
        {"error": "insufficient_scope", "error_description": description, "scope": wanted},
        {"WWW-Authenticate": challenge},
    )


def git_identity(instance: Instance, authorization: str) -> Identity | None:
    """Who runs git over HTTP: name and password, or any name and an access token.

    Returns:
        Nobody's identity where nothing was given; None where it is not accepted.
    """
    if not authorization:
        return Identity()
    kind, _, credentials = authorization.partition(" ")
    if kind.lower() == "bearer":
        login, password = "", credentials.strip()
    elif kind.lower() == "basic":
        try:
            login, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    else:
        return None
    if "\0" in login or "\0" in password:
        return None
    # The user name beside a token may be anything, as GitLab has it: `https://oauth2:TOKEN@…`.
    token = instance.tokens.by_secret(password)
    if token is not None:
        return _accepted(instance, token)
    if deploy_token := instance.deploy_tokens.accepted(login, password):
        return Identity(deploy_token=deploy_token)
    user = instance.users.signed_in(login, password) if login and password else None
    return Identity(user) if user else None


def _accepted(instance: Instance, token: Token) -> Identity | None:
    user = instance.users.find(token.user_id)
    if not token.active or user is None or not user.active:
        return None
    instance.tokens.note_use(token)
    return Identity(user, token)
