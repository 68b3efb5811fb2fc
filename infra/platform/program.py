"""The platform's parts and how they hang together.

Registry, GitLab, Jenkins and the portal need the network alone, so they are up long before the cluster is.
"""

from __future__ import annotations

from typing import Any

import pulumi

from infra.platform.cluster import Cluster
from infra.platform.deployer import Deployer
from infra.platform.gitlab import GitLab
from infra.platform.inputs import Inputs
from infra.platform.jenkins import Jenkins
from infra.platform.network import Network
from infra.platform.portal import Portal
from infra.platform.registry import Registry
from infra.platform.sonarqube import SonarQube


def declare() -> dict[str, pulumi.Output[Any]]:
    """Declares the platform.

    Returns:
        kubeconfig: the administrator's, with the address on the host; a secret.
        internalEndpoint: the API server as Jenkins sees it.
        certificateAuthority: the cluster's, base64 of PEM.
        deployerToken: the token of Jenkins' account in the cluster; a secret.
        portalToken: the token of the portal's account there; a secret.
    """
    inputs = Inputs.read()
    network = Network(inputs)
    Registry(inputs, network)
    GitLab(inputs, network)
    Jenkins(inputs, network)
    Portal(inputs, network)
    if "sonarqube" in inputs.extras:
        SonarQube(inputs, network)
    cluster = Cluster(inputs, network)
    deployer = Deployer(inputs, cluster)
    return {
        "kubeconfig": cluster.kind.kubeconfig,
        "internalEndpoint": cluster.kind.internal_endpoint,
        "certificateAuthority": cluster.kind.certificate_authority,
        "deployerToken": deployer.token,
        "portalToken": deployer.portal_token,
    }
