"""The cluster's accounts for Jenkins and the portal: no rights here; each environment grants its own."""

from __future__ import annotations

import base64

import pulumi
from pulumi_kubernetes.core.v1 import Namespace, Secret, ServiceAccount
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from infra.platform.cluster import Cluster
from infra.platform.inputs import LABEL, Inputs

NAMESPACE = "kubestage-system"
DEPLOYER = "jenkins-deployer"
PORTAL = "portal"


class Deployer(pulumi.ComponentResource):
    """ServiceAccounts with tokens that last (`kubectl create token` gives an hour).

    Attributes:
        token: the token of Jenkins' account; a secret.
        portal_token: the token of the portal's; a secret.
    """

    token: pulumi.Output[str]
    portal_token: pulumi.Output[str]

    def __init__(self, inputs: Inputs, cluster: Cluster) -> None:
        """Declares them."""
        super().__init__("kubestage:platform:Deployer", "deployer")
        self._child = pulumi.ResourceOptions.merge(cluster.objects, pulumi.ResourceOptions(parent=self))
        self._labels = {LABEL: inputs.sandbox}
        namespace = Namespace("system", metadata=ObjectMetaArgs(name=NAMESPACE, labels=self._labels), opts=self._child)
        self._place = namespace.metadata["name"]
        self.token = self._account("deployer", DEPLOYER)
        self.portal_token = self._account("portal", PORTAL)
        self.register_outputs({})

    def _account(self, resource: str, name: str) -> pulumi.Output[str]:
        """An account, and its token."""
        account = ServiceAccount(
            resource,
            metadata=ObjectMetaArgs(name=name, namespace=self._place, labels=self._labels),
            opts=self._child,
        )
        secret = Secret(
            f"{resource}-token",
            type="kubernetes.io/service-account-token",
            metadata=ObjectMetaArgs(
                name=f"{name}-token",
                namespace=self._place,
                labels=self._labels,
                annotations={"kubernetes.io/service-account.name": account.metadata["name"]},
            ),
            opts=self._child,
        )
        return pulumi.Output.secret(secret.data.apply(lambda data: base64.b64decode(data["token"]).decode()))
