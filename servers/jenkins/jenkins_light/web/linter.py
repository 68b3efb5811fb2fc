"""The linter for Declarative pipelines (ModelConverterAction): a text for curl, JSON for programs."""

from typing import Any

from starlette.responses import Response

from jenkins_light.engine.controller import Controller
from jenkins_light.model.items import Folder, Job
from jenkins_light.web.exchange import json_answer, text_answer
from jenkins_light.web.root_actions import only_root
from jenkins_light.web.routing import BOTH, POST, Request, action
from jenkins_light.web.security import LINTER


@action(Folder, f"{LINTER}/validate", methods=POST)
def validate(request: Request, folder: Folder) -> Response:
    """What is wrong with a Jenkinsfile, as text."""
    only_root(folder)
    if "jenkinsfile" not in request.exchange.parameters():
        return text_answer("No Jenkinsfile specified\n")
    script = request.exchange.parameter("jenkinsfile")
    answer = check(request.controller, script)
    if answer.get("errors"):
        return text_answer(f"Errors encountered validating Jenkinsfile:\n{answer.get('text') or _lines(answer)}\n")
    said = "Jenkinsfile successfully validated." if _declarative(answer) else _no_pipeline(script)
    return text_answer(f"{said}\n")


@action(Folder, f"{LINTER}/validateJenkinsfile", methods=POST)
def validate_jenkinsfile(request: Request, folder: Folder) -> Response:
    """The same as JSON."""
    only_root(folder)
    script = request.exchange.parameter("jenkinsfile")
    if not script:
        return _told(["No content found for 'jenkinsfile' parameter"])
    answer = check(request.controller, script)
    if answer.get("errors"):
        return _told(_lines(answer).splitlines())
    return _told([] if _declarative(answer) else [_no_pipeline(script)])


@action(Job, "descriptorByName/org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition/checkScriptCompile", methods=BOTH)
def check_script_compile(request: Request, _job: Job) -> Response:
    """What is wrong with the script of a job's form, scripted ones too (CpsFlowDefinition's check)."""
    errors = check(request.controller, request.exchange.parameter("value")).get("errors")
    found = [
        {"column": e["column"], "line": e["line"], "message": e["message"], "status": "fail"} for e in errors or ()
    ]
    return json_answer(found or {"column": 0, "line": 0, "message": "", "status": "success"})


def check(controller: Controller, script: str) -> dict[str, Any]:
    """What the runner says of a script: ``errors``, ``text`` and, of a Declarative one, its ``stages``."""
    return controller.runner.ask({"type": "validate", "script": script, "tools": controller.tools.names()})


def _declarative(answer: dict[str, Any]) -> bool:
    return answer.get("stages") is not None


def _no_pipeline(script: str) -> str:
    return f"Jenkinsfile content '{script}' did not contain the 'pipeline' step"


def _lines(answer: dict[str, Any]) -> str:
    return "\n".join(f"{e['message']} @ line {e['line']}, column {e['column']}." for e in answer["errors"])


def _told(errors: list[str]) -> Response:
    """One error is a text and several are a list, as the plugin's JSON library accumulates them."""
    if not errors:
        return json_answer({"status": "ok", "data": {"result": "success"}})
    told = [{"error": errors[0] if len(errors) == 1 else errors}]
    return json_answer({"status": "ok", "data": {"result": "failure", "errors": told}})
