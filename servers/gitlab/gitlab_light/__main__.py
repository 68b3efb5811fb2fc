"""Starts the server: python -m gitlab_light."""

from __future__ import annotations

import logging
import sys

import uvicorn

from gitlab_light.app import make_app
from gitlab_light.instance import Instance
from gitlab_light.settings import Settings

_SHUTDOWN_SECONDS = 5  # for requests under way, after SIGTERM


def main() -> int:
    """Serves until it is told to end; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log hooks' addresses, which may hold secrets
    try:
        settings = Settings.load()
        instance = Instance(settings)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"gitlab_light: {error}\n")
        return 1
    uvicorn.run(
        make_app(instance), host=settings.host, port=settings.port, log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=_SHUTDOWN_SECONDS, lifespan="on",
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
