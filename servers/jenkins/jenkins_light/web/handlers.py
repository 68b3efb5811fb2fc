"""The modules whose handlers answer; imported so that they register themselves."""

import importlib

_MODULES = (
    "accounts",
    "again_actions",
    "archives",
    "build_actions",
    "build_pages",
    "casc",
    "computers",
    "feeds",
    "stageview_actions",
    "system",
    "test_reports",
    "timestamps",
    "credential_actions",
    "job_actions",
    "linter",
    "lockable_resources",
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
