"""The steps that pipelines call; each module registers its own with ``step`` and ``block_step``."""

import importlib

from jenkins_light.steps.registry import BLOCK_STEPS, STEPS, SYMBOLS

__all__ = ["BLOCK_STEPS", "STEPS", "SYMBOLS", "load"]

_MODULES = (
    "archives",
    "artifacts",
    "builds",
    "checkout",
    "checksums",
    "cleaning",
    "console",
    "containers",
    "copying",
    "credentials",
    "data",
    "describables",
    "gitlab",
    "http",
    "inputs",
    "libraries",
    "locks",
    "mails",
    "maven",
    "milestones",
    "nodes",
    "properties",
    "propertyfiles",
    "reports",
    "shell",
    "sonarqube",
    "ssh",
    "stashes",
    "statusmails",
    "tests",
    "throttling",
    "tools",
    "validation",
    "versions",
    "workspace",
)


def load() -> None:
    """Import every module of steps, so that the registry is full."""
    for name in _MODULES:
        importlib.import_module(f"jenkins_light.steps.{name}")
