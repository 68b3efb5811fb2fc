"""What running builds want to know of themselves and of others, asked for when their scripts look at it."""

from typing import TYPE_CHECKING, Any

from jenkins_light.engine import environment
from jenkins_light.model.items import Job

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller


def answer(controller: "Controller", question: dict[str, Any]) -> Any:
    """The answer to PROTOCOL.md's ``ask``; nothing of a build or a job that is gone meanwhile."""
    job = controller.root.find_job(str(question["job"]))
    what, number = question["what"], int(question["number"])
    if what == "changes":
        build = job.builds.find(number) if job else None
        return build.record.changes if build else []
    if what == "build":
        build = job.builds.find(number) if job else None
        return environment.facts_of(controller, build) if build else None
    return _neighbour(controller, job, number, older=what == "previousBuild") if job else None


def _neighbour(controller: "Controller", job: Job, number: int, *, older: bool) -> dict[str, Any] | None:
    """The facts of the nearest build before or after that number."""
    numbers = job.builds.numbers if older else reversed(job.builds.numbers)
    beyond = (n for n in numbers if (n < number if older else n > number))
    found = next((build for n in beyond if (build := job.builds.find(n)) is not None), None)
    return environment.facts_of(controller, found) if found else None
