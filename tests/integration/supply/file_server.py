"""A publisher's file server on this machine that can be told to misbehave."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serves `files` (path → content), with ranges.

    Attributes:
        address: where it listens.
        requests: what was asked: method, path, Range header.
        breaks: how many of the next answers break off in the middle.
        statuses: statuses to answer with instead, by path.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str, str]] = []
        self.breaks = 0
        self.statuses: dict[str, int] = {}
        self.address = ""

    @contextmanager
    def running(self) -> Iterator[FileServer]:
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                ours._answer(self)

            def do_GET(self) -> None:
                ours._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.address = f"http://127.0.0.1:{server.server_address[1]}"
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range", "")
        self.requests.append((request.command, request.path, wanted))
        content = self.files.get(request.path)
        status = self.statuses.get(request.path) or (200 if content is not None else 404)
        if content is None or status != 200:
            request.send_response(status)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        start = int(match[1]) if (match := re.match(r"bytes=(\d+)-", wanted)) else 0
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        if request.command == "HEAD":
            return
        part = content[start:]
        if self.breaks:
            self.breaks -= 1
            part = part[: len(part) // 2]
        request.wfile.write(part)
