"""An engine that says what a test wants it to say, over a Unix socket as the real one does."""

import json
import re
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

VERSION = {"Version": "20.10.24+dfsg1", "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
INFO = {
    "OSType": "linux",
    "OperatingSystem": "Debian GNU/Linux 12",
    "KernelVersion": "6.1.0",
    "Architecture": "x86_64",
    "CgroupVersion": "2",
    "DockerRootDir": "/var/lib/docker",
    "MemTotal": 8 << 30,
    "DefaultRuntime": "runc",
    "SecurityOptions": ["name=seccomp,profile=default"],
    "Containers": 3,
}


@contextmanager
def engine_at(path, *, version=None, info=None, containers=(), states=None, status=200):
    """Serves /version, /info and containers, with the `states` of some, at the socket `path`; lists the asked paths."""
    answers = {
        "/version": {**VERSION, **(version or {})},
        "/info": {**INFO, **(info or {})},
        "/containers/json": list(containers),
        **{f"/containers/{name}/json": {"Id": name, "State": state} for name, state in (states or {}).items()},
    }
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            name = re.sub(r"^/v[\d.]+", "", self.path.partition("?")[0])
            body = json.dumps(answers[name] if status == 200 else {"message": "no"}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self):
            return "test"

        def log_message(self, *args):
            pass

    server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
