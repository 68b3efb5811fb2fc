"""Builds and queue items as the remote API shows them."""

from collections.abc import Callable, Container, Iterator
from typing import Any

from jenkins_light.engine.controller import Controller
from jenkins_light.engine.queue import QueueItem
from jenkins_light.model import jobconfig, testresults
from jenkins_light.model.builds import Build
from jenkins_light.model.items import Job
from jenkins_light.model.parameters import Value, as_text
from jenkins_light.steps import globs
from jenkins_light.web import beans, change_beans
from jenkins_light.web.export import ALWAYS, Bean, Inline, bean

Getter = Callable[[], Any]
#: How many builds tell how long the next one takes.
_ESTIMATED_FROM = 3
RUN_CLASSES = {
    jobconfig.PIPELINE: "org.jenkinsci.plugins.workflow.job.WorkflowRun",
    jobconfig.FREESTYLE: "hudson.model.FreeStyleBuild",
}


def build_bean(controller: Controller, build: Build) -> Bean:
    """A build."""
    record, job = build.record, build.job
    values: dict[str, tuple[int, Getter]] = {
        "actions": (1, lambda: _actions(build)),
        "artifacts": (1, lambda: _artifacts(build)),
        "building": (1, lambda: record.building),
        "description": (1, lambda: record.description),
        "displayName": (1, lambda: build.display_name),
        "duration": (1, lambda: 0 if record.building else record.duration),
        "estimatedDuration": (1, lambda: estimated_duration(build)),
        "executor": (1, lambda: bean("hudson.model.OneOffExecutor") if record.building else None),
        "fullDisplayName": (1, lambda: build.full_display_name),
        "id": (1, lambda: str(build.number)),
        "inProgress": (1, lambda: record.building),
        "keepLog": (1, lambda: record.keep_log),
        "number": (2, lambda: build.number),
        "queueId": (1, lambda: record.queue_id),
        "result": (1, lambda: record.result),
        "timestamp": (1, lambda: record.timestamp),
        "url": (2, lambda: controller.settings.url + build.url_path),
        "fingerprint": (-1, lambda: Inline(fingerprint_bean(controller, md5) for md5 in record.fingerprints)),
        "changeSets": (1, lambda: change_beans.change_sets(controller, build)),
        "culprits": (1, lambda: change_beans.culprits(controller, build)),
        "nextBuild": (1, lambda: _first(controller, job.builds.after(build.number))),
        "previousBuild": (1, lambda: _first(controller, job.builds.before(build.number))),
    }
    if job.config.kind == jobconfig.FREESTYLE:
        values["builtOn"] = (1, lambda: "")
        values["changeSet"] = (1, lambda: bean("hudson.scm.EmptyChangeLogSet", items=[], kind=None))
    return Bean(RUN_CLASSES[job.config.kind], values)


def estimated_duration(build: Build) -> int:
    """The mean of the last three builds that were not worse than unstable, in milliseconds; -1 when nobody knows.

    Where there are fewer, the newest failed ones count too (core's LazyBuildMixIn.getEstimatedDurationCandidates).
    """
    known: list[int] = []
    failed: list[int] = []
    for other in build.job.builds:
        if len(known) == _ESTIMATED_FROM:
            break
        if not other.building and other.result in {"SUCCESS", "UNSTABLE"}:
            known.append(other.record.duration)
        elif not other.building and other.result == "FAILURE":
            failed.append(other.record.duration)
    known += failed[: _ESTIMATED_FROM - len(known)]
    return round(sum(known) / len(known)) if sum(known) else -1


def _first(controller: Controller, builds: Iterator[Build]) -> Bean | None:
    found = next(builds, None)
    return build_bean(controller, found) if found else None


def _actions(build: Build) -> list[Bean]:
    record = build.record
    causes = [bean(cause.cls, shortDescription=cause.description, **cause.details) for cause in build.causes]
    actions = [bean("hudson.model.CauseAction", causes=causes)]
    if record.parameters:
        uploaded = {name for name in record.parameters if build.file_parameter(name).exists()}
        actions.append(_parameters_action(build.job, record.parameters, record.sensitive, uploaded))
    actions.extend(_build_data(taken) for taken in record.scm)
    actions.extend(_sonar_action(note) for note in record.sonar)
    tests = test_action(build)
    return [*actions, tests] if tests else actions


def _sonar_action(note: dict[str, Any]) -> Bean:
    names = ("ceTaskId", "credentialsId", "installationName", "installationUrl", "new", "serverUrl", "skipped")
    values: Any = {name: note.get(name) for name in (*names, "sonarqubeDashboardUrl")}
    return bean("hudson.plugins.sonar.action.SonarAnalysisAction", **values)


