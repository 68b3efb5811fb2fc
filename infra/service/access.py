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
        self._child = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(parent=self))
        rules = [
            PolicyRuleArgs(api_groups=[""], resources=["configmaps", "services"], verbs=_CHANGE),
            PolicyRuleArgs(api_groups=["apps"], resources=["deployments", "deployments/scale"], verbs=_CHANGE),
            PolicyRuleArgs(api_groups=["apps"], resources=["replicasets"], verbs=_LOOK),
            PolicyRuleArgs(api_groups=[""], resources=["pods", "pods/log", "events"], verbs=_LOOK),
        ]
        self._grant("deployer", _ACCOUNT, rules, inputs, namespace)
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
            opts=self._child,
        )
        ClusterRoleBinding(
            "deployer-namespace",
            metadata=everywhere,
            subjects=[_subject(_ACCOUNT)],
            role_ref=RoleRefArgs(api_group=_GROUP, kind="ClusterRole", name=name),
            opts=self._child,
        )
        self._portal(inputs, namespace)
        self.register_outputs({})

    def _portal(self, inputs: Inputs, namespace: pulumi.Input[str]) -> None:
        """The portal looks, and changes the one Deployment and the one ConfigMap."""
        rules = [
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
        ]
        self._grant("portal", _PORTAL, rules, inputs, namespace)

    def _grant(
        self, resource: str, account: str, rules: list[PolicyRuleArgs], inputs: Inputs, namespace: pulumi.Input[str]
    ) -> None:
        """A Role of the account's name in the namespace, bound to the account."""
        here = ObjectMetaArgs(name=account, namespace=namespace, labels=inputs.labels)
        Role(resource, metadata=here, rules=rules, opts=self._child)
        RoleBinding(
            resource,
            metadata=here,
            subjects=[_subject(account)],
            role_ref=RoleRefArgs(api_group=_GROUP, kind="Role", name=account),
            opts=self._child,
        )


def _subject(account: str) -> SubjectArgs:
    return SubjectArgs(kind="ServiceAccount", name=account, namespace=_ACCOUNT_NAMESPACE)
