"""A SonarQube for tests: it answers what the steps ask."""

from __future__ import annotations

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

# What the scanner leaves behind.
REPORT = "serverUrl=http://localhost:9000\\ndashboardUrl=http://localhost:9000/dashboard?id=a%3Ab\\nceTaskId={}\\n"
_NUMBERS = itertools.count()


class SonarStandIn:
    """Answers what the steps ask, and remembers with which account."""

    def __init__(self) -> None:
        self.id = f"task-{next(_NUMBERS)}"
        self.task: dict[str, Any] = {"status": "SUCCESS", "analysisId": "ANALYSIS"}
        self.gate = "OK"
        self.version = "9.9.8.100196"
        self.authorizations: list[str | None] = []
        self.asked = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.authorizations.append(self.headers.get("Authorization"))
                content = outer.answer(self.path)
                self.send_response(200 if content is not None else 404)
                self.end_headers()
                self.wfile.write((content or '{"errors":[{"msg":"No such task"}]}').encode())

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, address: str) -> str | None:
        path = urlsplit(address).path
        if path == "/api/server/version":
            return self.version
        if address == f"/api/ce/task?id={self.id}":
            self.asked.set()
            return json.dumps({"task": self.task})
        if address == "/api/qualitygates/project_status?analysisId=ANALYSIS":
            return json.dumps({"projectStatus": {"status": self.gate}})
        return None

    @property
    def analysis(self) -> str:
        """What a scanner does that has sent its report here."""
        return self.analysis_at("sonarqube")

    def analysis_at(self, installation: str) -> str:
        """The same with another name for this server."""
        report = f"writeFile file: 'target/report-task.txt', text: '{REPORT.format(self.id)}'"
        return f"node {{ withSonarQubeEnv('{installation}') {{ {report} }} }}"

    def hook(self, gate: str) -> bytes:
        """What it calls Jenkins with when the analysis is taken in; without a gate's status, if there is none."""
        body = {
            "taskId": self.id,
            "status": "SUCCESS",
            "project": {"key": "a:b", "name": "ab", "url": "http://localhost:9000/dashboard?id=a%3Ab"},
            **({"qualityGate": {"name": "g", "status": gate}} if gate else {}),
        }
        return json.dumps(body).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
