"""The account with which Jenkins deploys: no rights here; each environment grants its own."""

from __future__ import annotations

import base64

import pulumi
from pulumi_kubernetes.core.v1 import Namespace, Secret, ServiceAccount
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from infra.platform.cluster import Cluster
from infra.platform.inputs import LABEL, Inputs

NAMESPACE = "kubestage-system"
ACCOUNT = "jenkins-deployer"


class Deployer(pulumi.ComponentResource):
    """A ServiceAccount with a token that lasts (`kubectl create token` gives an hour).

    Attributes:
        token: the token; a secret.
    """

    token: pulumi.Output[str]

    def __init__(self, inputs: Inputs, cluster: Cluster) -> None:
        """Declares it."""
        super().__init__("kubestage:platform:Deployer", "deployer")
        child = pulumi.ResourceOptions.merge(cluster.objects, pulumi.ResourceOptions(parent=self))
        labels = {LABEL: inputs.sandbox}
        namespace = Namespace("system", metadata=ObjectMetaArgs(name=NAMESPACE, labels=labels), opts=child)
        place = namespace.metadata["name"]
        account = ServiceAccount(
            "deployer", metadata=ObjectMetaArgs(name=ACCOUNT, namespace=place, labels=labels), opts=child
        )
        secret = Secret(
            "deployer-token",
            type="kubernetes.io/service-account-token",
            metadata=ObjectMetaArgs(
                name=f"{ACCOUNT}-token",
                namespace=place,
                labels=labels,
                annotations={"kubernetes.io/service-account.name": account.metadata["name"]},
            ),
            opts=child,
        )
        self.token = pulumi.Output.secret(secret.data.apply(lambda data: base64.b64decode(data["token"]).decode()))
        self.register_outputs({})
