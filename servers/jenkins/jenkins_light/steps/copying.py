"""``copyArtifacts`` of the copyartifact plugin."""

import shutil
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.model.builds import Build
from jenkins_light.model.describable import argument, symbol_of
from jenkins_light.model.items import Job
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, step, symbols

symbols(
    "lastSuccessful", "lastCompleted", "latestSavedBuild", "permalink", "specific", "upstream", "buildParameter",
    "copyArtifactPermission",
)  # fmt: skip


@step("copyArtifacts", "projectName")
def copy_artifacts(call: StepCall) -> None:
    """Copy artifacts of another job's build (projectName, selector, filter, excludes, target, flatten, optional).

    Selectors: lastSuccessful (``stable``), lastCompleted, latestSavedBuild, permalink, specific, upstream and
    buildParameter with a number. Fingerprints are not kept, and every job may copy from every other one.
    """
    name = call.text("projectName")
    job = _find(call, name)
    if job is None:
        raise Abort(
            f"Unable to find project for artifact copy: {name}\n"
            "This may be due to incorrect project name or permission settings; see help for project name in job "
            "configuration."
        )
    build = _select(call, job, call.args.get("selector") or {"$symbol": "lastSuccessful"})
    if build is None:
        if not call.flag("optional"):
            raise Abort(f"Unable to find a build for artifact copy from: {name}")
        call.log(f"Unable to find a build for artifact copy from: {name}")
        return
    copied = _copy(call, build)
    call.log(f'Copied {copied} artifact{"" if copied == 1 else "s"} from "{name}" build number {build.number}')
    if not copied and not call.flag("optional"):
        raise Abort(f"Failed to copy artifacts from {name} with filter: {call.args.get('filter') or '**'}")


def _find(call: StepCall, name: str) -> Job | None:
    """By the name from the job's own folder, or from the root."""
    folder = call.build.job.full_name.rpartition("/")[0]
    root = call.controller.root
    own = root.find_job(f"{folder}/{name}") if folder and not name.startswith("/") else None
    return own or root.find_job(name.lstrip("/"))


def _select(call: StepCall, job: Job, selector: dict[str, Any]) -> Build | None:
    kind = symbol_of(selector).removesuffix("BuildSelector").removesuffix("Selector")
    over = [build for build in job.builds if not build.building]
    if kind in {"specific", "Specific"}:
        return job.builds.find(int(str(argument(selector, "buildNumber", 0))))
    if kind in {"buildParameter", "ParameterizedBuild"}:
        return job.builds.find(int(call.env.get(str(argument(selector, "parameterName", "")), "0")))
    if kind in {"permalink", "Permalink"}:
        return job.builds.permalink(str(argument(selector, "id", "")))
    if kind in {"lastCompleted", "LastCompleted"}:
        return next(iter(over), None)
    if kind in {"latestSavedBuild", "Saved"}:
        return next((build for build in over if build.record.keep_log), None)
    if kind in {"upstream", "TriggeredBuild"}:
        numbers = [c["upstreamBuild"] for c in call.build.record.causes if c.get("upstreamProject") == job.full_name]
        return job.builds.find(int(numbers[0])) if numbers else None
    results = {"SUCCESS"} if selector.get("stable") else {"SUCCESS", "UNSTABLE"}
    return next((build for build in over if build.result in results), None)


def _copy(call: StepCall, build: Build) -> int:
    kept, target = build.folder / "archive", call.path(str(call.args.get("target") or "."))
    pattern, excludes = str(call.args.get("filter") or "**"), str(call.args.get("excludes") or "")
    found = list(globs.find(kept, pattern, excludes)) if kept.is_dir() else []
    for path in found:
        copy = target / (path.name if call.flag("flatten") else path.relative_to(kept))
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return len(found)
