"""The Kubernetes plugin: objects of the known kinds, by server-side apply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from kubestage.errors import InputError, MachineError, PartError, WaitTimeout
from kubestage.providers.diffs import Path
from kubestage.providers.kubernetes import awaiting, settling
from kubestage.providers.kubernetes.api import Api, ApiError, Object, Unreachable
from kubestage.providers.kubernetes.kinds import Kind, kind_of
from kubestage.providers.kubernetes.live import as_inputs
from kubestage.providers.kubernetes.ownership import Foreign, taken_over, without_foreign
from kubestage.providers.kubernetes.release import release_strategy
from kubestage.providers.resource import Call, NotReady, State
from kubestage.providers.servicer import Plugin
from kubestage.providers.wire import UNKNOWN, Properties, Secret, holds_unknown

_READY_SECONDS = 300.0
_SERVER_METADATA = ("uid", "resourceVersion", "creationTimestamp", "generation")
_RECREATE: Object = {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}
_SANDBOX_LABEL = "kubestage.sandbox"


class KubernetesPlugin(Plugin):
    """Stands in for the official plugin of the SDK pulumi_kubernetes."""

    name = "kubernetes"
    version = "4.34.2"

    def __init__(self) -> None:
        self._api: Api | None = None
        self._told_unreachable = False

    def unreachable(self, call: Call) -> None:
        """Says once for all objects that the cluster does not answer."""
        if not self._told_unreachable:
            self._told_unreachable = True
            call.warn("The cluster does not answer; its objects are taken to be as they were")

    def configure(self, config: Properties) -> None:
        """Takes the kubeconfig; it is unknown in the preview of a cluster's first creation."""
        kubeconfig = config.get("kubeconfig")
        self._api = Api(kubeconfig) if isinstance(kubeconfig, str) and kubeconfig else None

    def config_replaces(self, old: Properties, new: Properties) -> Sequence[str]:
        """Another cluster replaces all objects; other credentials for the same cluster do not.

        An unknown kubeconfig replaces nothing yet: the engine asks so while it plans a cluster's replacement, and on
        a yes closes the very connection through which it then deletes the old objects (Registry.Diff in 3.256.0).
        """
        before, after = old.get("kubeconfig"), new.get("kubeconfig")
        if before is UNKNOWN or after is UNKNOWN or _cluster(before) == _cluster(after):
            return []
        return ["kubeconfig"]

    def resource(self, type_token: str) -> KubernetesObject:
        """Any of the known kinds."""
        return KubernetesObject(kind_of(type_token), self)

    @property
    def api(self) -> Api:
        """The configured cluster."""
        if self._api is None:
            raise InputError("The Kubernetes provider has no kubeconfig", fix="set the provider's kubeconfig")
        return self._api


def _cluster(kubeconfig: Any) -> Any:
    """Address and certificate authority, which make a cluster this cluster."""
    if not isinstance(kubeconfig, str):
        return kubeconfig
    try:
        return [
            (one["cluster"].get("server"), one["cluster"].get("certificate-authority-data"))
            for one in yaml.safe_load(kubeconfig)["clusters"]
        ]
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        return kubeconfig


def _turns_to_recreate(body: Object, live: Object) -> bool:
    """Whether the API server would find its own defaulted rollingUpdate beside Recreate, and forbid that.

    Server-side apply cannot clear a field that it never owned, so a patch clears it in the same moment.
    """
    wanted = body.get("spec", {}).get("strategy", {}).get("type")
    return wanted == "Recreate" and "rollingUpdate" in live["spec"].get("strategy", {})


