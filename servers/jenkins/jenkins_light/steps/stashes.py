"""``stash`` and ``unstash``: files handed from one part of a build to another."""

import shutil
import tarfile
from pathlib import Path

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, step


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
    return call.build.folder / "stashes" / f"{name}.tar.gz"


def drop(folder: Path) -> None:
    """Forget the stashes of a build that is over, as Jenkins does unless told to preserve them."""
    shutil.rmtree(folder / "stashes", ignore_errors=True)
