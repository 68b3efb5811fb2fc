from kubestage.supply import NodeProfile


def test_our_image_brings_its_own_network_configuration():
    config = NodeProfile("kubestage/node:v1", disable_default_cni=True).cluster_config()

    assert config["networking"] == {"disableDefaultCNI": True, "kubeProxyMode": "iptables"}
    assert config["nodes"] == [{"role": "control-plane", "image": "kubestage/node:v1"}]


def test_kinds_image_keeps_kindnet():
    assert not NodeProfile("kubestage/node:v1", disable_default_cni=False).cluster_config()["networking"][
        "disableDefaultCNI"
    ]
