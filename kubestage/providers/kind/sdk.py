"""What a Pulumi program writes to get a kind cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

_CAMEL = {
    "cluster_name": "clusterName",
    "disable_default_cni": "disableDefaultCni",
    "kube_proxy_cpu": "kubeProxyCpu",
    "kube_proxy_mode": "kubeProxyMode",
    "kubeadm_config_patches": "kubeadmConfigPatches",
    "node_files": "nodeFiles",
    "wait_seconds": "waitSeconds",
    "internal_endpoint": "internalEndpoint",
    "certificate_authority": "certificateAuthority",
}
_SNAKE = {camel: snake for snake, camel in _CAMEL.items()}


class KindCluster(pulumi.CustomResource):
    """A Kubernetes cluster of one node, made by kind.

    Attributes:
        kubeconfig: the administrator's kubeconfig, with the address on the host; a secret.
        endpoint: the API server as seen from the host.
        internal_endpoint: the API server as seen from the cluster's Docker network; the certificate holds this name.
        certificate_authority: the cluster's CA certificate, base64 of PEM as in a kubeconfig.
        containers: the names of the nodes' containers.
    """

    kubeconfig: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    internal_endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    containers: pulumi.Output[Sequence[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        cluster_name: pulumi.Input[str],
        image: pulumi.Input[str],
        network: pulumi.Input[str],
        ports: pulumi.Input[Sequence[pulumi.Input[Mapping[str, Any]]]],
        disable_default_cni: bool = False,
        kube_proxy_mode: str | None = None,
        kube_proxy_cpu: str | None = None,
        kubeadm_config_patches: Sequence[str] = (),
        node_files: pulumi.Input[Sequence[pulumi.Input[Mapping[str, Any]]]] | None = None,
        wait_seconds: int = 180,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the cluster.

        Args:
            resource_name: its name in the program.
            cluster_name: kind's name; the node's container is `<cluster_name>-control-plane`.
            image: the node image, present on the engine.
            network: the Docker network to join, made beforehand.
            ports: published ports, each with containerPort, hostPort and listenAddress; fixed at creation.
            disable_default_cni: the node image brings its own network plugin.
            kube_proxy_mode: as in kind's configuration; kind's default if left out.
            kube_proxy_cpu: what kube-proxy requests of the processor, such as "100m"; changed in place.
            kubeadm_config_patches: YAML patches for kubeadm.
            node_files: files on every node, each with path, content and mode (octal text); changed in place.
            wait_seconds: how long the node may take to get Ready.
            opts: Pulumi's options.
        """
        secrets = pulumi.ResourceOptions(additional_secret_outputs=["kubeconfig", "node_files"])
        super().__init__(
            "kubestage:index:KindCluster",
            resource_name,
            {
                "cluster_name": cluster_name,
                "image": image,
                "network": network,
                "ports": ports,
                "disable_default_cni": disable_default_cni,
                "kube_proxy_mode": kube_proxy_mode,
                "kube_proxy_cpu": kube_proxy_cpu,
                "kubeadm_config_patches": list(kubeadm_config_patches),
                "node_files": node_files,
                "wait_seconds": wait_seconds,
                "kubeconfig": None,
                "endpoint": None,
                "internal_endpoint": None,
                "certificate_authority": None,
                "containers": None,
            },
            pulumi.ResourceOptions.merge(secrets, opts),
        )

    def translate_input_property(self, prop: str) -> str:
        """Python's names as the plugin's."""
        return _CAMEL.get(prop, prop)

    def translate_output_property(self, prop: str) -> str:
        """The plugin's names as Python's."""
        return _SNAKE.get(prop, prop)
