"""The operations of the light GitLab's API, read from its own routes, with the parameters that its code asks for."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import requests
from gitlab.v4.objects import Project

from tests.contract.fuzzing import Operation

_PACKAGE = Path(__file__).resolve().parents[3] / "servers" / "gitlab"
_ASKED = re.compile(r"(?:params|form)\.\w+\(\s*\"([a-z_]+)\"")
# What would end the hunt: its own account and token, and the project that it is about.
_SPARED = re.compile(
    r"(POST|PUT|DELETE|PATCH) /(users/|personal_access_tokens|user/personal|projects/:id/(transfer|archive))"
    r"|DELETE /(projects|groups)/:id$|PUT /projects/:id$"
)


def operations(project: Project) -> list[Operation]:
    """Every operation; parts of addresses lead, half of the time, to what a project has."""
    sys.path.insert(0, str(_PACKAGE))
    from gitlab_light.api.application import PREFIX
    from gitlab_light.api.parts import ALL

    path = project.path_with_namespace
    known = {
        "id": (str(project.id), path), "sha": ("master", project.branches.get("master").commit["id"]),
        "branch": ("master",), "name": ("master", "v1"), "tag_name": ("v1",), "file_path": ("README.md", "."),
        "iid": ("1",), "note_id": ("1",), "hook_id": ("1",), "user_id": ("1",), "archive": ("archive.zip", "archive"),
        "key_id": ("1",),
    }  # fmt: skip
    found = [Operation(route.method, PREFIX + route.template, known) for part in ALL for route in part.all]
    return [one for one in found if not _SPARED.match(f"{one.method} {one.template.removeprefix(PREFIX)}")]


def reached(answer: requests.Response) -> tuple[str, str] | None:
    """The method and template of the operation that a request came to; None where it came to none.

    To be asked after `operations`, which finds the package.
    """
    from gitlab_light.api.application import PREFIX
    from gitlab_light.api.parts import ALL
    from gitlab_light.api.routing import Router

    request = answer.request
    path = str(request.path_url).split("?", 1)[0]
    found = Router(ALL).find(str(request.method), path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
    return (found[0].method, PREFIX + found[0].template) if found else None


def parameters() -> list[str]:
    """The names of all parameters that the API's code asks for."""
    return sorted(set(_names()))


def _names() -> Iterator[str]:
    for source in (_PACKAGE / "gitlab_light").rglob("*.py"):
        yield from _ASKED.findall(source.read_text())
