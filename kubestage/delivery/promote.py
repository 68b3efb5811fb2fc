"""Promotion: what one environment has proven goes to another, byte for byte."""

from __future__ import annotations

from kubestage.delivery.deployment import Deployments
from kubestage.errors import InputError, PartError


def proven_version(deployments: Deployments, environment: str) -> str:
    """The version that an environment runs, with the digest that its pods really run, as in "v1.0.0.0@sha256:…".

    A tag can be moved after test has run it; a digest can not.

    Raises:
        InputError: a rollout is under way, so that nothing is proven yet.
        PartError: the environment has no Deployment, or its pods run different images.
    """
    rollout = deployments.require(environment)
    if not rollout.complete:
        raise InputError(
            f"{environment} is in the middle of a rollout",
            why=f"{rollout.available} of {rollout.wanted} replicas are available, {rollout.updated} updated.",
            fix=f"kubectl rollout status deployment/uuid-deploy -n ns-uuid-{environment}   # and promote then",
        )
    digests = deployments.running_digests(environment)
    if len(digests) != 1:
        raise PartError(
            f"The pods of {environment} do not run one image",
            why=f"They run {', '.join(sorted(digests)) or 'nothing that is ready'}.",
            fix="./inv status",
        )
    return f"{rollout.version}@{digests.pop()}"
