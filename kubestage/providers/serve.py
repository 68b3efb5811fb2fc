"""Runs plugins: inside this process for our own engine runs, or as a plugin's program for an official CLI."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2_grpc

from kubestage.providers.servicer import Plugin, ProviderServicer

_THREADS = 32  # an upper bound of resources worked on at once; waiting ones cost nothing
_MAX_MESSAGE_BYTES = 400 * 1024 * 1024


def _server(plugin: Plugin, engine_address: str = "") -> tuple[grpc.Server, int]:
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_THREADS),
        options=[("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderServicer(plugin, engine_address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


@contextmanager
def attached(plugins: Sequence[Plugin]) -> Iterator[dict[str, str]]:
    """Serves `plugins` in this process for one run of the engine.

    A run needs plugins of its own: the engine's requests do not say which configuration they belong to.

    Yields:
        the environment that makes the engine use them instead of starting programs.
    """
    servers = [(plugin, *_server(plugin)) for plugin in plugins]
    try:
        ports = ",".join(f"{plugin.name}:{port}" for plugin, _, port in servers)
        yield {"PULUMI_DEBUG_PROVIDERS": ports} if servers else {}
    finally:
        for _, server, _ in servers:
            server.stop(grace=None)


def main(plugin: Plugin) -> None:
    """Serves `plugin` as the engine expects it of a program: argument the engine's address, answer the port."""
    addresses = [word for word in sys.argv[1:] if not word.startswith("-")]
    server, port = _server(plugin, addresses[0] if addresses else "")
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()  # the engine kills its plugins when it has finished
