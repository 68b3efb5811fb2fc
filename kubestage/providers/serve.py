"""Runs plugins: inside this process for our own engine runs, or as a plugin's program for an official CLI."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2_grpc

from kubestage.providers.servicer import Plugin, ProviderServicer

_THREADS = 32  # an upper bound of resources worked on at once; waiting ones cost nothing
_MAX_MESSAGE_BYTES = 400 * 1024 * 1024


def _server(make: Callable[[], Plugin], engine_address: str = "") -> tuple[grpc.Server, int]:
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_THREADS),
        options=[("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderServicer(make, engine_address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


@contextmanager
def attached(plugins: Mapping[str, Callable[[], Plugin]]) -> Iterator[dict[str, str]]:
    """Serves plugins in this process for one run of the engine.

    Args:
        plugins: for each plugin's name, how it is made.

    Yields:
        the environment that makes the engine use them instead of starting programs.
    """
    servers = {name: _server(make) for name, make in plugins.items()}
    try:
        yield {"PULUMI_DEBUG_PROVIDERS": ",".join(f"{name}:{port}" for name, (_, port) in servers.items())}
    finally:
        for server, _ in servers.values():
            server.stop(grace=None)


def main(make: Callable[[], Plugin]) -> None:
    """Serves a plugin as the engine expects it of a program: argument the engine's address, answer the port."""
    addresses = [word for word in sys.argv[1:] if not word.startswith("-")]
    server, port = _server(make, addresses[0] if addresses else "")
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()  # the engine kills its plugins when it has finished
