"""CD: the job uuid.runner, triggered with the talk's own request and watched until the version is served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kubestage.delivery.deployment import Deployments, Rollout
from kubestage.delivery.jenkins import Jenkins
from kubestage.delivery.registry import Registry
from kubestage.delivery.service import Served, wait_until_served
from kubestage.delivery.version import check_environment, check_node_port, check_version

JOB = "uuid.runner"


@dataclass(frozen=True)
class Deployed:
    """A version that is being served.

    Attributes:
        environment: where.
        served: what /status said from outside.
        rollout: the Deployment's state when its rollout was complete.
        build: the CD job's build number.
    """

    environment: str
    served: Served
    rollout: Rollout
    build: int


def deploy(
    jenkins: Jenkins,
    registry: Registry,
    deployments: Deployments,
    *,
    environment: str,
    version: str,
    node_port: int,
    hook_secret: str,
    url: str,
    tell: Callable[[str], None],
) -> Deployed:
    """Deploys a version through the webhook, as the talk's curl line does, and watches it to the end.

    Args:
        jenkins: where the job is.
        registry: must hold the version.
        deployments: the cluster's.
        environment: test or prod.
        version: the image's tag.
        node_port: the Service's NodePort.
        hook_secret: what the request carries as X-Gitlab-Token.
        url: the service's address from outside at that NodePort.
        tell: called with the job's log as it grows.

    Raises:
        InputError: there is no such environment, version or port; nothing was triggered.
        PartError: the job or the rollout failed.
        WaitTimeout: the rollout did not end in time, or the version is not served.
    """
    check_environment(environment)
    check_version(version)
    check_node_port(node_port)
    registry.require(version)
    queued = jenkins.invoke_webhook(
        JOB,
        {"version": version, "envName": environment, "nodePort": node_port},
        {"X-Gitlab-Event": "Tag Push Hook", "X-Gitlab-Token": hook_secret},
    )
    build = jenkins.follow(JOB, queued[JOB], tell)
    build.require_success()
    rollout = deployments.wait(environment)
    return Deployed(environment, wait_until_served(url, version), rollout, build.number)
