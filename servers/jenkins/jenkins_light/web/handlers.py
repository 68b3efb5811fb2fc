"""The modules whose handlers answer; imported so that they register themselves."""

import importlib

_MODULES = (
    "accounts",
    "archives",
    "build_actions",
    "build_pages",
    "casc",
    "computers",
    "feeds",
    "stageview_actions",
    "system",
    "credential_actions",
    "job_actions",
    "login",
    "manage",
    "pages",
    "queue_actions",
    "root_actions",
    "trigger_actions",
    "sonarqube",
    "views",
    "webhook",
)


def load() -> None:
    """Import them all."""
    for name in _MODULES:
        importlib.import_module(f"jenkins_light.web.{name}")
