"""What was committed before a build, and by whom, as the remote API shows it."""

from typing import Any
from urllib.parse import quote

from jenkins_light.engine.controller import Controller
from jenkins_light.model.builds import Build
from jenkins_light.web.export import Bean, bean


def change_sets(controller: Controller, build: Build) -> list[Bean]:
    """The commits since the build before, one set for each checkout that brought any."""
    return [
        bean("hudson.plugins.git.GitChangeSetList", items=[_change(controller, change) for change in found], kind="git")
        for found in build.record.changes
    ]


def _change(controller: Controller, change: dict[str, Any]) -> Bean:
    return bean(
        "hudson.plugins.git.GitChangeSet",
        affectedPaths=change["files"],
        commitId=change["commitId"],
        timestamp=change["timestamp"],
        author=_author(controller, change["author"]),
        authorEmail=change["email"],
        comment=change.get("comment") or change["message"] + "\n",
        date=change.get("date"),
        id=change["commitId"],
        msg=change["message"],
        paths=[bean("", **path) for path in change.get("paths", ())],
    )


def culprits(controller: Controller, build: Build) -> list[Bean]:
    """Who committed since the last build that went well (RunWithSCM.calculateCulprits)."""
    found = {change["author"] for change in build.commits}
    for earlier in build.job.builds.before(build.number):
        if earlier.building:
            continue
        if earlier.result == "SUCCESS":
            break
        found |= {change["author"] for change in earlier.commits}
    return [_author(controller, name) for name in sorted(found)]


def _author(controller: Controller, name: str) -> Bean:
    return bean("", absoluteUrl=f"{controller.settings.url}user/{quote(name)}", fullName=name)
