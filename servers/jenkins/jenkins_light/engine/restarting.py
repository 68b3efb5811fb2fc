"""What a build that is restarted from a stage gets of the build that it was before."""

import shutil
from typing import TYPE_CHECKING

from jenkins_light.model import causes
from jenkins_light.steps import stashes

if TYPE_CHECKING:
    from jenkins_light.engine.run import PipelineRun
    from jenkins_light.model.builds import Build


def bring_along(run: "PipelineRun") -> None:
    """Copy artifacts, and the stashes that were preserved, as ``StashManager.CopyStashesAndArtifacts`` does."""
    build, origin = run.build, _origin(run)
    if origin is None:
        return
    archive = origin.folder / "archive"
    count = sum(path.is_file() for path in archive.rglob("*"))
    if count:
        run.log.line(f"Copying {count} artifact(s) from {origin.display_name}")
        shutil.copytree(archive, build.folder / "archive", dirs_exist_ok=True)
    stashes.bring(origin, build)


def assigned(run: "PipelineRun") -> dict[str, str]:
    """What the other build's script had put into ``env`` (``EnvActionImpl.Copier``)."""
    origin = _origin(run)
    decrypt = run.controller.secrets.decrypt
    return {} if origin is None else {name: decrypt(text) for name, text in origin.record.assigned.items()}


def _origin(run: "PipelineRun") -> "Build | None":
    build = run.build
    number = next((c.details["originRunNumber"] for c in build.causes if c.cls == causes.RESTART), None)
    return None if number is None else build.job.builds.find(number)
