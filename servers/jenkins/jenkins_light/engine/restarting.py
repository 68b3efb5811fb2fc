"""What a build that is restarted from a stage gets of the build that it was before."""

import shutil
from typing import TYPE_CHECKING

from jenkins_light.model import causes
from jenkins_light.steps import stashes

if TYPE_CHECKING:
    from jenkins_light.engine.run import PipelineRun


def bring_along(run: "PipelineRun") -> None:
    """Copy artifacts, and the stashes that were preserved, as ``StashManager.CopyStashesAndArtifacts`` does."""
    build = run.build
    number = next((c.details["originRunNumber"] for c in build.causes if c.cls == causes.RESTART), None)
    origin = None if number is None else build.job.builds.find(number)
    if origin is None:
        return
    archive = origin.folder / "archive"
    count = sum(path.is_file() for path in archive.rglob("*"))
    if count:
        run.log.line(f"Copying {count} artifact(s) from {origin.display_name}")
        shutil.copytree(archive, build.folder / "archive", dirs_exist_ok=True)
    stashes.bring(origin, build)
