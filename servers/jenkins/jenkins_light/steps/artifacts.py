"""``archiveArtifacts``: files of the workspace kept with the build."""

import shutil

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, step


@step("archiveArtifacts", "artifacts")
def archive_artifacts(call: StepCall) -> None:
    """Keep the files that the patterns match.

    Source: core's ArtifactArchiver (artifacts, excludes, allowEmptyArchive, onlyIfSuccessful, defaultExcludes).
    There are no fingerprints here.
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
