"""A local /status that answers, or fails in the way that it is told to."""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answering = Callable[[socket.socket], None]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def http(status: int, body: bytes, *, length: int | None = None) -> Answering:
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


def serves(version: str, pod: str = "p") -> Answering:
    return http(200, json.dumps({"demoValue": "test", "version": version, "pod": pod}).encode())


def in_chunks(version: str) -> Answering:
    body = json.dumps({"version": version}).encode()
    head = b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n"
    return lambda connection: connection.sendall(head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))


def closes(connection: socket.socket) -> None:
    pass


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)


class FailingServer:
    """`answering` decides about each connection; `hangs` keeps them open until the server ends."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.ended = threading.Event()
        self.requests: list[bytes] = []
        self.url = ""

    def hangs(self, connection: socket.socket) -> None:
        self.ended.wait(10)


@contextmanager
def failing_server(answering: Answering) -> Iterator[FailingServer]:
    server = FailingServer(answering)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            request = self.request.recv(4096)
            if request:  # else somebody only looked whether we listen
                server.requests.append(request)
                server.answering(self.request)

    class Tcp(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

        def shutdown_request(self, request: socket.socket) -> None:
            request.close()  # without a shutdown before it, so that a reset is one

    with Tcp(("127.0.0.1", 0), Handler) as tcp:
        server.url = f"http://127.0.0.1:{tcp.server_address[1]}"
        thread = threading.Thread(target=tcp.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            tcp.shutdown()
            thread.join()