def test_action(build: Build) -> Bean | None:
    """The counts of a build's tests, if it has any."""
    results = testresults.load(build)
    if results is None:
        return None
    return bean(
        "hudson.tasks.junit.TestResultAction",
        failCount=results.failed,
        skipCount=results.skipped,
        totalCount=results.total,
        urlName="testReport",
    )


def _parameters_action(job: Job, parameters: dict[str, Value], sensitive: list[str], files: Container[str]) -> Bean:
    texts = {definition.name for definition in job.config.parameters if definition.kind == "Text"}

    def one(name: str, value: Value) -> Bean:
        if name in files:
            return bean("hudson.model.FileParameterValue", name=name)
        if name in sensitive:
            return bean("hudson.model.PasswordParameterValue", name=name)
        kind = "Boolean" if isinstance(value, bool) else "Text" if name in texts else "String"
        return bean(f"hudson.model.{kind}ParameterValue", name=name, value=value)

    return bean("hudson.model.ParametersAction", parameters=[one(name, value) for name, value in parameters.items()])


def _build_data(taken: dict[str, str]) -> Bean:
    revision = bean(
        "", SHA1=taken["commit"], branch=[bean("", SHA1=taken["commit"], name=f"refs/remotes/{taken['branch']}")]
    )
    return bean("hudson.plugins.git.util.BuildData", lastBuiltRevision=revision, remoteUrls=[taken["url"]], scmName="")


def artifact_paths(build: Build) -> list[str]:
    """The archived files, relative to the archive."""
    base = build.folder / "archive"
    found = globs.find(base, "**", default_excludes=False) if base.is_dir() else ()
    return [path.relative_to(base).as_posix() for path in found]


def _artifacts(build: Build) -> list[Bean]:
    return [
        bean("", displayPath=path.rsplit("/", 1)[-1], fileName=path.rsplit("/", 1)[-1], relativePath=path)
        for path in artifact_paths(build)
    ]


def queue_item_bean(controller: Controller, item: QueueItem) -> Bean:
    """A queue item in the state it is in: waiting, blocked, buildable or left."""
    left = item.build is not None or item.cancelled
    state = "Left" if left else "Blocked" if item.blocked else "Buildable" if item.buildable else "Waiting"
    causes = [bean(cause.cls, shortDescription=cause.description, **cause.details) for cause in item.causes]
    actions = [bean("hudson.model.CauseAction", causes=causes)]
    if item.parameters:
        actions.append(_parameters_action(item.job, item.parameters, item.sensitive, item.uploads))
    shown = {name: "****" if name in item.sensitive else as_text(value) for name, value in item.parameters.items()}
    values: dict[str, tuple[int, Getter]] = {
        "actions": (1, lambda: actions),
        "blocked": (1, lambda: item.blocked and not left),
        "buildable": (1, lambda: item.buildable and not item.blocked and not left),
        "id": (1, lambda: item.id),
        "inQueueSince": (1, lambda: int(item.since * 1000)),
        "params": (1, lambda: "".join(f"\n{name}={value}" for name, value in shown.items())),
        "stuck": (1, lambda: False),
        "task": (ALWAYS, lambda: beans.job_bean(controller, item.job)),
        "url": (1, lambda: f"queue/item/{item.id}/"),
        "why": (1, lambda: item.why),
    }
    if left:
        values["cancelled"] = (1, lambda: item.cancelled)
        values["executable"] = (1, lambda: build_bean(controller, item.build) if item.build else None)
    elif state == "Waiting":
        values["timestamp"] = (1, lambda: int(item.ready_at * 1000))
    else:
        values["buildableStartMilliseconds"] = (1, lambda: int(item.ready_at * 1000))
    return Bean(f"hudson.model.Queue${state}Item", values)


def queue_bean(controller: Controller) -> Bean:
    """The queue."""
    items = controller.queue.items()
    values: dict[str, tuple[int, Getter]] = {
        "discoverableItems": (1, list),
        "items": (1, lambda: Inline(queue_item_bean(controller, item) for item in items)),
    }
    return Bean("hudson.model.Queue", values)


def fingerprint_bean(controller: Controller, md5: str) -> Bean:
    """Which builds made and used a file."""
    found = controller.fingerprints.get(md5)

    def usage(job: str) -> Bean:
        ranges = [bean("", start=start, end=end) for start, end in found.ranges(job)]
        return bean("", name=job, ranges=bean("", ranges=ranges))

    original = None if found.original is None else bean("", name=found.original[0], number=found.original[1])
    return bean(
        "hudson.model.Fingerprint",
        fileName=found.file_name,
        hash=found.md5,
        original=original,
        timestamp=found.timestamp,
        usage=[usage(job) for job in found.usages],
    )
