"""The engine's protocol over real gRPC, with a resource type of the test's own behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from kubestage.errors import InputError, PartError
from kubestage.providers import wire
from kubestage.providers.diffs import Path
from kubestage.providers.resource import Call, NotReady, State
from kubestage.providers.serve import attached
from kubestage.providers.servicer import Plugin
from kubestage.providers.wire import UNKNOWN, Properties

URN = "urn:pulumi:test::project::toy:index:Box::box"


class Box:
    """A resource that lives in a dictionary."""

    delete_first = True

    def __init__(self, boxes: dict[str, Properties]) -> None:
        self.boxes = boxes

    def check(self, call: Call, news: Properties, olds: Properties) -> Properties:
        if "name" not in news:
            raise InputError(f"Box {call.name} has no name", fix="name it")
        return {"size": 1, **news}

    def replaces(self, olds: Properties, news: Properties) -> Sequence[Path]:
        return [("name",)]

    def preview(self, call: Call, inputs: Properties) -> Properties:
        return {**inputs, "address": UNKNOWN}

    def create(self, call: Call, inputs: Properties) -> State:
        if inputs["name"] == "refused":
            raise PartError("The box was refused", why="no room")
        self.boxes[inputs["name"]] = inputs
        state = State(inputs["name"], {**inputs, "address": "here"}, inputs)
        if inputs["name"] == "leaking":
            raise NotReady(state, PartError("The box leaks"))
        return state

    def read(self, call: Call, state: State) -> State | None:
        there = self.boxes.get(state.id)
        return State(state.id, {**there, "address": "here"}, there) if there else None

    def update(self, call: Call, state: State, news: Properties) -> State:
        assert state.inputs != news
        self.boxes[state.id] = news
        return State(state.id, {**news, "ignored": len(call.ignore)})

    def delete(self, call: Call, state: State) -> None:
        self.boxes.pop(state.id, None)


class Toy(Plugin):
    name = "toy"
    version = "1.2.3"

    def __init__(self) -> None:
        self.boxes: dict[str, Properties] = {}
        self.config: Properties = {}

    def resource(self, type_token: str) -> Box:
        return Box(self.boxes)

    def configure(self, config: Properties) -> None:
        self.config = config

    def config_replaces(self, old: Properties, new: Properties) -> Sequence[str]:
        return ["server"] if old.get("server") != new.get("server") else []


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def engine(toy: Toy) -> Iterator[Any]:
    """A client as the engine has it, attached as the engine attaches."""
    with attached({"toy": lambda: toy}) as environment:
        found = re.fullmatch(r"toy:(\d+)", environment["PULUMI_DEBUG_PROVIDERS"])
        assert found
        with grpc.insecure_channel(f"127.0.0.1:{found[1]}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)


def request(message: str, **fields: Any) -> Any:
    return getattr(provider_pb2, message)(urn=URN, name="box", type="toy:index:Box", **fields)


def diff(engine: Any, old: Properties, new: Properties, ignore: Sequence[str] = ()) -> Any:
    return engine.Diff(
        request("DiffRequest", id="a", old_inputs=wire.encode(old), news=wire.encode(new), ignoreChanges=ignore)
    )


def test_defaults_are_filled_in(engine: Any) -> None:
    checked = engine.Check(request("CheckRequest", news=wire.encode({"name": "a"})))

    assert wire.decode(checked.inputs) == {"name": "a", "size": 1}


def test_what_cannot_work_is_reported_as_the_users_input(engine: Any) -> None:
    checked = engine.Check(request("CheckRequest", news=wire.encode({})))

    assert [failure.reason for failure in checked.failures] == ["Box box has no name\nTry: name it"]


def test_equal_inputs_are_no_change(engine: Any) -> None:
    assert diff(engine, {"name": "a"}, {"name": "a"}).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_change_in_place_has_its_path(engine: Any) -> None:
    found = diff(engine, {"name": "a", "lid": {"colour": "red"}}, {"name": "a", "lid": {"colour": "blue"}})

    assert found.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(found.diffs) == ["lid"]
    assert not found.replaces
    assert found.detailedDiff["lid.colour"].kind == provider_pb2.PropertyDiff.UPDATE


def test_a_fixed_name_replaces_and_deletes_first(engine: Any) -> None:
    found = diff(engine, {"name": "a"}, {"name": "b"})

    assert list(found.replaces) == ["name"]
    assert found.deleteBeforeReplace
    assert found.detailedDiff["name"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE


def test_ignored_changes_are_no_change(engine: Any) -> None:
    found = diff(engine, {"name": "a", "size": 1}, {"name": "a", "size": 2}, ["size"])

    assert found.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_preview_makes_nothing_and_leaves_unknown_what_only_the_server_knows(engine: Any, toy: Toy) -> None:
    made = engine.Create(request("CreateRequest", properties=wire.encode({"name": "a"}), preview=True))

    assert wire.decode(made.properties) == {"name": "a", "address": UNKNOWN}
    assert toy.boxes == {}


def test_a_resources_life(engine: Any, toy: Toy) -> None:
    inputs = wire.encode({"name": "a"})
    made = engine.Create(request("CreateRequest", properties=inputs))
    assert made.id == "a"

    seen = engine.Read(request("ReadRequest", id="a", properties=made.properties, inputs=inputs))
    assert wire.decode(seen.inputs) == {"name": "a"}

    changed = request("UpdateRequest", id="a", old_inputs=inputs, news=wire.encode({"name": "a", "size": 2}))
    changed.ignoreChanges.append("lid")
    assert wire.decode(engine.Update(changed).properties) == {"name": "a", "size": 2, "ignored": 1}

    engine.Delete(request("DeleteRequest", id="a", properties=made.properties))
    assert toy.boxes == {}
    assert engine.Read(request("ReadRequest", id="a")).id == ""


def test_an_error_reaches_the_user_in_our_words(engine: Any) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        engine.Create(request("CreateRequest", properties=wire.encode({"name": "refused"})))

    assert failure.value.details() == "The box was refused\nno room"


def test_what_exists_but_is_not_ready_is_kept_in_the_state(engine: Any) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        engine.Create(request("CreateRequest", properties=wire.encode({"name": "leaking"})))

    details = dict(failure.value.trailing_metadata())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(details)
    kept = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(kept)
    assert kept.id == "leaking"
    assert wire.decode(kept.properties)["address"] == "here"
    assert list(kept.reasons) == ["The box leaks"]


def test_the_configuration_reaches_the_plugin(engine: Any, toy: Toy) -> None:
    answer = engine.Configure(provider_pb2.ConfigureRequest(args=wire.encode({"server": "s"}), acceptSecrets=True))

    assert toy.config == {"server": "s"}
    assert not answer.acceptSecrets  # the engine keeps secrets marked by itself
    assert answer.supportsPreview


def test_another_server_replaces_the_provider_and_other_settings_do_not(engine: Any) -> None:
    def changed(old: Properties, new: Properties) -> Any:
        return engine.DiffConfig(request("DiffRequest", old_inputs=wire.encode(old), news=wire.encode(new)))

    assert list(changed({"server": "a"}, {"server": "b"}).replaces) == ["server"]
    assert not changed({"server": "a", "user": "x"}, {"server": "a", "user": "y"}).replaces


def test_two_providers_of_one_plugin_keep_their_own_configuration() -> None:
    """While a cluster is replaced, the old provider deletes the old objects and the new one makes the new."""
    made: list[Toy] = []

    def make() -> Toy:
        made.append(Toy())
        return made[-1]

    with attached({"toy": make}) as environment:
        port = environment["PULUMI_DEBUG_PROVIDERS"].removeprefix("toy:")
        # Channels of one process share a connection unless they say otherwise; the engine's never do.
        own = [("grpc.use_local_subchannel_pool", 1)]
        for server in ("old", "new"):
            channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=own)
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            stub.Configure(provider_pb2.ConfigureRequest(args=wire.encode({"server": server})))
        channel.close()

    assert [toy.config["server"] for toy in made] == ["old", "new"]
