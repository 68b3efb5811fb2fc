"""Accounts are the servers' own, and a name counts with its server: anybody may be called admin in GitLab."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from portal.access import accounts as accounts_module
from portal.access.accounts import Accounts
from portal.access.attempts import Attempts
from portal.access.sessions import Sessions
from portal.clients.credentials import Credentials
from portal.clients.gitlab import GitLab
from portal.clients.jenkins import Jenkins
from portal.database import Database
from portal.errors import PartDown, Refusal
from portal.models.access import NewToken, Session
from portal.settings import Settings

JENKINS = {"admin": "jenkins-password"}
GITLAB = {"root": "gitlab-password", "admin": "mine", "dev": "pw"}
TOKENS = {"glpat-dev": "dev"}


def answer(request: httpx.Request) -> httpx.Response:
    encoded = request.headers.get("Authorization", "").removeprefix("Basic ")
    user, _, password = base64.b64decode(encoded).decode().partition(":")
    if request.url.host == "jenkins":
        if JENKINS.get(user.lower()) != password:
            return httpx.Response(401)
        return httpx.Response(200, json={"name": user.lower(), "authenticated": True, "anonymous": False})
    if request.url.path == "/api/v4/user":
        token = request.headers["PRIVATE-TOKEN"]
        if token == "read-repository-only":
            return httpx.Response(403, json={"error": "insufficient_scope"})
        return httpx.Response(200, json={"username": TOKENS[token]}) if token in TOKENS else httpx.Response(401)
    assert request.url.path == "/saas/uuid-service.git/info/refs"
    # Git's door takes any name with a token.
    known = GITLAB.get(user) == password or password in (*TOKENS, "read-repository-only", "gldt-deploy")
    return httpx.Response(200 if known else 401)


def role(tmp_path: Path, user: str, password: str) -> str | None:
    async def scene() -> str | None:
        session = await _accounts(tmp_path, answer).check(user, password)
        return session.role if session else None

    return asyncio.run(scene())


def _accounts(folder: Path, answered: Callable[[httpx.Request], Any]) -> Accounts:
    settings = Settings.load({"PORTAL_DATA": str(folder)})
    credentials, transport = Credentials(folder), httpx.MockTransport(answered)
    jenkins, gitlab = Jenkins(settings, credentials, transport), GitLab(settings, credentials, transport)
    return Accounts(settings, jenkins, gitlab, Attempts())


@pytest.mark.parametrize(
    ("user", "password", "expected"),
    [
        ("admin", "jenkins-password", "operator"),
        ("root", "gitlab-password", "operator"),
        ("dev", "pw", "viewer"),
        ("admin", "mine", "viewer"),  # GitLab's admin is nobody's operator
        ("Admin", "jenkins-password", None),
        ("dev", "glpat-dev", "viewer"),
        ("root", "glpat-dev", None),  # another's token
        ("root", "read-repository-only", None),
        ("root", "gldt-deploy", None),
        ("root", "wrong", None),
        ("a:b", "pw", None),
        ("root", "ümlaut", None),
    ],
)
def test_who_is_let_in_as_what(tmp_path: Path, user: str, password: str, expected: str | None):
    assert role(tmp_path, user, password) == expected


def test_a_server_that_is_down_is_said_and_no_wrong_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def down(request: httpx.Request) -> httpx.Response:
        if request.url.host == "jenkins":
            raise httpx.ConnectError("refused")
        return answer_before(request)

    answer_before = answer
    monkeypatch.setitem(globals(), "answer", down)
    assert role(tmp_path, "root", "gitlab-password") == "operator"
    with pytest.raises(PartDown, match="Jenkins does not answer"):
        role(tmp_path, "admin", "jenkins-password")


def test_who_was_let_in_stays_while_the_server_is_down_and_not_once_it_says_no(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    state = "up"

    def changing(request: httpx.Request) -> httpx.Response:
        if state == "down":
            raise httpx.ConnectError("refused")
        return answer(request) if state == "up" else httpx.Response(401)

    async def scene() -> list[Any]:
        nonlocal state
        accounts, told = _accounts(tmp_path, changing), []
        for now in ("up", "down", "says no", "down"):
            state = now
            told += await asyncio.gather(accounts.check("dev", "pw"), return_exceptions=True)
        told += await asyncio.gather(accounts.check("dev", "another"), return_exceptions=True)
        return told

    monkeypatch.setattr(accounts_module, "_REMEMBERED_SECONDS", -1.0)
    up, down, no, *later = asyncio.run(scene())
    assert (up, down, no) == (Session(user="dev", role="viewer"), up, None)
    assert [type(each) for each in later] == [PartDown, PartDown]


def test_guesses_that_come_all_at_once_are_counted_like_those_that_come_one_by_one(tmp_path: Path):
    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.001)
        return answer(request)

    async def scene() -> tuple[list[Any], list[Any]]:
        accounts = _accounts(tmp_path, slow)
        guesses = [accounts.check("admin", f"guess {number}") for number in range(30)]
        right = [accounts.check("root", "gitlab-password") for _ in range(30)]
        return await asyncio.gather(*guesses, return_exceptions=True), await asyncio.gather(*right)

    guesses, right = asyncio.run(scene())
    assert sum(each is None for each in guesses) == 10
    assert {each.status for each in guesses if isinstance(each, Refusal)} == {429}
    assert all(each and each.role == "operator" for each in right)


def test_who_is_no_operator_any_more_may_only_look_from_then_on(tmp_path: Path):
    database = Database(tmp_path / "portal.sqlite3")
    before = Sessions(database, {"jenkins:admin", "lihua"})
    opened = {name: before.open(name, "operator").secret for name in ("admin", "lihua")}
    wish, admin = NewToken(title="script", role="operator"), Session(user="admin", role="operator", csrf="x")
    token = before.new_token(wish, admin).token
    after = Sessions(database, {"gitlab:lihua"})
    found = {name: after.find(secret) for name, secret in opened.items()}
    assert {name: each and each.role for name, each in found.items()} == {"admin": "viewer", "lihua": "operator"}
    assert [each and each.role for each in (before.bearer(token), after.bearer(token))] == ["operator", "viewer"]
    assert [each.role for each in after.tokens("admin")] == ["viewer"]
