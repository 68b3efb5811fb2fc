"""kube-proxy's share of the processor."""

from __future__ import annotations

from kubestage.providers.kubernetes.api import Api

_PATH = "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy"
_STRATEGIC = "application/strategic-merge-patch+json"


def request_cpu(api: Api, cpu: str) -> bool:
    """Gives kube-proxy a request for processor time, and tells whether that changed anything.

    kubeadm gives it none, so that all pods without one have two shares of a thousand between them (kubelet's cgroup
    `besteffort`, cpu.shares 2). While JVMs start on a small machine kube-proxy then learns seconds late which pods have
    gone, and sends them requests that are lost.

    Args:
        api: the cluster.
        cpu: a Kubernetes quantity such as "100m".

    Raises:
        PartError: the API server refuses.
    """
    live = api.get(_PATH)
    if live is None:  # a cluster may have another proxy, or none
        return False
    (container, *_) = live["spec"]["template"]["spec"]["containers"]
    if (container.get("resources", {}).get("requests") or {}).get("cpu") == cpu:
        return False
    wanted = {"name": container["name"], "resources": {"requests": {"cpu": cpu}}}
    body = {"spec": {"template": {"spec": {"containers": [wanted]}}}}
    api.request("PATCH", _PATH, body, content_type=_STRATEGIC)
    return True
