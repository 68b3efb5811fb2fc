"""``withSonarQubeEnv`` and ``waitForQualityGate`` of the SonarQube Scanner plugin (sonar 2.18)."""

import base64
import hashlib
import hmac
import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from jenkins_light.engine.calls import StepCall
from jenkins_light.errors import NotFoundError
from jenkins_light.model.credentials import SECRET_TEXT
from jenkins_light.model.sonarqube import SonarInstallation
from jenkins_light.steps import globs
from jenkins_light.steps.propertyfiles import parse_properties
from jenkins_light.steps.registry import Abort, StepError, Variables, block_step, step

_REPORT = "report-task.txt"
_DEFAULT_SERVER = "http://localhost:9000"
_HELP = "https://redirect.sonarsource.com/plugins/jenkins.html"
_WRAPPER = "Please use the 'withSonarQubeEnv' wrapper to run your analysis."
_TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.2


@block_step("withSonarQubeEnv", "installationName")
def with_sonarqube_env(call: StepCall) -> Iterator[Variables]:
    """Tell the block's scanner of a configured server; note afterwards which analysis it has sent there.

    Source: ``SonarBuildWrapper`` (installationName, credentialsId, envOnly).
    """
    installation = _installation(call, str(call.args.get("installationName") or ""))
    credentials_id = str(call.args.get("credentialsId") or "")
    folder = call.folder
    call.log(f"Injecting SonarQube environment variables using the configuration: {installation.name}")
    token = _token(call, installation, credentials_id)
    if token:
        call.run.log.mask(token)
    try:
        yield _variables(call, installation, token)
    finally:
        if not call.flag("envOnly"):
            _note_analysis(call, installation, credentials_id, folder)


@step("waitForQualityGate", "abortPipeline", resumable=True)
def wait_for_quality_gate(call: StepCall) -> dict[str, Any]:
    """Wait until the last analysis of the build is taken in, and give its gate's status.

    Source: ``WaitForQualityGateStep`` (abortPipeline, webhookSecretId, credentialsId). The server is asked once, since
    its hook may have come before the step; after that the hook alone decides.

    Returns:
        A map with ``status``: OK, WARN, ERROR or NONE.
    """
    analysis = _last_analysis(call)
    task = analysis["ceTaskId"]
    installation = _installation(call, analysis["installationName"])
    call.log(f"Checking status of SonarQube task '{task}' on server '{installation.name}'")
    server = analysis["installationUrl"].rstrip("/")
    token = _token(call, installation, analysis.get("credentialsId") or "")
    found = _task(server, task, token)
    gate: str | None = None
    if _over(call, task, str(found["status"])):
        answer = _ask(f"{server}/api/qualitygates/project_status?analysisId={quote(found['analysisId'])}", token)
        gate = str(answer["projectStatus"]["status"])
    else:
        gate = _hooked(call, task, installation)
    call.log(f"SonarQube task '{task}' completed. Quality gate is '{gate}'")
    if call.flag("abortPipeline") and gate != "OK":
        raise Abort(f"Pipeline aborted due to quality gate failure: {gate}")
    return {"status": gate}


def _installation(call: StepCall, name: str) -> SonarInstallation:
    configured = call.controller.sonar_installations
    found = configured.get(name)
    if found is not None:
        return found
    count = len(configured.all())
    what = (
        f"SonarQube installation defined in this job ({name}) does not match any configured installation. "
        f"Number of installations that can be configured: {count}."
        if name.strip()
        else "No SonarQube installation assigned for this job. "
        f"There are {count} available installations that can be configured."
    )
    tip = f"If you want to reassign jobs to a different SonarQube installation, check the documentation under {_HELP}"
    raise Abort(f"{what}\n{tip}")


def _token(call: StepCall, installation: SonarInstallation, credentials_id: str) -> str:
    """The token that a step names, else the installation's; "" where the installation's is not there."""
    secret = _secret_text(call, credentials_id or installation.credentials_id)
    if secret is None and credentials_id:
        _illegal(f"Unable to find credential with id '{credentials_id}'")
    return secret or ""


def _secret_text(call: StepCall, credentials_id: str) -> str | None:
    try:
        credential = call.controller.credentials.find(call.build.job, credentials_id)
    except NotFoundError:
        return None
    return credential.secret if credential.kind == SECRET_TEXT else None


def _variables(call: StepCall, installation: SonarInstallation, token: str) -> Variables:
    server = _expand(installation.server_url, call.env) or _DEFAULT_SERVER
    pairs = [pair.split("=") for pair in installation.additional_analysis_properties.split()]
    parameters = {"sonar.host.url": server}
    if token:
        parameters[_token_property(installation, server)] = token
    parameters |= {pair[0]: _expand(pair[1], call.env) for pair in pairs if len(pair) == 2}
    extra = [f"-D{pair}" for pair in installation.additional_analysis_properties.split()]
    extra += filter(None, [installation.additional_properties])
    return {
        "SONAR_CONFIG_NAME": installation.name,
        "SONAR_HOST_URL": server,
        "SONAR_AUTH_TOKEN": token,
        "SONAR_MAVEN_GOAL": maven_goal(installation.mojo_version),
        "SONAR_EXTRA_PROPS": _expand(" ".join(extra), call.env),
        "SONARQUBE_SCANNER_PARAMS": scanner_parameters(parameters),
    }


def maven_goal(version: str) -> str:
    """The goal that analyses: the plugin by its prefix, or pinned; before 3.0 it had another group."""
    if not version:
        return "sonar:sonar"
    number = re.search(r"\d+\.\d+", version)
    group = "org.codehaus.mojo" if number and float(number[0]) < 3 else "org.sonarsource.scanner.maven"
    return f"{group}:sonar-maven-plugin:{version}:sonar"


