"""The accounts of a sandbox, for the one task that shows them."""

from __future__ import annotations

from dataclasses import dataclass

from kubestage.extras import SONARQUBE, read_extras
from kubestage.secrets import JOB_TOKENS, PULLER, PUSHER, Secrets
from kubestage.seed.sonarqube import SCANNER, read_token
from kubestage.settings import Settings
from kubestage.ssh import host_fingerprint


@dataclass(frozen=True)
class Account:
    """A way in.

    Attributes:
        key: its name in --json.
        what: what it opens.
        address: where.
        user: the account, empty where only a secret is asked for.
        secret: password or secret.
        token: an API token, where there is one.
    """

    key: str
    what: str
    address: str
    user: str
    secret: str
    token: str = ""


def _ssh_title(settings: Settings) -> str:
    """What the key opens, and by which fingerprint ssh knows the host; without that while nothing answers."""
    fingerprint = host_fingerprint(settings.listen, settings.gitlab_ssh_port)
    return "GitLab by SSH, caoyong1" + (f", host key {fingerprint}" if fingerprint else "")


def accounts(settings: Settings, secrets: Secrets) -> list[Account]:
    """Every account of the sandbox."""
    webhook = f"{settings.jenkins_url}/generic-webhook-trigger/invoke?token={JOB_TOKENS['runner']}"
    return [
        Account(
            "gitlab", "GitLab administrator", settings.gitlab_url, "root", secrets.gitlab_root_password,
            secrets.gitlab_root_token,
        ),
        Account("developer", "GitLab developer", settings.gitlab_url, "caoyong1", secrets.gitlab_user_password),
        Account("gitlab-ssh", _ssh_title(settings), settings.gitlab_ssh, "git", f"ssh -i {settings.ssh_key}"),
        Account(
            "jenkins", "Jenkins administrator", settings.jenkins_url, "admin", secrets.jenkins_admin_password,
            secrets.jenkins_admin_token,
        ),
        Account("portal", "portal, as operator", settings.portal_url, "admin", secrets.jenkins_admin_password),
        Account("webhook", "X-Gitlab-Token of webhooks", webhook, "", secrets.gitlab_hook_token),
        Account("registry", "registry, push and pull", settings.registry, PUSHER, secrets.registry_pusher_password),
        Account("registry-pull", "registry, pull only", "inside the network", PULLER, secrets.registry_puller_password),
        *_extras(settings, secrets),
    ]  # fmt: skip


def _extras(settings: Settings, secrets: Secrets) -> list[Account]:
    if SONARQUBE not in read_extras(settings):
        return []
    url, password = settings.sonarqube_url, secrets.sonarqube_admin_password
    return [
        Account("sonarqube", "SonarQube administrator", url, "admin", password),
        Account("sonarqube-scanner", "SonarQube, analyses", url, SCANNER, "", read_token(settings)),
    ]
