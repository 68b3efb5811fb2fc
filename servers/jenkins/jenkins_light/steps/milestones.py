"""``milestone`` of pipeline-milestone-step."""

import threading

from jenkins_light.engine.calls import StepCall
from jenkins_light.files import read_json, write_json
from jenkins_light.model.items import Job
from jenkins_light.steps.registry import Abort, Interrupted, step

_LOCK = threading.Lock()


class Milestones:
    """How far the builds of a job came: in a file of the job's folder, so that a restart forgets nothing."""

    def __init__(self, job: Job) -> None:
        self._file = job.folder / "milestones.json"
        self.reached: dict[int, int] = {int(build): point for build, point in read_json(self._file, {}).items()}

    def newest_at(self, ordinal: int) -> int:
        """The newest build that passed this point or a later one, 0 for none."""
        return max((build for build, point in self.reached.items() if point >= ordinal), default=0)

    def note(self, build: int, ordinal: int, running: set[int]) -> None:
        """A build passed a point. Builds that are over are forgotten once a newer one has come as far."""
        self.reached[build] = ordinal
        kept = {b: p for b, p in self.reached.items() if b in running or self.newest_at(p) == b}
        write_json(self._file, kept)


@step("milestone", "ordinal")
def milestone(call: StepCall) -> None:
    """Let no older build pass a point that a newer one has passed, and stop older builds that have not come so far.

    Source: pipeline-milestone-step (ordinal, label).
    """
    job, number = call.build.job, call.build.number
    runs = {run.build.number: run for run in call.controller.runs() if run.build.job is job}
    with _LOCK:
        milestones = Milestones(job)
        last = milestones.reached.get(number, -1)
        ordinal = int(last + 1 if call.args.get("ordinal") is None else call.args["ordinal"])
        if ordinal <= last:
            raise Abort(f"Invalid ordinal {ordinal}, as the previous one was {last}")
        call.log(f"Trying to pass milestone {ordinal}")
        newest = milestones.newest_at(ordinal)
        if newest > number:
            call.log(f"Canceled since build #{newest} already got here")
            raise Interrupted("Superseded by a newer build", "NOT_BUILT")
        milestones.note(number, ordinal, set(runs))
    for older, run in runs.items():
        if older < number and 0 <= milestones.reached.get(older, -1) < ordinal:
            run.supersede(f"{job.full_name}#{number}")