def scanner_parameters(parameters: dict[str, str]) -> str:
    """SONARQUBE_SCANNER_PARAMS: a JSON object, spaced as the plugin spaces it."""
    pairs = (f"{json.dumps(key)} : {json.dumps(value)}" for key, value in parameters.items())
    return "{ " + ", ".join(pairs) + "}"


def _token_property(installation: SonarInstallation, server: str) -> str:
    """The token's name as the server's version wants it; a server that does not tell is taken for an old one."""
    if installation.server_url.startswith("https://sonarcloud.io"):
        return "sonar.token"
    try:
        version = _fetch(f"{server.rstrip('/')}/api/server/version", "").decode()
        return "sonar.token" if int(version.split(".")[0]) >= 10 else "sonar.login"
    except (StepError, ValueError):
        return "sonar.login"


def _expand(text: str, env: dict[str, str]) -> str:
    """``$NAME`` and ``${NAME}`` of the environment; others stay, as with EnvVars.expand."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda m: env.get(m[1] or m[2], m[0]), text)


def _note_analysis(call: StepCall, installation: SonarInstallation, credentials_id: str, folder: Path) -> None:
    """Keep in the build which task the scanner's report names, as ``SonarUtils.addBuildInfoTo`` does."""
    note: dict[str, Any] = {
        "installationName": installation.name,
        "installationUrl": _expand(installation.server_url, call.env),
        "credentialsId": credentials_id or None,
        "new": True,
        "skipped": False,
    }
    reports = list(globs.find(folder, f"**/{_REPORT}"))
    if reports:
        if len(reports) > 1:
            call.log(f"WARN: Found multiple '{_REPORT}' in the workspace. Taking the first one.")
            for report in reports:
                call.log(str(report))
        values = parse_properties(reports[0].read_text("utf-8"))
        note |= {
            "serverUrl": values.get("serverUrl"),
            "sonarqubeDashboardUrl": values.get("dashboardUrl"),
            "ceTaskId": values.get("ceTaskId"),
        }
    else:
        call.log(f"WARN: Unable to locate '{_REPORT}' in the workspace. Did the SonarScanner succeed?")
        note["skipped"] = call.build.result is None
    call.build.record.sonar.append(note)
    call.build.save()


def _last_analysis(call: StepCall) -> dict[str, Any]:
    notes = call.build.record.sonar
    if not notes:
        _illegal(f"No previous SonarQube analysis found on this pipeline execution. {_WRAPPER}")
    last: dict[str, Any] | None = next((note for note in reversed(notes) if note.get("ceTaskId")), None)
    if last is None:
        _illegal(f"Unable to guess SonarQube task id and/or SQ server details. {_WRAPPER}")
    return last


def _over(call: StepCall, task: str, status: str, *, final: bool = False) -> bool:
    """Whether a task has ended well; raises when it has ended otherwise.

    Args:
        call: whose console is told.
        task: the task's id.
        status: as the compute engine or a hook tells it.
        final: whether the task must be over by now.
    """
    status = status.upper()
    call.log(f"SonarQube task '{task}' status is '{status}'")
    if status in {"FAILED", "CANCELED"}:
        _illegal(f"SonarQube analysis '{task}' failed: {status}")
    if final and status != "SUCCESS":
        _illegal(f"Unexpected task status: {status}")
    return status == "SUCCESS"


def _hooked(call: StepCall, task: str, installation: SonarInstallation) -> str:
    """Wait for the task's hook, check its signature, and give the gate's status."""
    while (event := call.controller.sonar_events.get(task)) is None:
        call.wait(_POLL_SECONDS)
    secret_id = str(call.args.get("webhookSecretId") or "") or installation.webhook_secret_id
    if secret_id:
        secret = _secret_text(call, secret_id)
        if secret is None:
            call.log("A webhook secret id was configured, but the corresponding credential could not be found")
            raise Abort("Pipeline aborted due to failed webhook verification")
        expected = hmac.new(secret.encode(), event.payload, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), event.signature.encode()):
            call.log("The incoming webhook didn't match the configured webhook secret")
            raise Abort("Pipeline aborted due to failed webhook verification ")
        call.log("The incoming webhook matched the configured webhook secret")
    _over(call, task, event.task_status, final=True)
    return event.gate


def _task(server: str, task: str, token: str) -> dict[str, Any]:
    found: dict[str, Any] = _ask(f"{server}/api/ce/task?id={quote(task)}", token)["task"]
    return found


def _ask(url: str, token: str) -> dict[str, Any]:
    text = _fetch(url, token)
    try:
        answer: dict[str, Any] = json.loads(text)
    except ValueError:
        _illegal(f"Unable to parse response from {url}:\n{text.decode('utf-8', 'replace')}")
    return answer


def _fetch(url: str, token: str) -> bytes:
    """What a server answers.

    Raises:
        StepError: it refuses or does not answer.
    """
    if not url.startswith(("http://", "https://")):
        _illegal(f"Expected URL scheme 'http' or 'https' but got {url}")
    request = urllib.request.Request(url)  # noqa: S310 the scheme was looked at
    if token:
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{token}:".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            content: bytes = response.read()
            return content
    except urllib.error.HTTPError as error:
        body = error.read(2000).decode("utf-8", "replace")
        raise StepError("org.sonarqube.ws.client.HttpException", f"Error {error.code} on {url} : {body}") from None
    except (OSError, http.client.HTTPException) as error:
        raise StepError("java.lang.IllegalStateException", f"Fail to request {url}: {error}") from None


def _illegal(message: str) -> NoReturn:
    raise StepError("java.lang.IllegalStateException", message)
