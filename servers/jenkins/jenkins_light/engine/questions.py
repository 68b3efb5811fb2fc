"""What running builds want to know of themselves and of others, asked for when their scripts look at it."""

from typing import TYPE_CHECKING, Any

from jenkins_light.engine import environment
from jenkins_light.model.builds import Build
from jenkins_light.model.history import History

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller


def answer(controller: "Controller", question: dict[str, Any]) -> Any:
    """The answer to PROTOCOL.md's ``ask``; nothing of a build or a job that is gone meanwhile."""
    job = controller.root.find_job(str(question["job"]))
    build = _meant(job.builds, question["what"], int(question["number"])) if job else None
    if question["what"] == "changes":
        return build.record.changes if build else []
    return environment.facts_of(controller, build) if build else None


def _meant(builds: History, what: str, number: int) -> Build | None:
    """The build of that number, or the one right before or after it."""
    if what == "previousBuild":
        return next(builds.before(number), None)
    if what == "nextBuild":
        return next(builds.after(number), None)
    return builds.find(number)
