"""``library`` and ``libraryResource`` of pipeline-groovy-lib."""

import base64
from typing import Any

from jenkins_light.engine import libraries
from jenkins_light.engine.calls import StepCall
from jenkins_light.model.definitions import GitScm
from jenkins_light.model.describable import argument, symbol_of
from jenkins_light.model.libraries import LibraryConfiguration
from jenkins_light.steps.checkout import scm_from
from jenkins_light.steps.registry import Abort, step, symbols

symbols("modernSCM", "legacySCM", "gitSource")


@step("library", "identifier")
def library(call: StepCall) -> str:
    """Load a shared library while the build runs: a configured one by name, or any with ``retriever``.

    Returns:
        The library's folder, for the runner, which makes its classes and variables known.
    """
    name, version = libraries.split(call.text("identifier"))
    retriever = call.args.get("retriever")
    if retriever is None:
        configuration, version = libraries.find(call.run, name, version)
    elif not version:
        raise Abort(f"Must specify a version for library {name}")
    else:
        configuration = _configuration(name, retriever)
    return libraries.load(call.run, configuration, version)


def _configuration(name: str, retriever: dict[str, Any]) -> LibraryConfiguration:
    described = argument(retriever, "scm", {})
    path = str(retriever.get("libraryPath") or "")
    if symbol_of(described) in {"GitSCMSource", "gitSource"}:
        scm = GitScm(str(described.get("remote") or ""), str(described.get("credentialsId") or ""))
        return LibraryConfiguration(name, scm, path=path)
    if symbol_of(retriever) in {"legacySCM", "SCMRetriever"}:
        return LibraryConfiguration(name, scm_from(described), path=path, legacy=True)
    raise Abort(f"Only git repositories can hold libraries, not {symbol_of(described)}")


@step("libraryResource", "resource")
def library_resource(call: StepCall) -> str:
    """The text of a file in ``resources/`` of the libraries; with the encoding ``Base64`` its bytes in base 64.

    Raises:
        Abort: no library has it, or several have; the texts are Jenkins'.
    """
    name = call.text("resource")
    found = {}
    for entry in call.build.record.libraries:
        base = libraries.folder_of(call.run, entry) / "resources"
        path = (base / name).resolve()
        if path.is_file() and path.is_relative_to(base.resolve()):
            found[entry["name"]] = path.read_bytes()
    if not found:
        raise Abort(f"No such library resource {name} could be found.")
    if len(found) > 1:
        raise Abort(f"Library resource {name} ambiguous among libraries [{', '.join(found)}]")
    data = next(iter(found.values()))
    encoding = str(call.args.get("encoding") or "UTF-8")
    return base64.b64encode(data).decode() if encoding == "Base64" else data.decode(encoding, "replace")
