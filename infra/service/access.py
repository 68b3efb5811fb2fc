"""What the accounts of Jenkins and of the portal may do in this environment, and nowhere else."""

from __future__ import annotations

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.rbac.v1 import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRuleArgs,
    Role,
    RoleBinding,
    RoleRefArgs,
    SubjectArgs,
)

from infra.service.inputs import Inputs

_ACCOUNT = "jenkins-deployer"
_PORTAL = "portal"
_ACCOUNT_NAMESPACE = "kubestage-system"
_GROUP = "rbac.authorization.k8s.io"
_CHANGE = ["get", "list", "watch", "create", "update", "patch", "delete"]
_LOOK = ["get", "list", "watch"]
_DEPLOYMENT = "uuid-deploy"


class Access(pulumi.ComponentResource):
    """Rights in the namespace, and on the namespace object itself, which the CD job applies."""

    def __init__(self, inputs: Inputs, namespace: pulumi.Input[str], options: pulumi.ResourceOptions) -> None:
        """Declares them."""
        super().__init__("kubestage:service:Access", "access", None, options)
        child = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(parent=self))
        subjects = [SubjectArgs(kind="ServiceAccount", name=_ACCOUNT, namespace=_ACCOUNT_NAMESPACE)]
        here = ObjectMetaArgs(name=_ACCOUNT, namespace=namespace, labels=inputs.labels)
        Role(
            "deployer",
            metadata=here,
            rules=[
                PolicyRuleArgs(api_groups=[""], resources=["configmaps", "services"], verbs=_CHANGE),
                PolicyRuleArgs(api_groups=["apps"], resources=["deployments", "deployments/scale"], verbs=_CHANGE),
                PolicyRuleArgs(api_groups=["apps"], resources=["replicasets"], verbs=_LOOK),
                PolicyRuleArgs(api_groups=[""], resources=["pods", "pods/log", "events"], verbs=_LOOK),
            ],
            opts=child,
        )
        RoleBinding(
            "deployer",
            metadata=here,
            subjects=subjects,
            role_ref=RoleRefArgs(api_group=_GROUP, kind="Role", name=_ACCOUNT),
            opts=child,
        )
        name = f"{_ACCOUNT}-{inputs.namespace}"
        everywhere = ObjectMetaArgs(name=name, labels=inputs.labels)
        ClusterRole(
            "deployer-namespace",
            metadata=everywhere,
            rules=[
                PolicyRuleArgs(
                    api_groups=[""], resources=["namespaces"], resource_names=[inputs.namespace], verbs=["get", "patch"]
                )
            ],
            opts=child,
        )
        ClusterRoleBinding(
            "deployer-namespace",
            metadata=everywhere,
            subjects=subjects,
            role_ref=RoleRefArgs(api_group=_GROUP, kind="ClusterRole", name=name),
            opts=child,
        )
        self._portal(inputs, namespace, child)
        self.register_outputs({})

    def _portal(self, inputs: Inputs, namespace: pulumi.Input[str], child: pulumi.ResourceOptions) -> None:
        """The portal looks, and changes the one Deployment and the one ConfigMap."""
        here = ObjectMetaArgs(name=_PORTAL, namespace=namespace, labels=inputs.labels)
        Role(
            "portal",
            metadata=here,
            rules=[
                PolicyRuleArgs(api_groups=["apps"], resources=["deployments", "replicasets"], verbs=_LOOK),
                PolicyRuleArgs(api_groups=[""], resources=["pods", "events"], verbs=_LOOK),
                PolicyRuleArgs(api_groups=[""], resources=["pods/log"], verbs=["get"]),
                PolicyRuleArgs(
                    api_groups=["apps"],
                    resources=["deployments", "deployments/scale"],
                    resource_names=[_DEPLOYMENT],
                    verbs=["patch"],
                ),
                PolicyRuleArgs(
                    api_groups=[""], resources=["configmaps"], resource_names=["env-config"], verbs=[*_LOOK, "patch"]
                ),
                PolicyRuleArgs(api_groups=[""], resources=["services"], resource_names=["uuidservice"], verbs=_LOOK),
            ],
            opts=child,
        )
        RoleBinding(
            "portal",
            metadata=here,
            subjects=[SubjectArgs(kind="ServiceAccount", name=_PORTAL, namespace=_ACCOUNT_NAMESPACE)],
            role_ref=RoleRefArgs(api_group=_GROUP, kind="Role", name=_PORTAL),
            opts=child,
        )
