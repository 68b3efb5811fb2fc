from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kubestage.settings import NODE_PORTS

from .knowledge import KUBERNETES, rendered

VALUES = {"ns": "ns-uuid-test", "version": "v1.0.0.0", "nodePort": "30050"}


@pytest.fixture
def deployment(tmp_path: Path) -> dict[str, Any]:
    return rendered("uuid.yaml", tmp_path, **VALUES)[0]


@pytest.fixture
def container(deployment: dict[str, Any]) -> dict[str, Any]:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return container


def test_there_are_just_the_talks_files() -> None:
    assert {file.name for file in KUBERNETES.iterdir()} == {
        "namespace.yaml",
        "cm-test.yaml",
        "cm-prod.yaml",
        "uuid.yaml",
    }


def test_the_namespace_is_what_the_pipeline_names(tmp_path: Path) -> None:
    (namespace,) = rendered("namespace.yaml", tmp_path, ns="ns-uuid-prod")
    assert (namespace["kind"], namespace["metadata"]["name"]) == ("Namespace", "ns-uuid-prod")


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_each_environment_has_its_own_demo_value(environment: str) -> None:
    config = yaml.safe_load((KUBERNETES / f"cm-{environment}.yaml").read_text(encoding="utf-8"))
    assert (config["kind"], config["metadata"]["name"]) == ("ConfigMap", "env-config")
    assert config["metadata"]["namespace"] == f"ns-uuid-{environment}"
    assert config["data"] == {"demo.value": environment}


def test_the_deployment_is_the_talks(deployment: dict[str, Any]) -> None:
    assert deployment["metadata"] == {"name": "uuid-deploy", "namespace": "ns-uuid-test"}
    spec = deployment["spec"]
    assert spec["replicas"] == 3
    assert spec["strategy"] == {"type": "Recreate"}
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"] == {"app": "uuid-label"}
    assert spec["revisionHistoryLimit"] == 10


def test_the_container_is_the_talks(container: dict[str, Any]) -> None:
    assert container["name"] == "uuid-server"
    assert container["image"] == "localhost:5001/apps/uuid:v1.0.0.0"
    assert container["imagePullPolicy"] == "Always"
    assert container["ports"] == [{"name": "http", "containerPort": 30001}]
    assert container["envFrom"] == [{"configMapRef": {"name": "env-config"}}]


def test_a_version_may_carry_its_digest(tmp_path: Path) -> None:
    version = f"v1.0.0.0@sha256:{'0a' * 32}"
    deployment = rendered("uuid.yaml", tmp_path, **{**VALUES, "version": version})[0]
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == f"localhost:5001/apps/uuid:{version}"


@pytest.mark.parametrize("environment", ["test", "prod"])
def test_the_service_answers_at_the_environments_node_port(environment: str, tmp_path: Path) -> None:
    port = NODE_PORTS[environment]
    service = rendered("uuid.yaml", tmp_path, **{**VALUES, "nodePort": str(port)})[1]
    assert (service["kind"], service["metadata"]["name"]) == ("Service", "uuidservice")
    assert service["spec"]["type"] == "NodePort"
    assert service["spec"]["selector"] == {"app": "uuid-label"}
    (given,) = service["spec"]["ports"]
    assert (given["port"], given["targetPort"], given["nodePort"]) == (80, 30001, port)


def test_nothing_is_left_to_be_filled_in(tmp_path: Path) -> None:
    rendered("uuid.yaml", tmp_path, **VALUES)
    assert "$" not in (tmp_path / "uuid.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("probe", "path"), [("startupProbe", "/readyz"), ("readinessProbe", "/readyz"), ("livenessProbe", "/livez")]
)
def test_the_probes_ask_the_service_over_http(container: dict[str, Any], probe: str, path: str) -> None:
    assert container[probe]["httpGet"] == {"path": path, "port": "http"}


def test_a_pod_has_time_to_end_what_it_answers(deployment: dict[str, Any], container: dict[str, Any]) -> None:
    grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    leave = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    shutdown = 10  # spring.lifecycle.timeout-per-shutdown-phase
    assert leave + shutdown < grace


def test_memory_is_bounded_and_processor_time_is_not(container: dict[str, Any]) -> None:
    assert "cpu" not in container["resources"]["limits"]
    assert "memory" in container["resources"]["limits"]
