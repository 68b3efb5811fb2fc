"""Seeds SonarQube: no first password left, an account for Jenkins, the project, its gate, the hook back to Jenkins."""

from __future__ import annotations

from pathlib import Path
from secrets import token_urlsafe

from kubestage.delivery.sonarqube import SonarQube
from kubestage.errors import PartError
from kubestage.files import write_privately
from kubestage.secrets import Secrets
from kubestage.seed.projects import SERVICE
from kubestage.seed.report import SeedReport
from kubestage.settings import Settings
from kubestage.waits import wait_for

ADMIN = "admin"
# What the pipelines' analyses run as; nobody keeps its password, only a token.
SCANNER = "jenkins"
# As Maven names it: group and artefact.
PROJECT = "saas:uuid-service"
GATE = "kubestage"
# On all code, not only on new one: worse than B in reliability or security, which is one bug or vulnerability of
# severity Major, Critical or Blocker (A is 1, E is 5).
CONDITIONS = {"reliability_rating": "2", "security_rating": "2"}
HOOK = "Jenkins"
# The slash at the end matters: without it Jenkins redirects, and the body is lost.
HOOK_URL = "http://jenkins:8080/sonarqube-webhook/"

_TOKEN_FILE = "sonarqube-token"  # noqa: S105 - a file's name
_FIRST_PASSWORD = "admin"  # noqa: S105 - SonarQube's own, which ends here
_UP_SECONDS = 600.0


def token_file(settings: Settings) -> Path:
    """Where the token of Jenkins' account is kept, mode 0600: SonarQube makes it, and shows it once."""
    return settings.folder / _TOKEN_FILE


def read_token(settings: Settings) -> str:
    """The token of Jenkins' account; empty before it was made."""
    path = token_file(settings)
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def seed_sonarqube(settings: Settings, secrets: Secrets) -> SeedReport:
    """Waits for SonarQube, makes what is missing in it, and leaves alone what is there.

    Args:
        settings: tells where SonarQube answers and where the token is kept.
        secrets: the administrator's password and the hook's secret.

    Raises:
        PartError: SonarQube refuses.
        WaitTimeout: it did not start.
    """
    report = SeedReport()
    server = SonarQube(settings.sonarqube_url, ADMIN, secrets.sonarqube_admin_password)
    wait_for("SonarQube is up", server.is_up, seconds=_UP_SECONDS, every=1.0, fix="./inv logs sonarqube")
    _seed_password(server, report)
    _seed_address(server, settings, report)
    _seed_account(server, report)
    _seed_token(server, settings, report)
    _seed_project(server, report)
    _seed_gate(server, report)
    _seed_hook(server, secrets, report)
    return report


def _seed_password(server: SonarQube, report: SeedReport) -> None:
    first = SonarQube(server.url, ADMIN, _FIRST_PASSWORD)
    changed = not server.lets_in()
    if changed and not first.lets_in():
        raise PartError(
            "SonarQube takes neither its first password nor the sandbox's",
            why=f"The password of {ADMIN} was changed by hand, or its volume is another sandbox's.",
            fix="./inv up --without sonarqube && ./inv up --with sonarqube   # loses its analyses",
        )
    if changed:
        first.post("users/change_password", login=ADMIN, previousPassword=_FIRST_PASSWORD, password=server.password)
        server.lets_in()
    report.note(f"SonarQube password of {ADMIN}", changed=changed)


def _seed_address(server: SonarQube, settings: Settings, report: SeedReport) -> None:
    """The address that links in logs and hooks have: the host's, not the one that Jenkins uses."""
    key = "sonar.core.serverBaseURL"
    found = {setting["key"]: setting.get("value") for setting in server.get("settings/values", keys=key)["settings"]}
    changed = found.get(key) != settings.sonarqube_url
    if changed:
        server.post("settings/set", key=key, value=settings.sonarqube_url)
    report.note("SonarQube address", changed=changed)


def _seed_account(server: SonarQube, report: SeedReport) -> None:
    logins = {user["login"] for user in server.get("users/search", q=SCANNER)["users"]}
    missing = SCANNER not in logins
    if missing:
        server.post("users/create", login=SCANNER, name="Jenkins", password=token_urlsafe())
        server.post("permissions/add_user", login=SCANNER, permission="scan")
    report.note(f"SonarQube user {SCANNER}", changed=missing)


def _seed_token(server: SonarQube, settings: Settings, report: SeedReport) -> None:
    known = read_token(settings)
    changed = not known or not SonarQube(server.url, known).lets_in()
    if changed:
        # A token that can do nothing but analyse is given to who asks for it, not to an administrator for another.
        account = SonarQube(server.url, SCANNER, token_urlsafe())
        server.post("users/change_password", login=SCANNER, password=account.password)
        account.post("user_tokens/revoke", name=SCANNER)  # does nothing where there is none
        made = account.post("user_tokens/generate", name=SCANNER, type="GLOBAL_ANALYSIS_TOKEN")
        write_privately(token_file(settings), f"{made['token']}\n")
    report.note(f"SonarQube token of {SCANNER}", changed=changed)


def _seed_project(server: SonarQube, report: SeedReport) -> None:
    missing = not server.get("projects/search", projects=PROJECT)["components"]
    if missing:
        server.post("projects/create", project=PROJECT, name=SERVICE.path)
    report.note(f"SonarQube project {PROJECT}", changed=missing)


def _seed_gate(server: SonarQube, report: SeedReport) -> None:
    names = {gate["name"] for gate in server.get("qualitygates/list")["qualitygates"]}
    missing = GATE not in names
    if missing:
        server.post("qualitygates/create", name=GATE)
        # A new gate comes with conditions on new code, coverage among them.
        for condition in server.get("qualitygates/show", name=GATE).get("conditions", []):
            server.post("qualitygates/delete_condition", id=str(condition["id"]))
        for metric, worst in CONDITIONS.items():
            server.post("qualitygates/create_condition", gateName=GATE, metric=metric, op="GT", error=worst)
        server.post("qualitygates/set_as_default", name=GATE)
    report.note(f"SonarQube quality gate {GATE}", changed=missing)


def _seed_hook(server: SonarQube, secrets: Secrets, report: SeedReport) -> None:
    hooks = {hook["name"]: hook for hook in server.get("webhooks/list")["webhooks"]}
    missing = hooks.get(HOOK, {}).get("url") != HOOK_URL
    if missing:
        if HOOK in hooks:
            server.post("webhooks/delete", webhook=hooks[HOOK]["key"])
        server.post("webhooks/create", name=HOOK, url=HOOK_URL, secret=secrets.sonarqube_hook_secret)
    report.note("SonarQube hook to Jenkins", changed=missing)
