"""Jenkins' builds with their consoles, GitLab's deliveries, and the registry's versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from kubestage.delivery import deploy
from kubestage.delivery.build import JOBS
from kubestage.delivery.trace.repository import Repository
from kubestage.sandbox.sandbox import Sandbox
from kubestage.seed.gitlab import gitlab_client
from kubestage.seed.projects import SERVICE

_BUILDS = 10
_TREE = "number,result,building,timestamp,duration,queueId,actions[causes[shortDescription],lastBuiltRevision[SHA1]]"


def pieces(sandbox: Sandbox) -> dict[str, Callable[[], str]]:
    """What the servers tell over their APIs; their logs are the containers'."""
    found: dict[str, Callable[[], str]] = {
        "gitlab/deliveries.json": lambda: _deliveries(sandbox),
        "registry/versions.json": lambda: _json(sandbox.registry.tags()),
    }
    for job in (*JOBS.values(), deploy.JOB):
        found[f"jenkins/{job}/builds.json"] = partial(_builds, sandbox, job)
        found[f"jenkins/{job}/consoles.log"] = partial(_consoles, sandbox, job)
    return found


def _builds(sandbox: Sandbox, job: str) -> str:
    return _json(sandbox.jenkins.builds(job, _TREE))


def _consoles(sandbox: Sandbox, job: str) -> str:
    numbers = [int(build["number"]) for build in sandbox.jenkins.builds(job, "number")[:_BUILDS]]
    return "\n".join(f"==> {job} #{number}\n{sandbox.jenkins.console(job, number)}" for number in numbers)


def _deliveries(sandbox: Sandbox) -> str:
    repository = Repository(sandbox.settings, gitlab_client(sandbox.settings, sandbox.secrets), SERVICE.path)
    return _json([asdict(delivery) for delivery in repository.deliveries(JOBS["default"]) or []])


def _json(facts: object) -> str:
    return json.dumps(facts, indent=1, default=str) + "\n"
