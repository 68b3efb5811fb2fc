"""Containers, networks and volumes: the inputs in the engine's terms, and what is taken over or left alone."""

from __future__ import annotations

import base64
import io
import tarfile
from typing import Any

import pytest

from kubestage.errors import InputError, MachineError
from kubestage.providers.docker import containers
from kubestage.providers.docker.container import Container
from kubestage.providers.docker.network import Network
from kubestage.providers.docker.plugin import DockerPlugin
from kubestage.providers.docker.volume import Volume
from kubestage.providers.resource import Call, State
from kubestage.providers.wire import Properties

LABELS = [{"label": "kubestage.sandbox", "value": "eng"}]


@pytest.fixture
def call() -> Call:
    return Call("box", "docker:index/container:Container", 0, print, print)


def test_the_inputs_in_the_engines_terms() -> None:
    body = containers.config(
        {
            "image": "kubestage/gitlab:1",
            "name": "eng-gitlab",
            "hostname": "gitlab",
            "envs": ["A=1"],
            "restart": "unless-stopped",
            "ports": [{"internal": 8080, "external": 8929, "ip": "127.0.0.1"}],
            "networksAdvanced": [{"name": "eng", "aliases": ["gitlab"]}],
            "mounts": [{"type": "volume", "source": "eng-gitlab", "target": "/var/opt/gitlab"}],
            "labels": LABELS,
            "groupAdds": ["998"],
            "healthcheck": {"tests": ["CMD", "true"], "interval": "500ms", "retries": 3},
        }
    )

    assert body == {
        "Image": "kubestage/gitlab:1",
        "Hostname": "gitlab",
        "Env": ["A=1"],
        "Labels": {"kubestage.sandbox": "eng"},
        "ExposedPorts": {"8080/tcp": {}},
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 500_000_000, "Retries": 3},
        "NetworkingConfig": {"EndpointsConfig": {"eng": {"Aliases": ["gitlab"]}}},
        "HostConfig": {
            "NetworkMode": "eng",
            "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8929"}]},
            "RestartPolicy": {"Name": "unless-stopped"},
            "GroupAdd": ["998"],
            "Mounts": [{"Type": "volume", "Source": "eng-gitlab", "Target": "/var/opt/gitlab"}],
        },
    }


@pytest.mark.parametrize(
    ("text", "number"), [("500ms", 5 * 10**8), ("30s", 30 * 10**9), ("2m", 120 * 10**9), (None, None)]
)
def test_durations(text: str | None, number: int | None) -> None:
    assert containers.nanoseconds(text) == number


def test_a_wrong_duration_is_refused() -> None:
    with pytest.raises(InputError, match="'soon' is no duration"):
        containers.nanoseconds("soon")


def test_uploads_become_files_with_mode_and_owner() -> None:
    archive = containers.upload_archive(
        [
            {"file": "/run/secrets/token", "content": "hush", "permissions": "0400", "owner": "1000"},
            {"file": "/bin/run", "contentBase64": base64.b64encode(b"#!/bin/sh").decode(), "executable": True},
        ]
    )

    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        secret, program = tar.getmembers()
        assert (secret.name, secret.mode, secret.uid, secret.gid) == ("run/secrets/token", 0o400, 1000, 0)
        content = tar.extractfile(secret)
        assert content is not None
        assert content.read() == b"hush"
        assert program.mode == 0o755


def test_an_owner_by_name_is_refused() -> None:
    with pytest.raises(InputError, match="must be a number, not 'jenkins'"):
        containers.upload_archive([{"file": "/a", "content": "", "owner": "jenkins"}])


