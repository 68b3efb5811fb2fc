"""Gives the portal accounts of its own: one that reads in GitLab, one in Jenkins, and GitLab's hook to it."""

from __future__ import annotations

from typing import Any

import jenkins  # type: ignore[import-untyped]
import requests
from gitlab import Gitlab
from gitlab.const import AccessLevel

from kubestage.errors import PartError
from kubestage.secrets import Secrets
from kubestage.seed.gitlab import gitlab_client, renewed_token, speaking_to_gitlab
from kubestage.seed.jenkins import jenkins_server, speaking_to_jenkins
from kubestage.seed.projects import SERVICE
from kubestage.seed.report import SeedReport
from kubestage.settings import Settings

USER = "portal"
# The portal as GitLab sees it.
HOOK_URL = "http://portal:8080/hooks/gitlab"

_TIMEOUT_SECONDS = 30


def seed_portal_hook(settings: Settings, secrets: Secrets) -> SeedReport:
    """Has GitLab tell the portal of pushes to the service, as it tells Jenkins.

    Raises:
        PartError: GitLab refuses or does not answer.
    """
    report = SeedReport()
    with speaking_to_gitlab(settings):
        project = gitlab_client(settings, secrets).projects.get(SERVICE.path)
        missing = all(hook.url != HOOK_URL for hook in project.hooks.list(get_all=True))
        if missing:
            wanted: dict[str, Any] = {"push_events": True, "tag_push_events": True, "enable_ssl_verification": False}
            project.hooks.create({"url": HOOK_URL, "token": secrets.gitlab_hook_token, **wanted})
        report.note(f"hook of {SERVICE.path} to the portal", changed=missing)
    return report


def knows_gitlab_token(settings: Settings, token: str) -> bool:
    """Whether a token opens GitLab as the portal's account."""
    headers = {"PRIVATE-TOKEN": token}
    return bool(token) and _name(f"{settings.gitlab_url}/api/v4/user", "username", headers=headers) == USER


def knows_jenkins_token(settings: Settings, token: str) -> bool:
    """Whether a token opens Jenkins as the portal's account."""
    return bool(token) and _name(f"{settings.jenkins_url}/whoAmI/api/json", "name", auth=(USER, token)) == USER


def new_gitlab_token(settings: Settings, secrets: Secrets) -> str:
    """Makes the account, a reporter of the service's project, and a token that only reads; older ones are taken back.

    Raises:
        PartError: GitLab refuses or does not answer.
    """
    with speaking_to_gitlab(settings):
        client = gitlab_client(settings, secrets)
        user_id = _gitlab_user(client, secrets)
        members = client.projects.get(SERVICE.path).members
        if user_id not in {member.get_id() for member in members.list(get_all=True)}:
            members.create({"user_id": user_id, "access_level": int(AccessLevel.REPORTER)})
        return renewed_token(client, user_id, USER, "read_api")


def new_jenkins_token(settings: Settings, secrets: Secrets) -> str:
    """Makes the account, whose password nobody else knows, and an API token of it.

    Only the account itself makes tokens of its own; a request with a password needs Jenkins' crumb of the same session.

    Raises:
        PartError: Jenkins refuses or does not answer.
    """
    with speaking_to_jenkins(settings):
        server = jenkins_server(settings, secrets)
        _jenkins_user(server, secrets.portal_password)
        with requests.Session() as session:
            session.trust_env = False
            session.auth = (USER, secrets.portal_password)
            crumb = session.get(f"{settings.jenkins_url}/crumbIssuer/api/json", timeout=_TIMEOUT_SECONDS).json()
            place = f"user/{USER}/descriptorByName/jenkins.security.ApiTokenProperty/generateNewToken"
            answer = session.post(
                f"{settings.jenkins_url}/{place}",
                data={"newTokenName": USER},
                headers={crumb["crumbRequestField"]: crumb["crumb"]},
                timeout=_TIMEOUT_SECONDS,
            )
        if not answer.ok:
            why = f"HTTP {answer.status_code}: {answer.text[:300]}"
            raise PartError("Jenkins gives the portal no API token", why=why, fix="./inv logs jenkins")
        return str(answer.json()["data"]["tokenValue"])


def _gitlab_user(client: Gitlab, secrets: Secrets) -> int:
    known = client.users.list(username=USER, get_all=True)
    if known:
        return int(known[0].attributes["id"])
    user = client.users.create(
        {
            "username": USER,
            "name": USER,
            "email": f"{USER}@example.com",
            "password": secrets.portal_password,
            "skip_confirmation": True,
        }
    )
    return int(user.attributes["id"])


def _jenkins_user(server: jenkins.Jenkins, password: str) -> None:
    """Makes the account in Jenkins' own user database, or one with the password of now in its place."""
    fields = {"username": USER, "password1": password, "password2": password}
    fields |= {"fullname": USER, "email": f"{USER}@example.com"}
    try:
        server.jenkins_open(requests.Request("GET", f"{server.server}user/{USER}/api/json"))
        server.jenkins_open(requests.Request("POST", f"{server.server}user/{USER}/doDelete"))
    except jenkins.NotFoundException:
        pass
    server.jenkins_open(requests.Request("POST", f"{server.server}securityRealm/createAccountByAdmin", data=fields))


def _name(url: str, key: str, **options: Any) -> str:
    """What a server says is the name of whoever asks; empty where it knows nobody."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.get(url, timeout=_TIMEOUT_SECONDS, **options)
            return str(answer.json().get(key) or "") if answer.ok else ""
        except (requests.RequestException, ValueError):
            return ""
