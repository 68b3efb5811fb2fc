"""Declarative pipelines made of parts, and what the validator says of those with a wrong one."""

from __future__ import annotations

from runner_driver import Runner

OK_STAGES = "stages { stage('a') { steps { echo 'x' } } }"


def errors(runner: Runner, script: str) -> list[str]:
    answer = runner.ask({"type": "validate", "id": "v", "script": script})
    return [error["message"] for error in answer["errors"]]


def top(section: str) -> str:
    return f"pipeline {{ agent any\n{section}\n{OK_STAGES} }}"


def in_stage(sections: str) -> str:
    return f"pipeline {{ agent any\nstages {{ stage('a') {{ {sections} }} }} }}"


def matrix(axes: str, excludes: str = "") -> str:
    excluding = f"excludes {{ {excludes} }}" if excludes else ""
    stages = "stages { stage('b') { steps { echo 'x' } } }"
    return in_stage(f"matrix {{ axes {{ {axes} }}\n{excluding}\n{stages} }}")


def pipeline(stages: str, *, top: str = "", agent: str = "agent any") -> str:
    """A pipeline of these stages."""
    return f"pipeline {{\n{agent}\n{top}\nstages {{\n{stages}\n}}\n}}"


def stage(name: str, steps: str, *, more: str = "") -> str:
    return f"stage('{name}') {{\n{more}\nsteps {{\n{steps}\n}}\n}}\n"
