"""``python -m jenkins_light``: the server, set up by the environment (see settings.py)."""

import logging
import os
import sys

import uvicorn

from jenkins_light.engine.controller import Controller
from jenkins_light.settings import from_environment
from jenkins_light.web.app import create_app


def main() -> None:
    """Run until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = from_environment()
    controller = Controller(settings)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(controller),
            host=settings.host,
            port=settings.port,
            log_level="info",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
    )

    def stop() -> None:
        server.should_exit = True

    controller.on_end = stop
    server.run()
    # Everything is on disk by now, and a step's thread that still waits for something must not hold up the end.
    logging.shutdown()
    if controller.starts_again:
        os.execv(sys.executable, [sys.executable, "-m", "jenkins_light"])  # noqa: S606 this very program
    os._exit(0)


if __name__ == "__main__":
    main()
