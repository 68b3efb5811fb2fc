"""``archiveArtifacts``, ``archive``, ``unarchive``, ``fingerprint``: files kept with a build, or known by their sum."""

import shutil
from pathlib import Path

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, step


@step("archiveArtifacts", "artifacts")
def archive_artifacts(call: StepCall) -> None:
    """Keep the files that the patterns match.

    Source: core's ArtifactArchiver (artifacts, excludes, allowEmptyArchive, onlyIfSuccessful, defaultExcludes,
    fingerprint).
    """
    if call.flag("onlyIfSuccessful") and call.build.result not in {None, "SUCCESS"}:
        call.log("Skipped archiving because build is not successful")
        return
    call.log("Archiving artifacts")
    base, pattern = call.folder, call.text("artifacts")
    found = list(globs.find(base, pattern, str(call.args.get("excludes") or ""), call.flag("defaultExcludes", True)))
    if not found:
        message = f'No artifacts found that match the file pattern "{pattern}". Configuration error?'
        if not call.flag("allowEmptyArchive"):
            raise Abort(message)
        call.log(message)
    _keep(call, found, base)
    if found and call.flag("fingerprint"):
        _record(call, found)


def _keep(call: StepCall, found: list[Path], base: Path) -> None:
    for path in found:
        _copy(path, call.build.folder / "archive" / path.relative_to(base))


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


@step("archive", "includes")
def archive(call: StepCall) -> None:
    """As older pipelines keep artifacts (workflow-basic-steps: includes, excludes); nothing found is no failure."""
    call.log("The archive step is deprecated, please use archiveArtifacts instead.")
    base, pattern, excludes = call.folder, call.text("includes"), str(call.args.get("excludes") or "")
    found = list(globs.find(base, pattern, excludes))
    if not found:
        but = f', excluding "{excludes}"' if excludes else ""
        call.log(f'No files found to archive for pattern "{pattern}"{but}; continuing.')
    _keep(call, found, base)


@step("unarchive", "mapping")
def unarchive(call: StepCall) -> list[str]:
    """Copy artifacts of this build into the working directory (workflow-basic-steps: mapping of pattern to place).

    Returns:
        The paths of the copies.
    """
    kept, copies = call.build.folder / "archive", []
    for pattern, place in (call.args.get("mapping") or {}).items():
        found = list(globs.find(kept, str(pattern))) if kept.is_dir() else []
        if not found:
            raise Abort(f"no artifacts to unarchive in {pattern}")
        target = call.path(str(place))
        for path in found:
            alone = path == kept / str(pattern)
            copy = (
                target / path.name
                if alone and target.is_dir()
                else target
                if alone
                else target / path.relative_to(kept)
            )
            _copy(path, copy)
            copies.append(str(copy))
    return copies


@step("fingerprint", "targets")
def fingerprint(call: StepCall) -> None:
    """Record which files the build has (core's Fingerprinter: targets, excludes)."""
    _record(call, list(globs.find(call.folder, call.text("targets"), str(call.args.get("excludes") or ""))))


def _record(call: StepCall, found: list[Path]) -> None:
    """Note the files' fingerprints."""
    call.log("Recording fingerprints")
    for path in found:
        call.controller.fingerprints.record(call.build, path)
