"""The kinds of Kubernetes objects that the substitute knows."""

from __future__ import annotations

from dataclasses import dataclass

from kubestage.errors import InputError
from kubestage.providers.diffs import Path, parse_path


@dataclass(frozen=True)
class Kind:
    """One kind of object.

    Attributes:
        api_version: as in manifests, such as "apps/v1".
        name: the kind's name, such as "Deployment".
        plural: its name in paths of the API.
        namespaced: whether it lives in a namespace.
        immutable: input paths besides name and namespace that the API server refuses to change.
    """

    api_version: str
    name: str
    plural: str
    namespaced: bool = True
    immutable: tuple[str, ...] = ()

    def path(self, namespace: str, name: str) -> str:
        """The object's path in the API."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        scope = f"/namespaces/{namespace}" if self.namespaced else ""
        return f"{root}{scope}/{self.plural}/{name}"

    def replaces(self) -> list[Path]:
        """The input paths whose change needs a new object."""
        names = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
        return [parse_path(text) for text in (*names, *self.immutable)]


_RBAC = "rbac.authorization.k8s.io/v1"

KINDS = {
    (kind.api_version, kind.name): kind
    for kind in (
        Kind("v1", "Namespace", "namespaces", namespaced=False),
        Kind("v1", "ConfigMap", "configmaps"),
        Kind("v1", "Secret", "secrets", immutable=("type",)),
        Kind("v1", "ServiceAccount", "serviceaccounts"),
        Kind("v1", "Service", "services", immutable=("spec.clusterIP",)),
        Kind("apps/v1", "Deployment", "deployments", immutable=("spec.selector",)),
        Kind(_RBAC, "Role", "roles"),
        Kind(_RBAC, "RoleBinding", "rolebindings", immutable=("roleRef",)),
        Kind(_RBAC, "ClusterRole", "clusterroles", namespaced=False),
        Kind(_RBAC, "ClusterRoleBinding", "clusterrolebindings", namespaced=False, immutable=("roleRef",)),
    )
}


def kind_of(type_token: str) -> Kind:
    """The kind behind a type token such as "kubernetes:apps/v1:Deployment".

    Raises:
        InputError: the substitute does not know the type.
    """
    _, group_version, name = type_token.split(":", 2)
    kind = KINDS.get((group_version.removeprefix("core/"), name))
    if kind is None:
        raise InputError(
            f"The built-in Kubernetes plugin does not know {type_token}",
            why="It knows " + ", ".join(sorted(known.name for known in KINDS.values())) + ".",
            fix="install the official plugin: pulumi plugin install resource kubernetes",
        )
    return kind
