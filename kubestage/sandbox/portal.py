"""The portal's side of `up`: its accounts at the other parts, as files that only it can read."""

from __future__ import annotations

from collections.abc import Callable

from docker.models.containers import Container

from kubestage.sandbox.access import PORTAL, put_private_file, read_private_file
from kubestage.sandbox.sandbox import Sandbox
from kubestage.secrets import PULLER
from kubestage.seed.portal import (
    USER,
    knows_gitlab_token,
    knows_jenkins_token,
    new_gitlab_token,
    new_jenkins_token,
    seed_portal_hook,
)
from kubestage.waits import wait_for_http

_FOLDER = "access"
_READY_SECONDS = 120.0


def prepare_portal(sandbox: Sandbox, alive: Callable[[], None]) -> list[str]:
    """Gives the portal what it needs to read and to trigger, and GitLab its hook; says what that changed.

    GitLab and Jenkins are seeded by now. The way into the cluster comes from elsewhere: the platform tells it.

    Args:
        sandbox: the sandbox, whose portal may still be starting.
        alive: raises when it will never come.

    Raises:
        PartError: a server refuses.
        WaitTimeout: the portal does not answer.
    """
    settings, secrets = sandbox.settings, sandbox.secrets
    wait_for_http("the portal", f"{settings.portal_url}/healthz", seconds=_READY_SECONDS, alive=alive)
    container = sandbox.engine.client.containers.get(settings.container("portal"))
    changed = seed_portal_hook(settings, secrets).changed
    known = {
        "jenkins-user": USER,
        "registry-user": PULLER,
        "registry-password": secrets.registry_puller_password,
        "hook-secret": secrets.gitlab_hook_token,
    }
    for name, value in known.items():
        _put(container, name, value)
    if not knows_gitlab_token(settings, _get(container, "gitlab-token")):
        _put(container, "gitlab-token", new_gitlab_token(settings, secrets))
        changed.append("the portal's account in GitLab")
    if not knows_jenkins_token(settings, _get(container, "jenkins-token")):
        _put(container, "jenkins-token", new_jenkins_token(settings, secrets))
        changed.append("the portal's account in Jenkins")
    return changed


def give_portal_the_cluster(sandbox: Sandbox, kubeconfig: str) -> None:
    """Puts the kubeconfig of the portal's ServiceAccount in its place."""
    _put(sandbox.engine.client.containers.get(sandbox.settings.container("portal")), "kubeconfig", kubeconfig)


def _put(container: Container, name: str, value: str) -> None:
    if _get(container, name) != value:
        put_private_file(container, f"{_FOLDER}/{name}", value, PORTAL)


def _get(container: Container, name: str) -> str:
    return read_private_file(container, f"{_FOLDER}/{name}", PORTAL)
