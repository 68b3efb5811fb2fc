"""``python -m jenkins_light``: the server, set up by the environment (see settings.py)."""

import logging
import os

import uvicorn

from jenkins_light.engine.controller import Controller
from jenkins_light.settings import from_environment
from jenkins_light.web.app import create_app


def main() -> None:
    """Run until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = from_environment()
    uvicorn.run(
        create_app(Controller(settings)),
        host=settings.host,
        port=settings.port,
        log_level="info",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    # Everything is on disk by now, and a step's thread that still waits for something must not hold up the end.
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    main()
