"""What differs between node images, for whoever makes a cluster of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NodeProfile:
    """How to make a cluster with a node image.

    Both images read `/etc/containerd/certs.d` (kind's since 0.27), and both hold the images of their system pods.

    Attributes:
        reference: the image.
        disable_default_cni: true for our image, which brings a static network configuration; kind's has kindnet.
        kube_proxy_mode: kube-proxy's mode; our image holds what iptables needs, not IPVS.
    """

    reference: str
    disable_default_cni: bool
    kube_proxy_mode: str = "iptables"

    def cluster_config(self) -> dict[str, Any]:
        """The part of kind's configuration file that depends on the image."""
        networking = {"disableDefaultCNI": self.disable_default_cni, "kubeProxyMode": self.kube_proxy_mode}
        return {"networking": networking, "nodes": [{"role": "control-plane", "image": self.reference}]}
