"""The engine's provider protocol around our resource types.

Source: pulumi/proto/pulumi/provider.proto. The generated servicer is used directly because the SDK's Python provider
class hides the old inputs from diff.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

from kubestage.errors import InputError, KubestageError
from kubestage.providers import wire
from kubestage.providers.diffs import Difference, Path, differences, matches, needing, parse_path
from kubestage.providers.resource import Call, NotReady, Resource, State
from kubestage.providers.wire import Properties

_KINDS = {
    "add": (provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.ADD_REPLACE),
    "delete": (provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.DELETE_REPLACE),
    "update": (provider_pb2.PropertyDiff.UPDATE, provider_pb2.PropertyDiff.UPDATE_REPLACE),
}


class Plugin:
    """What makes one plugin different from another.

    Attributes:
        name: the package's name in type tokens.
        version: the version of the SDK that it stands for.
    """

    name: str
    version: str

    def resource(self, type_token: str) -> Resource:
        """The resource type behind a token; raises InputError for a type that is not supported."""
        raise NotImplementedError

    def configure(self, config: Properties) -> None:
        """Takes the provider's configuration; unknown values occur in previews."""

    def config_replaces(self, old: Properties, new: Properties) -> Sequence[str]:
        """The configuration keys whose change means other resources than before."""
        return ()


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turns our errors into the protocol's: the engine shows the status' text beside the resource."""

    def call(self: ProviderServicer, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except NotReady as error:
            context.set_trailing_metadata((("grpc-status-details-bin", _init_failed(error)),))
            return context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except KubestageError as error:
            return context.abort(grpc.StatusCode.UNKNOWN, str(error))

    return call


def _init_failed(error: NotReady) -> bytes:
    """The status' details from which the engine learns that the resource exists all the same."""
    details = provider_pb2.ErrorResourceInitFailed(
        id=error.state.id,
        properties=wire.encode(error.state.outputs),
        inputs=wire.encode(error.state.inputs),
        reasons=[str(error)],
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
    status.details.add().Pack(details)
    return bytes(status.SerializeToString())


class ProviderServicer(provider_pb2_grpc.ResourceProviderServicer):
    """Serves one plugin to one engine.

    An engine may have several providers of one plugin at work, as when a cluster is replaced: the old one for the old
    objects, the new one for the new. Its requests do not say which is meant, but each provider has a connection of its
    own, so each connection gets a plugin of its own.

    Args:
        make: makes a plugin, not yet configured.
        engine_address: where the engine listens for log lines, if it is known already.
    """

    def __init__(self, make: Callable[[], Plugin], engine_address: str = "") -> None:
        self._make = make
        self._plugins: dict[str, Plugin] = {}
        self._lock = threading.Lock()
        self._engine: Any = None
        if engine_address:
            self._connect(engine_address)

    def _connect(self, address: str) -> None:
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def _plugin(self, context: Any) -> Plugin:
        with self._lock:
            peer = str(context.peer())
            if peer not in self._plugins:
                self._plugins[peer] = self._make()
            return self._plugins[peer]

    def Handshake(self, request: Any, context: Any) -> Any:
        """Meets the engine; secrets stay with it, so that we never have to mark them in echoes of inputs."""
        self._connect(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: Any, context: Any) -> Any:
        """Is called where the engine attaches to a running plugin."""
        self._connect(request.address)
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Tells the version."""
        return plugin_pb2.PluginInfo(version=self._plugin(context).version)

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Takes the configuration as it is."""
        return provider_pb2.CheckResponse(inputs=request.news)

    @_guarded
    def DiffConfig(self, request: Any, context: Any) -> Any:
        """Tells whether the provider now stands for another system."""
        old = wire.decode(request.old_inputs) or wire.decode(request.olds)
        new = wire.decode(request.news)
        found = differences(old, new)
        replaced = list(self._plugin(context).config_replaces(old, new)) if found else []
        return _diff_response(found, [(key,) for key in replaced], delete_first=False)

    @_guarded
    def Configure(self, request: Any, context: Any) -> Any:
        """Hands the configuration to the plugin."""
        self._plugin(context).configure(wire.decode(request.args))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        """Fills in defaults; what cannot work is reported beside the resource, as the user's input."""
        news, olds = wire.decode(request.news), wire.decode(request.olds)
        try:
            inputs = self._plugin(context).resource(request.type).check(self._call(request), news, olds)
        except InputError as error:
            return provider_pb2.CheckResponse(failures=[provider_pb2.CheckFailure(reason=str(error))])
        return provider_pb2.CheckResponse(inputs=wire.encode(inputs))

    @_guarded
    def Diff(self, request: Any, context: Any) -> Any:
        """Compares old and new inputs."""
        resource = self._plugin(context).resource(request.type)
        old, new = wire.decode(request.old_inputs), wire.decode(request.news)
        ignored = [parse_path(text) for text in request.ignoreChanges]
        found = [one for one in differences(old, new) if not any(matches(one.path, path) for path in ignored)]
        return _diff_response(found, resource.replaces(old, new), delete_first=resource.delete_first)

    @_guarded
    def Create(self, request: Any, context: Any) -> Any:
        """Makes the resource, or tells what it would be."""
        resource, inputs = self._plugin(context).resource(request.type), wire.decode(request.properties)
        if request.preview:
            outputs = resource.preview(self._call(request), inputs)
            return provider_pb2.CreateResponse(properties=wire.encode(outputs))
        state = resource.create(self._call(request), inputs)
        return provider_pb2.CreateResponse(id=state.id, properties=wire.encode(state.outputs))

    @_guarded
    def Read(self, request: Any, context: Any) -> Any:
        """Looks at what is there."""
        old = State(request.id, wire.decode(request.properties), wire.decode(request.inputs))
        state = self._plugin(context).resource(request.type).read(self._call(request), old)
        if state is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=state.id, properties=wire.encode(state.outputs), inputs=wire.encode(state.inputs)
        )

    @_guarded
    def Update(self, request: Any, context: Any) -> Any:
        """Changes the resource in place."""
        resource, news = self._plugin(context).resource(request.type), wire.decode(request.news)
        old = State(request.id, wire.decode(request.olds), wire.decode(request.old_inputs))
        if request.preview:
            outputs = {**old.outputs, **resource.preview(self._call(request), news)}
            return provider_pb2.UpdateResponse(properties=wire.encode(outputs))
        state = resource.update(self._call(request), old, news)
        return provider_pb2.UpdateResponse(properties=wire.encode(state.outputs))

    @_guarded
    def Delete(self, request: Any, context: Any) -> Any:
        """Removes the resource."""
        state = State(request.id, wire.decode(request.properties), wire.decode(request.old_inputs))
        self._plugin(context).resource(request.type).delete(self._call(request), state)
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        """Is told when the user interrupts; operations under way are bounded by themselves."""
        return empty_pb2.Empty()

    def _call(self, request: Any) -> Call:
        def log(severity: Any, ephemeral: bool) -> Callable[[str], None]:
            def send(text: str) -> None:
                if self._engine is not None:
                    message = engine_pb2.LogRequest(
                        severity=severity, message=text, urn=request.urn, ephemeral=ephemeral
                    )
                    self._engine.Log(message)

            return send

        return Call(
            name=request.name,
            type=request.type,
            seconds=getattr(request, "timeout", 0.0),
            say=log(engine_pb2.INFO, ephemeral=True),
            warn=log(engine_pb2.WARNING, ephemeral=False),
            ignore=[parse_path(text) for text in getattr(request, "ignoreChanges", ())],
        )


def _diff_response(found: list[Difference], replaces: Sequence[Path], *, delete_first: bool) -> Any:
    replacing = {one.text for one in needing(found, replaces)}
    response = provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({str(one.path[0]) for one in found}),
        replaces=sorted(replacing),
        deleteBeforeReplace=delete_first and bool(replacing),
        hasDetailedDiff=True,
    )
    for one in found:
        kind = _KINDS[one.kind][one.text in replacing]
        response.detailedDiff[one.text].CopyFrom(provider_pb2.PropertyDiff(kind=kind, inputDiff=True))
    return response
