"""Declarative pipelines that are right but for one part, and what the validator says of them."""

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
