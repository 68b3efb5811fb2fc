"""``stash`` and ``unstash``: files handed from one part of a build to another."""

import itertools
import shutil
import tarfile
from pathlib import Path

from jenkins_light.engine.calls import StepCall
from jenkins_light.model.builds import Build
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, step

_FOLDER = "stashes"
_LOOKED_AT = 51


@step("stash", "name")
def stash(call: StepCall) -> None:
    """Keep files for later parts of this build (workflow-basic-steps: name, includes, excludes, allowEmpty, …)."""
    base, name = call.folder, call.text("name")
    includes, excludes = str(call.args.get("includes") or "**"), str(call.args.get("excludes") or "")
    found = list(globs.find(base, includes, excludes, call.flag("useDefaultExcludes", True)))
    if not found and not call.flag("allowEmpty"):
        raise Abort(f"No files included in stash \u2018{name}\u2019")
    archive = _archive(call, name)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:gz") as tar:
        for path in found:
            tar.add(path, path.relative_to(base).as_posix(), recursive=False)
    call.log(f"Stashed {len(found)} file(s)")


@step("unstash", "name")
def unstash(call: StepCall) -> None:
    """Put stashed files into the working directory."""
    name = call.text("name")
    archive = _archive(call, name)
    if not archive.exists():
        raise Abort(f"No such saved stash \u2018{name}\u2019")
    call.folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        tar.extractall(call.folder, filter="tar")


def _archive(call: StepCall, name: str) -> Path:
    if "/" in name or name in {"", ".", ".."}:
        raise Abort(f"\u2018{name}\u2019 is not a name for a stash")
    return call.build.folder / _FOLDER / f"{name}.tar.gz"


def drop(build: Build) -> None:
    """Forget the stashes of a build that is over, unless its job preserves those of its newest builds.

    Source: ``PreserveStashesJobProperty``, which looks that far back for older ones when a build is over.
    """
    kept = build.job.config.stashes_kept
    if not kept:
        shutil.rmtree(build.folder / _FOLDER, ignore_errors=True)
        return
    completed = (each for each in build.job.builds if not each.building)
    for each in itertools.islice(completed, kept, _LOOKED_AT):
        shutil.rmtree(each.folder / _FOLDER, ignore_errors=True)


def bring(origin: Build, build: Build) -> None:
    """Give a build what another one stashed and still has."""
    if (origin.folder / _FOLDER).is_dir():
        shutil.copytree(origin.folder / _FOLDER, build.folder / _FOLDER, dirs_exist_ok=True)
