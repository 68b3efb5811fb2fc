"""Starts the portal: python -m portal."""

from __future__ import annotations

import logging
import sqlite3
import sys

import uvicorn

from portal.app import make_app
from portal.portal import Portal
from portal.settings import Settings

# Listeners to events never end by themselves.
_SHUTDOWN_SECONDS = 1


def main() -> int:
    """Serves until it is told to end; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every look at every part
    try:
        settings = Settings.load()
        portal = Portal(settings)
    except (ValueError, OSError, sqlite3.Error) as error:
        sys.stderr.write(f"portal: {error}\n")
        return 1
    uvicorn.run(
        make_app(portal), host=settings.host, port=settings.port, log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=_SHUTDOWN_SECONDS, lifespan="on", proxy_headers=False,
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
