"""Seeds Jenkins: GitLab's account as credentials, the jobs, and the view that shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

import jenkins  # type: ignore[import-untyped]
import requests

from kubestage.errors import PartError
from kubestage.secrets import Secrets
from kubestage.seed.gitlab import USER
from kubestage.seed.report import SeedReport
from kubestage.settings import Settings

ADMIN = "admin"
CREDENTIALS_ID = "caoyong1-gitlab-lenovo-com"
SSH_CREDENTIALS_ID = "caoyong1-gitlab-ssh"
JOBS = ("uuid.image", "uuid.image.talk", "uuid.runner")
VIEW = "demo"

_TEMPLATES = Path(__file__).parent / "jobs"
_TIMEOUT_SECONDS = 30
# Credentials of the global domain of Jenkins' own store (credentials plugin).
_DOMAIN = "credentials/store/system/domain/_"
_XML = {"Content-Type": "text/xml; charset=utf-8"}


def seed_jenkins(settings: Settings, secrets: Secrets) -> SeedReport:
    """Makes what is missing in Jenkins, and renews what an older kubestage or another password made.

    Jenkins rewrites a config.xml as it likes, so what was sent cannot be compared with what is there. Each
    description ends in a digest of what it was made from; that is compared. A user's own changes stay as long as
    the digest in the description does.

    Args:
        settings: tells where Jenkins answers.
        secrets: the administrator's token, and the password and SSH key of GitLab's user.

    Raises:
        PartError: Jenkins refuses or does not answer.
    """
    report = SeedReport()
    with speaking_to_jenkins(settings):
        server = jenkins_server(settings, secrets)
        for credentials_id, template, values in _credentials(secrets):
            seed_credentials(server, credentials_id, template, values, report)
        for job in JOBS:
            _seed_job(server, job, report)
        _seed_view(server, report)
    return report


def jenkins_server(settings: Settings, secrets: Secrets) -> jenkins.Jenkins:
    """A client of the sandbox's Jenkins, as the administrator."""
    server = jenkins.Jenkins(settings.jenkins_url, ADMIN, secrets.jenkins_admin_token, timeout=_TIMEOUT_SECONDS)
    # A company's proxy knows nothing of the sandbox; python-jenkins has no public way to say so.
    server._session.trust_env = False
    return server


def _credentials(secrets: Secrets) -> list[tuple[str, str, dict[str, str]]]:
    """Each credential's id, its template, and what is filled into that."""
    return [
        (CREDENTIALS_ID, "credentials", {"USER": USER, "PASSWORD": secrets.gitlab_user_password}),
        (SSH_CREDENTIALS_ID, "credentials.ssh", {"USER": USER, "KEY": secrets.gitlab_user_ssh_key}),
    ]


def seed_credentials(
    server: jenkins.Jenkins, credentials_id: str, template: str, values: dict[str, str], report: SeedReport
) -> None:
    """Makes a credential from a template, or renews one that was made from other values."""
    wanted, recipe = _rendered(template, {"ID": credentials_id, **values})
    place = f"{server.server}{_DOMAIN}/credential/{credentials_id}/config.xml"
    try:
        there = str(server.jenkins_open(requests.Request("GET", place)))
    except jenkins.NotFoundException:
        there = ""
    if recipe not in there:
        target = place if there else f"{server.server}{_DOMAIN}/createCredentials"
        server.jenkins_open(requests.Request("POST", target, data=wanted.encode(), headers=_XML))
    report.note(f"Jenkins credentials {credentials_id}", changed=recipe not in there)


def _seed_job(server: jenkins.Jenkins, job: str, report: SeedReport) -> None:
    wanted, recipe = _rendered(job)
    there = server.get_job_config(job) if server.job_exists(job) else ""
    if not there:
        server.create_job(job, wanted)
    elif recipe not in there:
        server.reconfig_job(job, wanted)
    report.note(f"Jenkins job {job}", changed=recipe not in there)


def _seed_view(server: jenkins.Jenkins, report: SeedReport) -> None:
    missing = not server.view_exists(VIEW)
    if missing:
        server.create_view(VIEW, _rendered(f"view.{VIEW}")[0])
    report.note(f"Jenkins view {VIEW}", changed=missing)


def _rendered(template: str, values: dict[str, str] | None = None) -> tuple[str, str]:
    """A template with its values filled in, and the digest of both that marks it as ours."""
    text = (_TEMPLATES / f"{template}.xml").read_text(encoding="utf-8")
    for name, value in (values or {}).items():
        text = text.replace(f"@{name}@", escape(value))
    # Eight digits tell two recipes apart and give away nothing of a random password of 24 letters.
    recipe = hashlib.sha256(text.encode()).hexdigest()[:8]
    return text.replace("@RECIPE@", recipe), recipe


@contextmanager
def speaking_to_jenkins(settings: Settings) -> Iterator[None]:
    """Turns what python-jenkins and requests raise into errors that say what to do."""
    try:
        yield
    except jenkins.JenkinsException as error:
        raise PartError("Jenkins refuses a request", why=str(error), fix="./inv logs jenkins") from error
    except requests.RequestException as error:
        raise PartError(
            f"Jenkins at {settings.jenkins_url} does not answer", why=type(error).__name__, fix="./inv up"
        ) from error
