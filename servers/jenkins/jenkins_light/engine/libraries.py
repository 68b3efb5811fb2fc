"""Shared libraries on their way into a build: found, fetched at a version, laid out beside the build's log."""

import dataclasses
import hashlib
import re
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from jenkins_light.engine import git, scripts
from jenkins_light.model import libraries
from jenkins_light.model.libraries import LibraryConfiguration
from jenkins_light.steps.registry import Abort

if TYPE_CHECKING:
    from jenkins_light.engine.run import PipelineRun

_MENTIONED = re.compile(r"@\s*(org\.jenkinsci\.plugins\.workflow\.libs\.)?Library\b|\blibraries\b")
_FAILED = """org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:
WorkflowScript: {}

1 error
"""


class LoadingFailedError(Exception):
    """The script's libraries can't be had; its text is the error that compiling such a script ends with."""


def prepare(run: "PipelineRun", script: str) -> None:
    """Load what ``@Library``, ``libraries { lib(…) }`` and implicit configurations ask for, before the script compiles.

    Raises:
        LoadingFailedError: one of them can't be had; why is in the log.
    """
    if run.build.record.libraries:
        return
    wanted = _asked_for(run, script) if _MENTIONED.search(script) else {}
    chosen: dict[str, tuple[LibraryConfiguration, str]] = {}
    try:
        for configuration in libraries.of_job(run.controller.settings.home, run.build.job):
            name = configuration.name
            if not configuration.implicit and name not in wanted and name not in chosen:
                continue
            if name in chosen:
                run.log.line(f"Only using first definition of library {name}")
                continue
            chosen[name] = (configuration, _version(configuration, wanted.pop(name, "")))
        for configuration, version in chosen.values():
            load(run, configuration, version)
        if wanted:
            missing = ", ".join(f"{name}@{version}" if version else name for name, version in wanted.items())
            raise Abort(f"Could not find any definition of libraries [{missing}]")
    except Abort as error:
        run.log.line(f"ERROR: {error}")
        raise LoadingFailedError(_FAILED.format("Loading libraries failed")) from error


def _asked_for(run: "PipelineRun", script: str) -> dict[str, str]:
    answer = run.controller.runner.ask({"type": "libraries", "script": script})
    for problem in answer.get("errors") or ():
        raise LoadingFailedError(_FAILED.format(problem))
    return dict(split(identifier) for identifier in answer.get("libraries") or ())


def split(identifier: str) -> tuple[str, str]:
    """``name@version`` as its two parts; the version may be missing."""
    name, _, version = identifier.partition("@")
    return name, version


def find(run: "PipelineRun", name: str, version: str) -> tuple[LibraryConfiguration, str]:
    """The configuration of a library by name, and the version to take.

    Raises:
        Abort: there is none, or no version; the texts are Jenkins'.
    """
    for configuration in libraries.of_job(run.controller.settings.home, run.build.job):
        if configuration.name == name:
            return configuration, _version(configuration, version)
    raise Abort(f"No library named {name} found")


def _version(configuration: LibraryConfiguration, asked: str) -> str:
    if not asked:
        if not configuration.default_version:
            raise Abort(f"No version specified for library {configuration.name}")
        return configuration.default_version
    if not configuration.override:
        raise Abort(f"Version override not permitted for library {configuration.name}")
    return asked


def load(run: "PipelineRun", configuration: LibraryConfiguration, version: str) -> str:
    """Put a library at a version into the build and return its folder; a second library of this name is not taken.

    Raises:
        Abort: it can't be fetched, or is no library.
    """
    name, record = configuration.name, run.build.record
    loaded = next((entry for entry in record.libraries if entry["name"] == name), None)
    if loaded is not None:
        run.log.line(f"Only using first definition of library {name}")
        return str(folder_of(run, loaded))
    run.log.line(f"Loading library {name}@{version}")
    digest = hashlib.sha256(f"{name}\n{version}\n{configuration.scm.url}\n{configuration.path}".encode()).hexdigest()
    entry = {"name": name, "version": version, "directory": digest}
    target = folder_of(run, entry)
    _retrieve(run, configuration, version, target)
    if not (target / "src").is_dir() and not (target / "vars").is_dir():
        raise Abort(f"Library {name} expected to contain at least one of src or vars directories")
    record.libraries.append(entry)
    run.build.save()
    return str(target)


def folder_of(run: "PipelineRun", entry: dict[str, str]) -> Path:
    """Where a loaded library lies: with the build, so that a replay or a restart finds what really ran."""
    return run.build.folder / "libs" / entry["directory"]


def _retrieve(run: "PipelineRun", configuration: LibraryConfiguration, version: str, target: Path) -> None:
    scm = configuration.scm
    if configuration.legacy:
        variable = f"${{library.{configuration.name}.version}}"
        scm = dataclasses.replace(scm, branches=tuple(b.replace(variable, version) for b in scm.branches))
    else:
        run.log.line(f"Attempting to resolve {version} from remote references...")
        scm = dataclasses.replace(scm, branches=(version,))
    if ".." in Path(configuration.path).parts:
        raise Abort("Library path may not contain '..'")
    credential = scripts.credential_of(run.controller, run.build.job, scm)
    run.log.line(f"using credential {credential.id}" if credential else "No credentials specified")
    repository, lock = git.cached(run.controller.settings.home, scm, credential, run.log.line)
    with lock:
        repository.fetch(scm)
        try:
            revision = repository.resolve(scm)
        except Abort:
            raise Abort(f"No version {version} found for library {configuration.name}") from None
        run.log.line(f"Checking out Revision {revision.commit} ({version})")
        run.log.line(f'Commit message: "{revision.message}"')
        _lay_out(repository, revision.commit, configuration.path.strip("./"), target)


def _lay_out(repository: git.Git, commit: str, path: str, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(suffix=".tar") as file:
        tree = f"{commit}:{path}" if path else commit
        try:
            repository.run("archive", "--format=tar", f"--output={file.name}", tree, quiet=True)
        except Abort:
            raise Abort(f"Did not find {path} in checkout") from None
        with tarfile.open(file.name) as tar:
            wanted = [m for m in tar if m.name.split("/", 1)[0] in {"src", "vars", "resources"}]
            if any(not member.isfile() and not member.isdir() for member in wanted):
                link = next(m.name for m in wanted if not m.isfile() and not m.isdir())
                raise Abort(f"Rejecting library: symlink found: {link}")
            tar.extractall(target, wanted, filter="data")
