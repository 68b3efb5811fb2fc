"""kube-proxy's share of the processor."""

from __future__ import annotations

from typing import Any

from kubestage.providers.kind.kubeproxy import request_cpu

PATH = "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy"


class Api:
    """A cluster whose kube-proxy has these resources, noting what is patched."""

    def __init__(self, resources: dict[str, Any] | None) -> None:
        self.resources = resources
        self.patches: list[tuple[str, str, dict[str, Any], str]] = []

    def get(self, path: str) -> dict[str, Any] | None:
        assert path == PATH
        if self.resources is None:
            return None
        container = {"name": "kube-proxy", "image": "i", "resources": self.resources}
        return {"spec": {"template": {"spec": {"containers": [container]}}}}

    def request(self, method: str, path: str, body: dict[str, Any], *, content_type: str) -> None:
        self.patches.append((method, path, body, content_type))


def test_kubeadms_kube_proxy_gets_a_share() -> None:
    api = Api({})
    assert request_cpu(api, "100m")
    container = {"name": "kube-proxy", "resources": {"requests": {"cpu": "100m"}}}
    body = {"spec": {"template": {"spec": {"containers": [container]}}}}
    assert api.patches == [("PATCH", PATH, body, "application/strategic-merge-patch+json")]


def test_a_share_that_is_there_already_restarts_nothing() -> None:
    api = Api({"requests": {"cpu": "100m"}})
    assert not request_cpu(api, "100m")
    assert api.patches == []


def test_a_cluster_without_kube_proxy_is_left_as_it_is() -> None:
    api = Api(None)
    assert not request_cpu(api, "100m")
    assert api.patches == []
