"""A receiver of webhooks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    """What has come in."""

    path: str
    headers: dict[str, str]
    body: Any
    raw: bytes
    at: float


class Receiver:
    """Listens on a port of its own, and answers as it is told to.

    Args:
        answer: makes the status from the number of the request, counted from 0; may take its time.
    """

    def __init__(self, answer: Callable[[int], int] = lambda _: 200, port: int = 0) -> None:
        self.requests: list[Request] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                number = len(receiver.requests)
                receiver.requests.append(
                    Request(self.path, dict(self.headers), json.loads(body), body, time.monotonic())
                )
                status = answer(number)
                try:
                    self.send_response(status)
                    self.send_header("X-Receiver", "test")
                    self.end_headers()
                    self.wfile.write(b"taken" if status < 300 else b"refused")
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the sender did not wait

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def wait_for(self, count: int, seconds: float = 60) -> list[Request]:
        """Waits until so many requests have come."""
        until = time.monotonic() + seconds
        while len(self.requests) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.requests) >= count, f"{len(self.requests)} of {count} deliveries came within {seconds} s"
        return self.requests

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
