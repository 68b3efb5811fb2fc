"""The server's process: from the settings to its end."""

import logging
import os
import sys

import uvicorn

from jenkins_light.engine.controller import Controller
from jenkins_light.engine.runner import Runner
from jenkins_light.settings import Settings
from jenkins_light.web.app import create_app

_IDLE_SECONDS = 30  # a connection that nobody uses stays open, as with Jenkins' --httpKeepAliveTimeout


def serve(settings: Settings, runner: Runner) -> None:
    """Serve until SIGTERM or until someone asks for the end; does not return."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    controller = Controller(settings, runner)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(controller),
            host=settings.host,
            port=settings.port,
            log_level="info",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=_IDLE_SECONDS,
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
