"""Starts the server: python -m gitlab_light."""

from __future__ import annotations

import logging
import socket
import sys

import uvicorn

from gitlab_light.app import make_app
from gitlab_light.instance import Instance
from gitlab_light.settings import Settings

_SHUTDOWN_SECONDS = 5  # for requests under way, after SIGTERM
_SSH_BACKLOG = 128
_IDLE_SECONDS = 65  # a connection that nobody uses stays open, as at the nginx before GitLab


def main() -> int:
    """Serves until it is told to end; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log hooks' addresses, which may hold secrets
    try:
        settings = Settings.load()
        # Taken here, so that a port that is not to be had is said in one line, as all settings are.
        ssh_socket = socket.create_server((settings.host, settings.ssh_port), backlog=_SSH_BACKLOG)
        instance = Instance(settings)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"gitlab_light: {error}\n")
        return 1
    uvicorn.run(
        make_app(instance, ssh_socket), host=settings.host, port=settings.port, log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=_SHUTDOWN_SECONDS, timeout_keep_alive=_IDLE_SECONDS,
        lifespan="on",
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
