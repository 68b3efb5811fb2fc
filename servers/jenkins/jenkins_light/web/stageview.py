"""The stage view's data, as pipeline-rest-api (wfapi) gives them; times in milliseconds, links without a host."""

import re
from typing import Any
from urllib.parse import quote

from jenkins_light.engine.controller import Controller
from jenkins_light.model.builds import Build, Stage
from jenkins_light.model.items import Job
from jenkins_light.steps.inputs import Question
from jenkins_light.web import build_beans

_STATUS = {
    "SUCCESS": "SUCCESS",
    "UNSTABLE": "UNSTABLE",
    "FAILURE": "FAILED",
    "ABORTED": "ABORTED",
    "NOT_BUILT": "NOT_EXECUTED",
}
_FAILURE = re.compile(rb"^(?:ERROR: .*|[\w.$]+(?:Exception|Error)(?:: .*)?)$", re.MULTILINE)
_LOG_BYTES = 10 * 1024
Json = dict[str, Any]


def questions(controller: Controller, build: Build) -> list[Question]:
    """The inputs that a build waits for."""
    run = controller.run_of(build)
    return list(run.state.get("inputs", {}).values()) if run else []


def job(target: Job) -> Json:
    """``/job/<job>/wfapi``."""
    base = f"/{target.url_path}wfapi/"
    links = {"self": {"href": f"{base}describe"}, "runs": {"href": f"{base}runs"}}
    return {"_links": links, "name": target.name, "runCount": len(target.builds)}


def run(controller: Controller, build: Build, whole: bool = False) -> Json:
    """One build and its stages; ``whole`` adds to each what is below it."""
    record, base = build.record, f"/{build.url_path}wfapi/"
    waiting = bool(questions(controller, build))
    links = {"self": {"href": f"{base}describe"}}
    if record.changes:
        links["changesets"] = {"href": f"{base}changesets"}
    if waiting:
        links["nextPendingInputAction"] = {"href": f"{base}nextPendingInputAction"}
        links["pendingInputActions"] = {"href": f"{base}pendingInputActions"}
    if build_beans.artifact_paths(build):
        links["artifacts"] = {"href": f"{base}artifacts"}
    stages = list(build.stages)
    return {
        "_links": links,
        "id": str(build.number),
        "name": build.display_name,
        "status": _status(record.building, record.result, waiting),
        "startTimeMillis": record.timestamp,
        "endTimeMillis": record.timestamp + record.duration,
        "durationMillis": record.duration,
        "queueDurationMillis": 0,
        "pauseDurationMillis": 0,
        "stages": [node(build, stage, waiting and stage is stages[-1], whole) for stage in stages],
    }


def _status(building: bool, result: str | None, waiting: bool) -> str:
    if building:
        return "PAUSED_PENDING_INPUT" if waiting else "IN_PROGRESS"
    return _STATUS[result or "FAILURE"]


def node(build: Build, stage: Stage, waiting: bool = False, whole: bool = False) -> Json:
    """A stage; its steps are not told one by one, so ``whole`` has one node that stands for them all."""
    address = f"/{build.url_path}execution/node/{stage.id}/"
    status = "PAUSED_PENDING_INPUT" if waiting and stage.status == "IN_PROGRESS" else stage.status
    shown: Json = {
        "_links": {"self": {"href": f"{address}wfapi/describe"}},
        "id": stage.id,
        "name": stage.name,
        "execNode": "",
        "status": status,
        "startTimeMillis": stage.started,
        "durationMillis": stage.duration,
        "pauseDurationMillis": 0,
    }
    if stage.status == "FAILED" and (found := _failure(build)):
        shown["error"] = {"message": found, "type": "hudson.AbortException"}
    if whole:
        below = {**shown, "parentNodes": []}
        below["_links"] = {**shown["_links"], "log": {"href": f"{address}wfapi/log"}}
        shown["stageFlowNodes"] = [below]
    return shown


def _failure(build: Build) -> str:
    """The last error that the console tells."""
    with build.log_path.open("rb") as log:
        log.seek(max(0, log.seek(0, 2) - _LOG_BYTES))
        found = _FAILURE.findall(log.read())
    return found[-1].decode("utf-8", "replace").removeprefix("ERROR: ") if found else ""


def log(build: Build, stage: Stage) -> Json:
    """The last part of what a stage wrote."""
    with build.log_path.open("rb") as file:
        size = file.seek(0, 2)
        end = min(stage.log_end or size, size)
        start = min(stage.log_start, end)
        file.seek(max(start, end - _LOG_BYTES))
        text = file.read(end - file.tell()).decode("utf-8", "replace")
    return {
        "nodeId": stage.id,
        "nodeStatus": stage.status,
        "length": end - start,
        "hasMore": end - start > _LOG_BYTES,
        "text": text,
        "consoleUrl": f"/{build.url_path}execution/node/{stage.id}/log",
    }


def pending(build: Build, question: Question) -> Json:
    """An open input and where it is answered."""
    base = f"/{build.url_path}input/{question.id}/"
    return {
        "id": question.id,
        "proceedText": question.ok,
        "message": question.message,
        "inputs": [_input(entry) for entry in question.parameters],
        "proceedUrl": f"/{build.url_path}wfapi/inputSubmit?inputId={quote(question.id)}",
        "abortUrl": f"{base}abort",
        "redirectApprovalUrl": f"/{build.url_path}input/",
    }


def _input(described: Json) -> Json:
    symbol = str(described.get("$symbol") or described.get("$class") or "string").rsplit(".", 1)[-1]
    kind = {"string": "String", "text": "Text", "booleanParam": "Boolean", "choice": "Choice", "password": "Password"}
    choices = described.get("choices")
    listed = choices.splitlines() if isinstance(choices, str) else choices
    definition = {"defaultVal": described.get("defaultValue"), **({"choices": listed} if listed else {})}
    return {
        "type": f"{kind.get(symbol, symbol.removesuffix('ParameterDefinition'))}ParameterDefinition",
        "name": described.get("name"),
        "description": described.get("description"),
        "definition": definition,
    }


def artifacts(build: Build) -> list[Json]:
    """What was archived, with sizes in bytes."""
    base = build.folder / "archive"
    return [
        {"id": f"n{number}", "name": path.rsplit("/", 1)[-1], "path": path, "url": f"/{build.url_path}artifact/{path}",
         "size": (base / path).stat().st_size}
        for number, path in enumerate(build_beans.artifact_paths(build), 1)
    ]  # fmt: skip


def changesets(build: Build) -> list[Json]:
    """The commits since the build before, checkout by checkout."""
    return [_changeset(build, changes) for changes in build.record.changes]


def _changeset(build: Build, changes: list[Json]) -> Json:
    commits = [
        {
            "_links": {},
            "commitId": change["commitId"],
            "commitUrl": None,
            "message": change["message"],
            "authorJenkinsId": change["author"],
            "timestamp": change["timestamp"],
            "consoleUrl": f"/{build.url_path}changes#{change['commitId']}",
        }
        for change in changes
    ]
    return {
        "_links": {},
        "kind": "git",
        "commits": commits,
        "commitCount": len(commits),
        "contributorsCount": len({change["author"] for change in changes}),
        "consoleUrl": f"/{build.url_path}changes",
    }
