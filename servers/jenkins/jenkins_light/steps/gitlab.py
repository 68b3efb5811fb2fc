"""The GitLab plugin's steps: a build's state is noted on the commits that it took."""

from collections.abc import Iterator
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.engine.gitlab import BuiltCommit, GitLabClient, project_of
from jenkins_light.errors import GitLabUnavailableError, NotFoundError
from jenkins_light.model.credentials import GITLAB_TOKEN, SECRET_TEXT
from jenkins_light.model.describable import argument, symbol_of
from jenkins_light.steps.registry import Abort, Variables, block_step, step, symbols

symbols("gitLabConnection")

_STATES = ("pending", "running", "canceled", "success", "failed", "skipped")
_DEFAULT_NAME = "jenkins"
_ENDS = {"success": "success", "failure": "failed"}
_PENDING = "gitlab_builds"


@step("updateGitlabCommitStatus", "name")
def update(call: StepCall) -> None:
    """Note a state on the commits that the build has checked out, or on those that ``builds`` names."""
    state = str(call.args.get("state") or "")
    if state not in _STATES:
        raise Abort(f"updateGitlabCommitStatus needs a state: {', '.join(_STATES)}")
    _note(call, state, _name(call))
    _started(call, _name(call))


@block_step("gitlabCommitStatus", "name")
def during(call: StepCall) -> Iterator[Variables]:
    """Note the block as running, then as what became of it."""
    name = _name(call)
    _note(call, "running", name)
    _started(call, name)
    try:
        yield {}
    finally:
        _note(call, _ENDS.get(call.block.outcome if call.block else "", "canceled"), name)


@block_step("gitlabBuilds", "builds")
def builds(call: StepCall) -> Iterator[Variables]:
    """Note several builds as pending; those that never started end as the block does, if that fails."""
    given = call.args.get("builds")
    names = [str(one) for one in given] if isinstance(given, list) else [str(given or "")]
    if len(names) == 1:
        names = [part.strip() for part in names[0].split(",") if part.strip()]
    for name in names:
        _note(call, "pending", name)
    pending: list[str] = call.run.state.setdefault(_PENDING, [])
    pending += names
    try:
        yield {}
    finally:
        outcome = call.block.outcome if call.block else ""
        left = [name for name in names if name in pending]
        if outcome == "success" and left:
            call.log("There are still pending GitLab builds. Please check your configuration")
        elif outcome != "success":
            for name in left:
                _note(call, _ENDS.get(outcome, "canceled"), name)


def _name(call: StepCall) -> str:
    return str(call.args.get("name") or _DEFAULT_NAME)


def _started(call: StepCall, name: str) -> None:
    pending: list[str] = call.run.state.get(_PENDING, [])
    if name in pending:
        pending.remove(name)


def _note(call: StepCall, state: str, name: str) -> None:
    """Tell GitLab; a build never fails for want of that, as with the plugin."""
    client = _client(call)
    if client is None:
        call.log("No GitLab connection configured")
        return
    url = f"{call.controller.settings.url}{call.build.url_path}"
    for built in _commits(call):
        try:
            if client.has_commit(built):
                client.set_status(built, state, name, url)
        except GitLabUnavailableError as error:
            call.log(f"Failed to update Gitlab commit status for project '{built.project}': {error}")


def _client(call: StepCall) -> GitLabClient | None:
    """The client of the connection that the step names, or else the job."""
    named = call.args.get("connection")
    name = _connection_name(named) if named else call.build.job.config.gitlab_connection
    connection = call.controller.gitlab.find(name) if name else None
    if connection is None:
        return None
    try:
        credential = call.controller.credentials.system.get(connection.token_id)
    except NotFoundError:
        return None
    if credential.kind not in (GITLAB_TOKEN, SECRET_TEXT):
        return None
    call.run.log.mask(credential.secret)
    return GitLabClient(connection, credential.secret)


def _connection_name(named: Any) -> str:
    if isinstance(named, dict) and symbol_of(named) in {"gitLabConnection", "GitLabConnectionProperty"}:
        return str(argument(named, "gitLabConnection", ""))
    return str(named)


def _commits(call: StepCall) -> list[BuiltCommit]:
    """The commits of ``builds``, else of each repository that the build has checked out (BuildData), each once."""
    given = call.args.get("builds") if call.name == "updateGitlabCommitStatus" else None
    if given:
        entries = [entry for entry in (given if isinstance(given, list) else [given]) if isinstance(entry, dict)]
        return [BuiltCommit(str(entry.get("projectId", "")), str(entry.get("revisionHash", ""))) for entry in entries]
    taken = ((project_of(entry["url"]), entry["commit"]) for entry in call.build.record.scm)
    return [BuiltCommit(project, commit) for project, commit in dict.fromkeys(taken) if project]
