"""Jenkins is told of a SonarQube, and forgets it; over the (light) server's own API."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import yaml

from kubestage.files import write_privately
from kubestage.secrets import Secrets
from kubestage.seed import seed_analysis
from kubestage.seed.sonarqube import token_file
from kubestage.settings import Settings

pytestmark = pytest.mark.usefixtures("servers")

OTHERS = """
jenkins:
  globalNodeProperties:
  - envVars:
      env:
      - {key: TEAM, value: blue}
unclassified:
  sonarGlobalConfiguration:
    installations:
    - {name: theirs, serverUrl: "http://sonar.example.com"}
"""


@pytest.fixture
def configure(settings: Settings, secrets: Secrets) -> Any:
    def post(act: str, document: str = "") -> Any:
        answer = requests.post(
            f"{settings.jenkins_url}/configuration-as-code/{act}",
            data=document,
            auth=("admin", secrets.jenkins_admin_token),
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        return yaml.safe_load(answer.text)

    return post


def variables(exported: Any) -> dict[str, str]:
    entries = [one for each in exported["jenkins"]["globalNodeProperties"] for one in each["envVars"]["env"]]
    return {entry["key"]: entry["value"] for entry in entries}


def test_a_sonarqube_comes_and_goes_and_what_others_configured_stays(
    settings: Settings, secrets: Secrets, configure: Any
) -> None:
    configure("apply", OTHERS)
    assert seed_analysis(settings, secrets, wanted=False).changed == []

    write_privately(token_file(settings), "sqa_0123456789\n")
    assert seed_analysis(settings, secrets, wanted=True).changed == [
        "Jenkins credentials sonarqube-token",
        "Jenkins credentials sonarqube-hook",
        "SonarQube server sonarqube in Jenkins",
    ]
    assert seed_analysis(settings, secrets, wanted=True).changed == []
    exported = configure("export")
    assert variables(exported) == {"TEAM": "blue", "SONARQUBE": "sonarqube"}
    theirs, ours = exported["unclassified"]["sonarGlobalConfiguration"]["installations"]
    assert theirs == {"name": "theirs", "serverUrl": "http://sonar.example.com"}
    assert (ours["name"], ours["serverUrl"]) == ("sonarqube", "http://sonarqube:9000")
    assert (ours["credentialsId"], ours["webhookSecretId"]) == ("sonarqube-token", "sonarqube-hook")

    write_privately(token_file(settings), "sqa_another_one\n")
    assert seed_analysis(settings, secrets, wanted=True).changed == ["Jenkins credentials sonarqube-token"]

    assert seed_analysis(settings, secrets, wanted=False).changed == ["SonarQube server sonarqube in Jenkins"]
    exported = configure("export")
    assert variables(exported) == {"TEAM": "blue"}
    assert exported["unclassified"]["sonarGlobalConfiguration"]["installations"] == [theirs]
