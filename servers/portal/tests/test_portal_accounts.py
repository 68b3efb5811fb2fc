"""Accounts are the servers' own, and a name counts with its server: anybody may be called admin in GitLab."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

import httpx
import pytest
from portal.access.accounts import Accounts
from portal.clients.credentials import Credentials
from portal.clients.gitlab import GitLab
from portal.clients.jenkins import Jenkins
from portal.errors import PartDown
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
    settings = Settings.load({"PORTAL_DATA": str(tmp_path)})

    async def scene() -> str | None:
        credentials, transport = Credentials(tmp_path), httpx.MockTransport(answer)
        accounts = Accounts(
            settings, Jenkins(settings, credentials, transport), GitLab(settings, credentials, transport)
        )
        session = await accounts.check(user, password)
        return session.role if session else None

    return asyncio.run(scene())


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
