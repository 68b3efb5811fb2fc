"""Where a build's script comes from, and the ``scm`` that goes with it."""

import shlex
from typing import TYPE_CHECKING, Any

from jenkins_light.engine import git
from jenkins_light.model import jobconfig
from jenkins_light.model.builds import Build
from jenkins_light.model.credentials import Credential
from jenkins_light.model.definitions import GitScm, ScmDefinition, ScriptDefinition
from jenkins_light.model.items import Job
from jenkins_light.steps.registry import Abort

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller
    from jenkins_light.engine.run import PipelineRun


def obtain(run: "PipelineRun") -> str:
    """The build's script; kept in its record, so that a replay starts from what really ran.

    Raises:
        Abort: the job has no pipeline, or its file can't be had.
    """
    build = run.build
    if build.record.script is None:
        build.record.script = _from_definition(run)
        build.save()
    return build.record.script


def _from_definition(run: "PipelineRun") -> str:
    config = run.build.job.config
    if config.kind == jobconfig.FREESTYLE:
        return _freestyle(config.shell, _files(run.build))
    definition = config.definition
    if isinstance(definition, ScriptDefinition):
        return definition.script
    if definition is None:
        raise Abort("The job has no pipeline: its definition is neither a script nor a file in a git repository")
    return _from_repository(run, definition)


def _from_repository(run: "PipelineRun", definition: ScmDefinition) -> str:
    scm = definition.scm
    credential = credential_of(run.controller, run.build.job, scm)
    repository, lock = git.cached(run.controller.settings.home, scm, credential, lambda _: None)
    with lock:
        repository.fetch(scm)
        revision = repository.resolve(scm)
        script = repository.find("show", f"{revision.commit}:{definition.script_path}")
    if script is None:
        raise Abort(f"Unable to find {definition.script_path} from git {scm.url}")
    run.log.line(f"Obtained {definition.script_path} from git {scm.url}")
    return script


def read(run: "PipelineRun", path: str) -> str:
    """A file of the repository that the build's script comes from.

    Raises:
        Abort: the script does not come from one, or it has no such file.
    """
    definition = run.build.job.config.definition
    if not isinstance(definition, ScmDefinition):
        raise Abort(
            "\u2018readTrusted\u2019 is only available when using \u201cMultibranch Pipeline\u201d or "
            "\u201cPipeline script from SCM\u201d"
        )
    scm = definition.scm
    credential = credential_of(run.controller, run.build.job, scm)
    repository, lock = git.cached(run.controller.settings.home, scm, credential, lambda _: None)
    with lock:
        text = repository.find("show", f"{repository.resolve(scm).commit}:{path}")
    if text is None:
        raise Abort(f"{path} not found")
    run.log.line(f"Obtained {path} from git {scm.url}")
    return text


def credential_of(controller: "Controller", job: Job, scm: GitScm) -> Credential | None:
    """The credential that the repository's configuration names.

    Raises:
        NotFoundError: it names one that does not exist.
    """
    return controller.credentials.find(job, scm.credentials_id) if scm.credentials_id else None


def scm_map(build: Build) -> dict[str, Any] | None:
    """The job's repository as the ``scm`` variable holds it, or None for a script without one."""
    definition = build.job.config.definition
    if not isinstance(definition, ScmDefinition):
        return None
    scm = definition.scm
    remote = {
        "url": scm.url,
        "credentialsId": scm.credentials_id or None,
        "name": scm.remote,
        "refspec": scm.refspec or None,
    }
    return {
        "$class": "GitSCM",
        "branches": [{"name": branch} for branch in scm.branches],
        "userRemoteConfigs": [{key: value for key, value in remote.items() if value}],
        "extensions": [{"$class": name, **settings} for name, settings in scm.extensions.items()],
        "doGenerateSubmoduleConfigurations": False,
        "submoduleCfg": [],
    }


def _files(build: Build) -> dict[str, str]:
    """The uploaded files of the build's parameters, by the name that they get in the workspace."""
    definitions = [d.name for d in build.job.config.parameters if d.kind == "File"]
    return {name: str(path) for name in definitions if (path := build.file_parameter(name)).exists()}


def _freestyle(commands: tuple[str, ...], files: dict[str, str]) -> str:
    """A freestyle job's shell steps as a pipeline: in the workspace, one after the other, its files there first."""
    copies = [f"#!/bin/sh\ncp {shlex.quote(path)} {shlex.quote('./' + name)}" for name, path in files.items()]
    commands = (*copies, *commands)
    steps = "\n".join(f"  sh({_groovy(command)})" for command in commands)
    return f"node {{\n{steps}\n}}\n"


def _groovy(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\r", "").replace("\n", "\\n")
    return f"'{escaped}'"
