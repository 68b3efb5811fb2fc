"""The real SonarQube as an optional part: added, kept, obeyed by CI, taken away."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from kubestage.delivery.sonarqube import SonarQube
from kubestage.sandbox.sandbox import Sandbox
from kubestage.seed.sonarqube import PROJECT

from .conftest import inv
from .pushes import Pushes

# Its image may have to be made first, and two of its starts are waited for.
pytestmark = pytest.mark.timeout(1800)


def stages(sandbox: Sandbox, number: int) -> dict[str, str]:
    answer = requests.get(
        f"{sandbox.settings.jenkins_url}/job/uuid.image/{number}/wfapi/describe",
        auth=("admin", sandbox.secrets.jenkins_admin_token),
        timeout=10,
    ).json()
    return {stage["name"]: stage["status"] for stage in answer["stages"]}


def analysis(sandbox: Sandbox, number: int) -> dict[str, Any]:
    """What the build's data tell of its analysis."""
    answer = requests.get(
        f"{sandbox.settings.jenkins_url}/job/uuid.image/{number}/api/json",
        auth=("admin", sandbox.secrets.jenkins_admin_token),
        timeout=10,
    ).json()
    (found,) = [each for each in answer["actions"] if str(each.get("_class", "")).endswith("SonarAnalysisAction")]
    return found


def test_it_is_one_of_the_parts_and_stays_one(sandbox: Sandbox, sonarqube: SonarQube):
    parts = {part["name"]: part["health"] for part in inv("status", "--json").facts()["parts"]}
    assert parts["sonarqube"] == "healthy"
    again = inv("up", "--yes")
    assert again.code == 0, again.text
    assert "nothing changed" in again.text
    assert "SonarQube is operational" in inv("logs", "sonarqube", "--lines", "2000").stdout


def test_the_first_password_opens_nothing(sandbox: Sandbox, sonarqube: SonarQube):
    assert SonarQube(sonarqube.url, "admin", "admin").lets_in() is False
    account = inv("credentials", "--json").facts()["sonarqube"]
    assert SonarQube(sonarqube.url, account["user"], account["secret"]).lets_in() is True
    assert requests.get(f"{sonarqube.url}/api/projects/search", timeout=10).status_code == 401


def test_good_code_passes_the_gate(sandbox: Sandbox, sonarqube: SonarQube, analysed: Pushes):
    build = analysed.build("analysed")
    assert build.result == "SUCCESS", build.log
    states = stages(sandbox, build.number)
    assert (states["Static analysis"], states["Quality gate"]) == ("SUCCESS", "SUCCESS")
    assert "completed. Quality gate is 'OK'" in build.log
    assert inv("credentials", "--json").facts()["sonarqube-scanner"]["token"] not in build.log
    assert any(analysed.commits["analysed"][:8] in tag for tag in sandbox.registry.tags())
    task = sonarqube.get("ce/task", id=analysis(sandbox, build.number)["ceTaskId"])["task"]
    assert (task["componentKey"], task["status"], task["submitterLogin"]) == (PROJECT, "SUCCESS", "jenkins")


def test_a_bug_planted_on_a_branch_closes_the_gate_and_makes_no_image(
    sandbox: Sandbox, sonarqube: SonarQube, analysed: Pushes
):
    build = analysed.build("planted-bug")
    assert build.result == "FAILURE", build.log
    states = stages(sandbox, build.number)
    assert (states["Unit tests"], states["Static analysis"]) == ("SUCCESS", "SUCCESS")
    assert states["Quality gate"] == "FAILED"
    assert "ERROR: Pipeline aborted due to quality gate failure: ERROR" in build.log
    assert "docker build" not in build.log
    assert not any("planted-bug" in tag for tag in sandbox.registry.tags())
    bugs = sonarqube.get("issues/search", componentKeys=PROJECT, types="BUG", resolved="false")["issues"]
    assert [bug["component"] for bug in bugs] == [f"{PROJECT}:src/main/java/saas/uuid/Planted.java"]
    dashboard = analysis(sandbox, build.number)["sonarqubeDashboardUrl"]
    assert dashboard.startswith(f"{sandbox.settings.sonarqube_url}/dashboard?id=")


def test_it_goes_with_its_data_and_the_pipelines_know(sandbox: Sandbox, sonarqube: SonarQube):
    run = inv("up", "--yes", "--without", "sonarqube", timeout=600)
    assert run.code == 0, run.text
    assert "sonarqube" not in {part["name"] for part in inv("status", "--json").facts()["parts"]}
    names = {each.name for each in sandbox.engine.client.containers.list(all=True)}
    volumes = {each.name for each in sandbox.engine.client.volumes.list()}
    assert sandbox.settings.container("sonarqube") not in names | volumes
    assert inv("logs", "sonarqube").code == 2
    configuration = requests.post(
        f"{sandbox.settings.jenkins_url}/configuration-as-code/export",
        auth=("admin", sandbox.secrets.jenkins_admin_token),
        timeout=10,
    ).text
    assert "SONARQUBE" not in configuration
    assert "http://sonarqube:9000" not in configuration
