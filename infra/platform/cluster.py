"""The Kubernetes cluster: kind, one node, with the registry's name wired into it."""

from __future__ import annotations

import base64

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import ConfigMap
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from infra.platform.inputs import LABEL, Inputs
from infra.platform.network import Network
from kubestage.providers.kind.sdk import KindCluster

FIRST_NODE_PORT = 30050
NODE_PORT_COUNT = 10

# One node elects no leader; without this a restarted node waits for its own old leases (28 s instead of 9).
_NO_LEADER_ELECTION = """\
kind: ClusterConfiguration
apiVersion: kubeadm.k8s.io/v1beta3
controllerManager:
  extraArgs: {leader-elect: "false"}
scheduler:
  extraArgs: {leader-elect: "false"}
"""


class Cluster(pulumi.ComponentResource):
    """The cluster, and the provider through which objects in it are declared.

    Attributes:
        kind: the cluster itself.
        objects: options for objects in the cluster; they go when it goes.
    """

    kind: KindCluster
    objects: pulumi.ResourceOptions

    def __init__(self, inputs: Inputs, network: Network) -> None:
        """Declares it."""
        super().__init__("kubestage:platform:Cluster", "cluster")
        child = pulumi.ResourceOptions(parent=self)
        self.kind = KindCluster(
            "cluster",
            cluster_name=inputs.sandbox,
            image=inputs.images["node"],
            network=network.name,
            # A mapping cannot be added later, so all of them are made at once.
            ports=[
                {"containerPort": port, "hostPort": inputs.port(port), "listenAddress": inputs.listen}
                for port in range(FIRST_NODE_PORT, FIRST_NODE_PORT + NODE_PORT_COUNT)
            ],
            disable_default_cni=inputs.disable_default_cni,
            kube_proxy_mode="iptables",
            kube_proxy_cpu="100m",  # it is to hear of pods that go even while others start
            kubeadm_config_patches=[_NO_LEADER_ELECTION],
            node_files=[
                {
                    "path": f"/etc/containerd/certs.d/{inputs.registry}/hosts.toml",
                    "content": inputs.secret("registry_puller_password").apply(_hosts_toml),
                    "mode": "0600",
                }
            ],
            opts=child,
        )
        provider = kubernetes.Provider("cluster", kubeconfig=self.kind.kubeconfig, opts=child)
        self.objects = pulumi.ResourceOptions(parent=self, provider=provider, deleted_with=self.kind)
        ConfigMap(
            "local-registry-hosting",
            metadata=ObjectMetaArgs(
                name="local-registry-hosting", namespace="kube-public", labels={LABEL: inputs.sandbox}
            ),
            # KEP-1755: tools that look for a local registry find it here.
            data={
                "localRegistryHosting.v1": f'host: "{inputs.registry}"\n'
                f'hostFromContainerRuntime: "registry-pull:5000"\n'
                f'hostFromClusterNetwork: "registry-pull:5000"\n'
            },
            opts=self.objects,
        )
        self.register_outputs({})


def _hosts_toml(password: str) -> str:
    """The way of containerd from the registry's name to its read-only door, with the account that may pull.

    The account stands there twice: containerd asks the server again for what the host does not have, and would report
    a missing image as "401 Unauthorized".
    """
    account = base64.b64encode(f"puller:{password}".encode()).decode()
    door = "http://registry-pull:5000"
    authorization = f'  Authorization = "Basic {account}"\n'
    return (
        f'server = "{door}"\n\n'
        f"[header]\n{authorization}\n"
        f'[host."{door}"]\n  capabilities = ["pull", "resolve"]\n\n'
        f'[host."{door}".header]\n{authorization}'
    )