class Engine:
    """The calls of docker's APIClient that the resources make, on containers in memory."""

    def __init__(self) -> None:
        self.containers: dict[str, Any] = {}
        self.removed: list[str] = []
        self.networks: dict[str, Any] = {}

    def add(self, name: str, sandbox: str, *, running: bool = True) -> None:
        self.containers[name] = {
            "Id": name,
            "Image": "sha256:1",
            "State": {"Running": running, "Restarting": False},
            "Config": {"Image": "image:1", "Labels": {"kubestage.sandbox": sandbox}},
            "HostConfig": {"RestartPolicy": {"Name": "no"}},
            "NetworkSettings": {"Networks": {"eng": {"IPAddress": "10.0.0.2"}}},
        }

    def inspect_container(self, name: str) -> Any:
        from docker.errors import NotFound
        from requests import Response

        if name not in self.containers:
            response = Response()
            response.status_code = 404
            raise NotFound("no such container", response=response)
        return self.containers[name]

    def create_container_from_config(self, body: Any, name: str) -> Any:
        self.add(name, body["Labels"]["kubestage.sandbox"], running=False)
        return {"Id": name}

    def start(self, name: str) -> None:
        self.containers[name]["State"]["Running"] = True

    def remove_container(self, name: str, **_: Any) -> None:
        self.removed.append(name)
        del self.containers[name]

    def inspect_network(self, name: str) -> Any:
        return self.networks[name]

    inspect_volume = inspect_network


@pytest.fixture
def engine() -> Any:
    return Engine()


def inputs(**more: Any) -> Properties:
    return {"name": "eng-box", "image": "image:1", "labels": LABELS, "mustRun": True, "restart": "no", **more}


def test_what_the_substitute_would_leave_out_is_refused(engine: Any, call: Call) -> None:
    with pytest.raises(InputError, match="does not know gpus of container box"):
        Container(engine).check(call, inputs(gpus="all"), {})
    with pytest.raises(InputError, match="does not know ipamConfigs"):
        Network(engine).check(call, {"name": "n", "ipamConfigs": []}, {})
    with pytest.raises(InputError, match="needs a name"):
        Volume(engine).check(call, {}, {})


def test_an_unknown_type_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InputError, match="does not know docker:index/service:Service") as error:
        DockerPlugin().resource("docker:index/service:Service")

    assert "Container, Network, Volume" in error.value.why


def test_only_restart_and_running_change_in_place(engine: Any) -> None:
    paths = Container(engine).replaces({"image": "a", "restart": "no"}, {"image": "b", "restart": "always", "envs": []})

    assert paths == [("envs",), ("image",)]


def test_a_container_that_a_killed_run_left_is_made_anew(engine: Any, call: Call) -> None:
    engine.add("eng-box", "eng")

    assert Container(engine).create(call, inputs()).id == "eng-box"
    assert engine.removed == ["eng-box"]


def test_a_container_of_somebody_else_is_left_alone(engine: Any, call: Call) -> None:
    engine.add("eng-box", "other")

    with pytest.raises(MachineError, match="There is a container eng-box that is not this sandbox's") as error:
        Container(engine).create(call, inputs())
    assert engine.removed == []
    assert "docker rm -f eng-box" in error.value.fix


def test_a_network_of_somebody_else_is_left_alone(engine: Any, call: Call) -> None:
    engine.networks["eng"] = {"Id": "n", "Labels": {}}

    with pytest.raises(MachineError, match="network eng that is not this sandbox's"):
        Network(engine).create(call, {"name": "eng", "driver": "bridge", "labels": LABELS})


def test_this_sandboxs_volume_is_taken_over_with_what_is_in_it(engine: Any, call: Call) -> None:
    engine.networks["eng"] = {"Labels": {"kubestage.sandbox": "eng"}, "Mountpoint": "/there"}

    state = Volume(engine).create(call, {"name": "eng", "driver": "local", "labels": LABELS})

    assert state.outputs["mountpoint"] == "/there"


def test_a_stopped_container_is_drift_and_is_started(engine: Any, call: Call) -> None:
    engine.add("eng-box", "eng", running=False)

    seen = Container(engine).read(call, State("eng-box", {}, inputs()))
    assert seen is not None
    assert seen.inputs["mustRun"] is False

    Container(engine).update(call, seen, inputs())
    assert engine.containers["eng-box"]["State"]["Running"]


def test_a_container_that_left_its_network_is_drift(engine: Any, call: Call) -> None:
    engine.add("eng-box", "eng")
    engine.containers["eng-box"]["NetworkSettings"]["Networks"] = {}

    seen = Container(engine).read(call, State("eng-box", {}, inputs(networksAdvanced=[{"name": "eng"}])))

    assert seen is not None
    assert seen.inputs["networksAdvanced"] == []


def test_a_container_that_has_gone_is_seen(engine: Any, call: Call) -> None:
    assert Container(engine).read(call, State("eng-box", {}, inputs())) is None