class KubernetesObject:
    """Objects of one kind.

    The annotations pulumi.com/skipAwait, pulumi.com/timeoutSeconds and pulumi.com/patchForce mean what they mean to the
    official plugin.
    """

    delete_first = True

    def __init__(self, kind: Kind, plugin: KubernetesPlugin) -> None:
        self._kind = kind
        self._plugin = plugin

    def check(self, call: Call, news: Properties, olds: Properties) -> Properties:
        """Completes kind, version and namespace."""
        inputs = {**news, "apiVersion": self._kind.api_version, "kind": self._kind.name}
        metadata = dict(news.get("metadata") or {})
        if not metadata.get("name"):
            raise InputError(f"{self._kind.name} {call.name} has no metadata.name", fix="name it in the program")
        if self._kind.namespaced:
            metadata.setdefault("namespace", "default")
        inputs["metadata"] = metadata
        return inputs

    def replaces(self, olds: Properties, news: Properties) -> Sequence[Path]:
        """Names, and what the API server keeps as it is."""
        frozen: list[Path] = [("data",), ("binaryData",), ("stringData",)] if olds.get("immutable") is True else []
        return [*self._kind.replaces(), *frozen]

    def preview(self, call: Call, inputs: Properties) -> Properties:
        """The inputs, and what the server will fill in as unknown."""
        metadata = {**dict.fromkeys(_SERVER_METADATA, UNKNOWN), **inputs["metadata"]}
        outputs = {**inputs, "metadata": metadata, "status": UNKNOWN}
        if self._kind.name == "Service":
            outputs["spec"] = {"clusterIP": UNKNOWN, "clusterIPs": UNKNOWN, **(inputs.get("spec") or {})}
        if self._kind.name == "Secret" and "data" not in inputs:
            outputs["data"] = UNKNOWN
        return outputs

    def create(self, call: Call, inputs: Properties) -> State:
        """Applies the object; one that a killed run left is taken over, without forcing anything."""
        path = self._path(inputs)
        live = self._plugin.api.get(path)
        if live is not None:
            self._refuse_others(inputs, live)
        return self._apply(call, path, inputs, live)

    def read(self, call: Call, state: State) -> State | None:
        """Looks for drift in the fields that are ours.

        While no API server answers nothing is known: the state stays, and the cluster's own resource repairs itself.
        """
        inputs = state.inputs or state.outputs
        try:
            live = self._plugin.api.get(self._path(inputs))
        except Unreachable:
            self._plugin.unreachable(call)
            return state
        if live is None or live["metadata"].get("deletionTimestamp"):
            return None
        _, foreign = without_foreign(inputs, live)
        found = as_inputs(inputs, live, [one.path for one in foreign])
        state = State(state.id, self._outputs(live, inputs), found)
        # Pods that another client deployed are that client's to judge; ours are brought up again by an update.
        if not taken_over(live, ("spec", "template")):
            missing = awaiting.missing(self._plugin.api, self._kind, live)
            if missing:
                raise NotReady(state, PartError(f"{self._kind.name} {state.id} is not ready", why=missing))
        return state

    def update(self, call: Call, state: State, news: Properties) -> State:
        """Applies what changed; made anew if it has gone meanwhile."""
        path = self._path(news)
        return self._apply(call, path, news, self._plugin.api.get(path))

    def delete(self, call: Call, state: State) -> None:
        """Deletes exactly the object of the state (by uid) and waits until it is gone; a lost cluster took it along."""
        if holds_unknown(state.outputs.get("metadata")):
            return
        api, path = self._plugin.api, self._path(state.outputs)
        uid = state.outputs["metadata"].get("uid", "")
        try:
            api.delete(path, uid=uid)
            awaiting.gone(api, self._kind, path, uid, seconds=call.seconds or _READY_SECONDS)
        except Unreachable:
            self._plugin.unreachable(call)

    def _apply(self, call: Call, path: str, inputs: Properties, live: Object | None) -> State:
        if live is not None and live["metadata"].get("deletionTimestamp"):
            call.say("waiting until the old one is gone")
            awaiting.gone(self._plugin.api, self._kind, path, live["metadata"]["uid"], seconds=_READY_SECONDS)
            live = None
        annotations = inputs["metadata"].get("annotations") or {}
        force = annotations.get("pulumi.com/patchForce") == "true"
        if live is not None and self._kind.name == "Deployment":
            live = self._settle(call, path, inputs, live)
        body, foreign = self._body(call, inputs, live, force=force)
        for one in foreign:
            call.warn(str(one))
        live = self._send(path, body, force=force)
        if annotations.get("pulumi.com/skipAwait") != "true":
            seconds = call.seconds or float(annotations.get("pulumi.com/timeoutSeconds", _READY_SECONDS))
            try:
                live = awaiting.ready(self._plugin.api, self._kind, path, live, seconds=seconds, say=call.say)
            except (PartError, WaitTimeout) as error:
                state = State(awaiting.name_of(live), self._outputs(live, inputs), inputs)
                raise NotReady(state, error) from None
        return State(awaiting.name_of(live), self._outputs(live, inputs))

    def _body(
        self, call: Call, inputs: Properties, live: Object | None, *, force: bool
    ) -> tuple[Object, list[Foreign]]:
        if live is None or force:
            return inputs, []
        body, foreign = without_foreign(inputs, live, call.ignore)
        if self._kind.name == "Deployment" and _turns_to_recreate(body, live):
            path = self._path(inputs)
            self._plugin.api.merge(path, _RECREATE)
            # Other replicas at the same time would wedge a rollout that has stopped half-way.
            settling.alone(self._plugin.api, path, live)
            release_strategy(self._plugin.api, path)
        return body, foreign

    def _settle(self, call: Call, path: str, inputs: Properties, live: Object) -> Object:
        """Lets a running rollout end before its strategy or replicas are changed."""
        body, _ = without_foreign(inputs, live, call.ignore)
        if not settling.disturbs(body, live):
            return live
        seconds = call.seconds or _READY_SECONDS
        return settling.settled(self._plugin.api, self._kind, path, live, seconds=seconds, say=call.say)

    def _send(self, path: str, body: Object, *, force: bool) -> Object:
        try:
            return self._plugin.api.apply(path, body, force=force)
        except ApiError as error:
            if error.status == 404 and self._kind.namespaced:
                raise InputError(
                    f"{self._kind.name} {body['metadata']['name']} cannot be made", why=str(error.why)
                ) from None
            raise

    def _refuse_others(self, inputs: Properties, live: Object) -> None:
        """An object of the same name that says it is another sandbox's is left alone."""
        ours = (inputs["metadata"].get("labels") or {}).get(_SANDBOX_LABEL)
        theirs = (live["metadata"].get("labels") or {}).get(_SANDBOX_LABEL)
        if ours and theirs and ours != theirs:
            raise MachineError(
                f"{self._kind.name} {awaiting.name_of(live)} belongs to the sandbox {theirs}",
                fix=f"kubectl delete {self._kind.name.lower()} {inputs['metadata']['name']}",
            )

    def _path(self, inputs: Properties) -> str:
        metadata = inputs["metadata"]
        return self._kind.path(metadata.get("namespace", "default"), metadata["name"])

    def _outputs(self, live: Object, inputs: Properties) -> Properties:
        metadata = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
        outputs = {**live, "apiVersion": self._kind.api_version, "kind": self._kind.name, "metadata": metadata}
        if self._kind.name == "Secret":
            for key in ("data", "stringData"):
                value = outputs.get(key, inputs.get(key))
                if value is not None:
                    outputs[key] = Secret(value)
        return outputs
