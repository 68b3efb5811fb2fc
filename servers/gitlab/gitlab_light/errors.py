"""What the server refuses, with the status and body that GitLab answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A request is answered with an error.

    Args:
        status: the HTTP status.
        body: what becomes the JSON body.
        headers: headers of the answer.
    """

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


class Gone(Refusal):
    """Somebody has removed what a request is about while it was carried out: who asked reads 404, as a moment later."""

    def __init__(self) -> None:
        super().__init__(404, {"message": "404 Not Found"})


def bad_request(message: str | Mapping[str, Any]) -> Refusal:
    """What is asked breaks a rule of the resource: 400 with `message`, as GitLab's models answer."""
    return Refusal(400, {"message": message})


def bad_parameter(error: str) -> Refusal:
    """A parameter is missing or malformed: 400 with `error`, as GitLab's parameter validation answers."""
    return Refusal(400, {"error": error})


def unauthorized() -> Refusal:
    """Nobody signed in, or with what is not known: 401."""
    return Refusal(401, {"message": "401 Unauthorized"})


def forbidden(reason: str = "") -> Refusal:
    """The user may not do this: 403."""
    return Refusal(403, {"message": "403 Forbidden" + (f" - {reason}" if reason else "")})


def not_found(noun: str = "") -> Refusal:
    """There is no such thing, or none that the user may see: 404."""
    return Refusal(404, {"message": f"404 {noun} Not Found" if noun else "404 Not Found"})


def no_record() -> Refusal:
    """What is asked for by its number is not there: 404, in the words that GitLab has for a missing record."""
    return Refusal(404, {"message": "404 Not found"})


def conflict(message: str) -> Refusal:
    """It exists already: 409."""
    return Refusal(409, {"message": message})
