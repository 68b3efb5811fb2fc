"""git's own server programs without ours, to measure next to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from tests.ports import free_port


@contextmanager
def nginx(folder: Path, root: Path, password: str) -> Iterator[str]:
    """git's http-backend behind nginx and fcgiwrap, over the bare repositories in `root`; its address.

    It asks for a password too, since a push needs one: so git makes the same requests of both.
    """
    port = free_port()
    backend = Path(subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip())
    sockets = folder / "fcgi.sock"
    passed = {
        "SCRIPT_FILENAME": str(backend / "git-http-backend"), "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": "$uri", "QUERY_STRING": "$query_string", "REQUEST_METHOD": "$request_method",
        "CONTENT_TYPE": "$content_type", "CONTENT_LENGTH": "$content_length", "REMOTE_USER": "bench",
        "GIT_PROTOCOL": "$http_git_protocol", "HTTP_CONTENT_ENCODING": "$http_content_encoding",
    }  # fmt: skip
    lines = "".join(f'fastcgi_param {name} "{value}";\n' for name, value in passed.items())
    (folder / "users").write_text(f"root:{{PLAIN}}{password}\n")
    kinds = ("client_body", "fastcgi", "proxy", "scgi", "uwsgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; user {_user()};\n"
        f"events {{}} http {{ access_log off; client_max_body_size 0;\n"
        f"{places}\n"
        f"server {{ listen 127.0.0.1:{port}; auth_basic git; auth_basic_user_file {folder}/users;\n"
        f"location / {{ {lines} fastcgi_pass unix:{sockets}; }} }} }}\n"
    )
    quiet = subprocess.DEVNULL
    with ExitStack() as stack:
        for command in (
            ["fcgiwrap", "-c", "4", "-s", f"unix:{sockets}"],
            ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")],
        ):
            process = stack.enter_context(subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True))
            # fcgiwrap's workers would outlive it.
            stack.callback(os.killpg, process.pid, signal.SIGTERM)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as probe:
                if sockets.exists() and probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"


def _user() -> str:
    return psutil.Process().username()
