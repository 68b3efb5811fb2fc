"""``archiveArtifacts`` and ``fingerprint``: files kept with the build, and known again by their sums."""

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
    for path in found:
        target = call.build.folder / "archive" / path.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    if found and call.flag("fingerprint"):
        record(call, found)


@step("fingerprint", "targets")
def fingerprint(call: StepCall) -> None:
    """Record which files the build has (core's Fingerprinter: targets, excludes)."""
    record(call, list(globs.find(call.folder, call.text("targets"), str(call.args.get("excludes") or ""))))


def record(call: StepCall, found: list[Path]) -> None:
    """Note the files' fingerprints."""
    call.log("Recording fingerprints")
    for path in found:
        call.controller.fingerprints.record(call.build, path)
