"""The Kubernetes plugin: objects of the known kinds, by server-side apply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from kubestage.errors import InputError, MachineError
from kubestage.providers.diffs import Path
from kubestage.providers.kubernetes import awaiting
from kubestage.providers.kubernetes.api import Api, ApiError, Object, Unreachable
from kubestage.providers.kubernetes.kinds import Kind, kind_of
from kubestage.providers.kubernetes.live import as_inputs
from kubestage.providers.kubernetes.ownership import Foreign, without_foreign
from kubestage.providers.resource import Call, State
from kubestage.providers.servicer import Plugin
from kubestage.providers.wire import UNKNOWN, Properties, Secret, holds_unknown

_READY_SECONDS = 300.0
_SERVER_METADATA = ("uid", "resourceVersion", "creationTimestamp", "generation")
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
        if live is None:
            return None
        _, foreign = without_foreign(inputs, live)
        found = as_inputs(inputs, live, [one.path for one in foreign])
        return State(state.id, self._outputs(live, inputs), found)

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
        annotations = inputs["metadata"].get("annotations") or {}
        force = annotations.get("pulumi.com/patchForce") == "true"
        body, foreign = self._body(call, inputs, live, force=force)
        for one in foreign:
            call.warn(str(one))
        live = self._send(path, body, force=force)
        if annotations.get("pulumi.com/skipAwait") != "true":
            seconds = call.seconds or float(annotations.get("pulumi.com/timeoutSeconds", _READY_SECONDS))
            live = awaiting.ready(self._plugin.api, self._kind, path, live, seconds=seconds, say=call.say)
        return State(awaiting.name_of(live), self._outputs(live, inputs))

    def _body(
        self, call: Call, inputs: Properties, live: Object | None, *, force: bool
    ) -> tuple[Object, list[Foreign]]:
        if live is None or force:
            return inputs, []
        body, foreign = without_foreign(inputs, live, call.ignore)
        strategy = body.get("spec", {}).get("strategy")
        if self._kind.name == "Deployment" and strategy and strategy.get("type") == "Recreate":
            # The API server keeps its defaulted rollingUpdate and then forbids it beside Recreate.
            body["spec"]["strategy"] = {"type": "Recreate", "rollingUpdate": None}
        return body, foreign

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
