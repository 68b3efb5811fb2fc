"""The variables that Jenkins gives to builds."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jenkins_light.model import jobconfig
from jenkins_light.model.builds import Build
from jenkins_light.model.parameters import Value, as_text

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller

_OWN_PREFIXES = ("JENKINS_", "PYTHON", "VIRTUAL_ENV", "PYTEST_")


def cookie(build: Build) -> str:
    """What marks the processes of a build."""
    return f"{build.job.full_name}#{build.number}@{build.record.timestamp}"


def of_machine() -> dict[str, str]:
    """The server's own environment without what configures the server (its files hold secrets' paths)."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OWN_PREFIXES)}


def of_build(controller: "Controller", build: Build) -> dict[str, str]:
    """What every build has, parameters and trigger variables included."""
    job, url = build.job, controller.settings.url
    return {
        **controller.global_variables.all(),
        "BUILD_NUMBER": str(build.number),
        "BUILD_ID": str(build.number),
        "BUILD_DISPLAY_NAME": build.display_name,
        "BUILD_TAG": f"jenkins-{job.full_name.replace('/', '-')}-{build.number}",
        "BUILD_URL": url + build.url_path,
        "RUN_DISPLAY_URL": f"{url}{build.url_path}display/redirect",
        "JOB_NAME": job.full_name,
        "JOB_BASE_NAME": job.name,
        "JOB_URL": url + job.url_path,
        "JOB_DISPLAY_URL": f"{url}{job.url_path}display/redirect",
        "JENKINS_URL": url,
        "HUDSON_URL": url,
        "JENKINS_HOME": str(controller.settings.home),
        "HUDSON_HOME": str(controller.settings.home),
        "CI": "true",
        **{f"library.{entry['name']}.version": entry["version"] for entry in build.record.libraries},
        # A trigger's variables override (EnvVars.override): what they leave empty is none.
        **{name: value for name, value in build.record.environment.items() if value},
        **{name: as_text(value) for name, value in parameters(controller, build).items()},
    }


def parameters(controller: "Controller", build: Build) -> dict[str, Value]:
    """The build's parameters, passwords in plain text."""
    record = build.record
    return {
        name: controller.secrets.decrypt(str(value)) if name in record.sensitive else value
        for name, value in record.parameters.items()
    }


def current_build(controller: "Controller", build: Build) -> dict[str, Any]:
    """What ``currentBuild`` tells at the build's start."""
    return {**_described(controller, build), "upstreamBuilds": list(_upstream(controller, build))}


def facts_of(controller: "Controller", build: Build) -> dict[str, Any]:
    """What scripts are told of another build."""
    return {**_described(controller, build), "result": build.result, "buildVariables": _variables(controller, build)}


def _variables(controller: "Controller", build: Build) -> dict[str, str]:
    """What a pipeline had put into ``env`` when it ended, or all that a freestyle build had.

    Source: workflow-support's RunWrapper.getBuildVariables.
    """
    if build.job.config.kind == jobconfig.FREESTYLE:
        return of_build(controller, build)
    return {name: controller.secrets.decrypt(text) for name, text in build.record.assigned.items()}


def _upstream(controller: "Controller", build: Build) -> Iterator[dict[str, Any]]:
    """The builds that this one goes back to, as far as they are still there, the nearest first."""
    for cause in build.record.causes:
        job = controller.root.find_job(str(cause.get("upstreamProject", "")))
        origin = job.builds.find(int(cause["upstreamBuild"])) if job else None
        if origin is not None:
            yield facts_of(controller, origin)
            yield from _upstream(controller, origin)


def _described(controller: "Controller", build: Build) -> dict[str, Any]:
    record, job = build.record, build.job
    return {
        "number": record.number,
        "displayName": build.display_name,
        "description": record.description,
        "projectName": job.name,
        "fullProjectName": job.full_name,
        "fullDisplayName": build.full_display_name,
        "absoluteUrl": controller.settings.url + build.url_path,
        "startTimeInMillis": record.timestamp,
        "timeInMillis": record.timestamp,
        "duration": record.duration,
        "keepLog": record.keep_log,
    }
