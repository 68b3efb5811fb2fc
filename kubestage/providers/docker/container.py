"""docker:index/container:Container."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import docker

from kubestage.docker import remove_container
from kubestage.errors import InputError, PartError
from kubestage.providers.diffs import Path
from kubestage.providers.docker import containers
from kubestage.providers.docker.client import Info, asked, found, same_sandbox, taken
from kubestage.providers.resource import Call, State
from kubestage.providers.wire import UNKNOWN, Properties
from kubestage.waits import wait_for

_STOP_SECONDS = 10
_WAIT_SECONDS = 60.0
_SETTLE_SECONDS = 0.4  # a container with a wrong command line is dead by then
_IN_PLACE = frozenset({"mustRun", "restart", "destroyGraceSeconds", "wait", "waitTimeout"})
_LOG_LINES = 15


class Container:
    """A container; restart policy and running state change in place, all else needs a new one."""

    delete_first = True

    def __init__(self, client: docker.APIClient) -> None:
        self._client = client

    def check(self, call: Call, news: Properties, olds: Properties) -> Properties:
        """Refuses what the substitute would silently leave out."""
        unknown = sorted(key for key in news if key not in containers.SUPPORTED)
        if unknown:
            raise InputError(
                f"The built-in Docker plugin does not know {', '.join(unknown)} of container {call.name}",
                why="It knows " + ", ".join(sorted(containers.SUPPORTED)) + ".",
                fix="install the official plugin: pulumi plugin install resource docker",
            )
        if not news.get("name"):
            raise InputError(f"Container {call.name} has no name", fix="name it in the program")
        return {"mustRun": True, "restart": "no", **news}

    def replaces(self, olds: Properties, news: Properties) -> Sequence[Path]:
        """Nearly everything is fixed when a container is made."""
        return [(key,) for key in sorted({*olds, *news} - _IN_PLACE)]

    def preview(self, call: Call, inputs: Properties) -> Properties:
        """The inputs, and what the engine will choose as unknown."""
        return {**inputs, "networkDatas": UNKNOWN, "imageId": UNKNOWN}

    def create(self, call: Call, inputs: Properties) -> State:
        """Makes and starts the container; one that a killed run of this sandbox left is made anew."""
        name = inputs["name"]
        self._remove_leftover(inputs)
        body = containers.config(inputs)
        made: Info = asked(
            f"Container {name} cannot be made",
            lambda: self._client.create_container_from_config(body, name),  # type: ignore[no-untyped-call]
        )
        try:
            self._fill(made["Id"], inputs)
            self._start(call, made["Id"], inputs)
        except Exception:
            self._client.remove_container(made["Id"], force=True, v=True)
            raise
        return State(made["Id"], self._outputs(self._inspect(made["Id"]) or {}, inputs))

    def read(self, call: Call, state: State) -> State | None:
        """Sees a container that is gone, stopped, or was made from another image."""
        live = self._inspect(state.id)
        if live is None:
            return None
        inputs = dict(state.inputs)
        if inputs.get("mustRun") and not (live["State"]["Running"] or live["State"]["Restarting"]):
            inputs["mustRun"] = False
        inputs["image"] = live["Config"]["Image"]
        inputs["restart"] = live["HostConfig"]["RestartPolicy"]["Name"] or "no"
        if inputs.get("networksAdvanced"):
            joined = live["NetworkSettings"]["Networks"]
            inputs["networksAdvanced"] = [one for one in inputs["networksAdvanced"] if one["name"] in joined]
        return State(state.id, self._outputs(live, inputs), inputs)

    def update(self, call: Call, state: State, news: Properties) -> State:
        """Starts a stopped container, changes the restart policy."""
        name = news["name"]
        if state.inputs.get("restart") != news.get("restart"):
            policy: Any = {"Name": news.get("restart", "no")}
            asked(
                f"Container {name} cannot be changed",
                lambda: self._client.update_container(state.id, restart_policy=policy),
            )
        live = self._inspect(state.id)
        if live is None:
            return self.create(call, news)
        if not live["State"]["Running"]:
            self._start(call, state.id, news)
        return State(state.id, self._outputs(self._inspect(state.id) or live, news))

    def delete(self, call: Call, state: State) -> None:
        """Stops it within its grace period, then removes it and its anonymous volumes."""
        if self._inspect(state.id) is None:
            return
        name = state.outputs.get("name", state.id)
        grace = int(state.outputs.get("destroyGraceSeconds") or _STOP_SECONDS)
        asked(f"Container {name} cannot be stopped", lambda: self._client.stop(state.id, timeout=grace))
        self._remove(name, state.id)

    def _remove_leftover(self, inputs: Properties) -> None:
        name = inputs["name"]
        there = self._inspect(name)
        if there is None:
            return
        if not same_sandbox(inputs, there["Config"]["Labels"]):
            raise taken("container", name, "docker rm -f")
        self._remove(name, there["Id"])

    def _remove(self, name: str, container_id: str) -> None:
        asked(f"Container {name} cannot be removed", lambda: remove_container(self._client, container_id))

    def _fill(self, container_id: str, inputs: Properties) -> None:
        name = inputs["name"]
        for network in (inputs.get("networksAdvanced") or [])[1:]:
            join = partial(
                self._client.connect_container_to_network, container_id, network["name"], aliases=network.get("aliases")
            )
            asked(f"Container {name} cannot join {network['name']}", join)
        if inputs.get("uploads"):
            archive = containers.upload_archive(inputs["uploads"])
            asked(
                f"Files cannot be put into container {name}",
                lambda: self._client.put_archive(container_id, "/", archive),
            )

    def _start(self, call: Call, container_id: str, inputs: Properties) -> None:
        if not inputs.get("mustRun", True):
            return
        name = inputs["name"]
        asked(f"Container {name} cannot be started", lambda: self._client.start(container_id))
        deadline = time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < deadline:
            self._refuse_dead(name, container_id)
            time.sleep(0.1)
        if inputs.get("wait"):
            call.say("waiting for its health check")
            wait_for(
                f"container {name} is healthy",
                lambda: self._healthy(name, container_id),
                seconds=float(inputs.get("waitTimeout", _WAIT_SECONDS)),
                why=lambda: self._logs(container_id),
            )

    def _healthy(self, name: str, container_id: str) -> bool:
        live = self._refuse_dead(name, container_id)
        return bool(live["State"].get("Health", {}).get("Status") == "healthy")

    def _refuse_dead(self, name: str, container_id: str) -> Info:
        live = self._inspect(container_id) or {"State": {"Status": "gone"}}
        state: dict[str, Any] = live["State"]
        if state.get("Running") and not state.get("Restarting"):
            return live
        raise PartError(
            f"Container {name} ended as soon as it was started",
            why=f"exit code {state.get('ExitCode')}\n{self._logs(container_id)}",
            fix=f"docker logs {name}",
        )

    def _logs(self, container_id: str) -> str:
        text = asked("The log cannot be read", lambda: self._client.logs(container_id, tail=_LOG_LINES))
        return bytes(text).decode("utf-8", "replace").rstrip()

    def _inspect(self, container: str) -> Info | None:
        return found("The engine cannot be asked", lambda: self._client.inspect_container(container))

    @staticmethod
    def _outputs(live: Info, inputs: Properties) -> Properties:
        networks = live.get("NetworkSettings", {}).get("Networks") or {}
        return {
            **inputs,
            "imageId": live.get("Image", ""),
            "networkDatas": [
                {
                    "networkName": name,
                    "ipAddress": data.get("IPAddress", ""),
                    "ipPrefixLength": data.get("IPPrefixLen", 0),
                    "gateway": data.get("Gateway", ""),
                    "macAddress": data.get("MacAddress", ""),
                }
                for name, data in networks.items()
            ],
        }
