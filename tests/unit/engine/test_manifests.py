"""What infra/service takes from the delivery's own manifests."""

from __future__ import annotations

from typing import Any

from infra.service import manifests


def rendered(**changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    values: dict[str, Any] = {
        "namespace": "ns-uuid-test",
        "registry": "localhost:5101",
        "version": "v1.0.0.0",
        "node_port": 30050,
        "strategy": None,
        "history": None,
    }
    return manifests.deployment_and_service(**{**values, **changes})


def test_the_talks_facts_come_from_uuid_yaml() -> None:
    deployment, service = rendered()

    assert deployment["metadata"] == {"name": "uuid-deploy", "namespace": "ns-uuid-test"}
    assert deployment["spec"]["replicas"] == 3
    assert deployment["spec"]["strategy"]["type"] == "Recreate"
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert (container["name"], container["image"]) == ("uuid-server", "localhost:5101/apps/uuid:v1.0.0.0")
    assert service["metadata"]["name"] == "uuidservice"
    (port,) = service["spec"]["ports"]
    assert (port["port"], port["targetPort"], port["nodePort"]) == (80, 30001, 30050)


def test_a_stacks_strategy_and_history_take_their_place() -> None:
    deployment, _ = rendered(strategy="RollingUpdate", history=3)

    assert deployment["spec"]["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
    }
    assert deployment["spec"]["revisionHistoryLimit"] == 3


def test_no_variable_is_left_over() -> None:
    assert "${" not in str(rendered())


def test_each_environment_has_its_demo_value() -> None:
    for environment in ("test", "prod"):
        settings = manifests.config_map(environment)
        assert settings["metadata"]["name"] == "env-config"
        assert settings["data"] == {"demo.value": environment}
