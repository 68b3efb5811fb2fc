"""Tells Jenkins of the sandbox's SonarQube, or takes that back: server, token, the hooks' secret, a variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jenkins  # type: ignore[import-untyped]
import requests
import yaml

from kubestage.extras import SONARQUBE
from kubestage.secrets import Secrets
from kubestage.seed.jenkins import jenkins_server, seed_credentials, speaking_to_jenkins
from kubestage.seed.report import SeedReport
from kubestage.seed.sonarqube import read_token
from kubestage.settings import Settings
from kubestage.supply.catalogue import SONAR_MAVEN_PLUGIN

# The name of the server in Jenkins, and of the variable by which pipelines know whether there is one.
SERVER = "sonarqube"
VARIABLE = "SONARQUBE"
TOKEN_ID = "sonarqube-token"  # noqa: S105 - the id of a credential
HOOK_SECRET_ID = "sonarqube-hook"  # noqa: S105

_WHAT = f"SonarQube server {SERVER} in Jenkins"
# The JCasC plugin's addresses: the one way to set Jenkins' global configuration that needs neither its form nor Groovy.
_CASC = "configuration-as-code"


def seed_analysis(settings: Settings, secrets: Secrets, *, wanted: bool) -> SeedReport:
    """Makes Jenkins know the SonarQube that stands, or forget the one that went; a user's own servers stay.

    Args:
        settings: tells where Jenkins answers and where SonarQube's token is.
        secrets: Jenkins' administrator's token, and the hooks' secret.
        wanted: whether the sandbox has a SonarQube, which is seeded then.

    Raises:
        PartError: Jenkins refuses or does not answer.
    """
    report = SeedReport()
    with speaking_to_jenkins(settings):
        server = jenkins_server(settings, secrets)
        if wanted:
            values = {"WHAT": "SonarQube's token for analyses", "SECRET": read_token(settings)}
            seed_credentials(server, TOKEN_ID, "secret-text", values, report)
            values = {"WHAT": "Signs SonarQube's hooks", "SECRET": secrets.sonarqube_hook_secret}
            seed_credentials(server, HOOK_SECRET_ID, "secret-text", values, report)
        before = _configuration(server)
        after = _changed(before, wanted=wanted)
        if after != before:
            _post(server, "apply", yaml.safe_dump(after))
        if wanted or after != before:
            report.note(_WHAT, changed=after != before)
    return report


def _configuration(server: jenkins.Jenkins) -> dict[str, Any]:
    """What Jenkins has of the two things that are changed here."""
    exported: dict[str, Any] = yaml.safe_load(_post(server, "export")) or {}
    properties = (exported.get("jenkins") or {}).get("globalNodeProperties") or []
    sonar = (exported.get("unclassified") or {}).get("sonarGlobalConfiguration") or {}
    return {
        "jenkins": {"globalNodeProperties": properties},
        "unclassified": {"sonarGlobalConfiguration": {"installations": sonar.get("installations") or []}},
    }


def _changed(before: Mapping[str, Any], *, wanted: bool) -> dict[str, Any]:
    others = [entry for entry in before["jenkins"]["globalNodeProperties"] if "envVars" not in entry]
    variables = [
        variable
        for entry in before["jenkins"]["globalNodeProperties"]
        for variable in (entry.get("envVars") or {}).get("env") or []
        if variable["key"] != VARIABLE
    ]
    installations = [
        each for each in before["unclassified"]["sonarGlobalConfiguration"]["installations"] if each["name"] != SERVER
    ]
    if wanted:
        variables.append({"key": VARIABLE, "value": SERVER})
        installations.append(
            {
                "name": SERVER,
                "serverUrl": f"http://{SONARQUBE}:9000",
                "credentialsId": TOKEN_ID,
                "webhookSecretId": HOOK_SECRET_ID,
                "mojoVersion": SONAR_MAVEN_PLUGIN,
            }
        )
    return {
        "jenkins": {"globalNodeProperties": [*others, *([{"envVars": {"env": variables}}] if variables else [])]},
        "unclassified": {"sonarGlobalConfiguration": {"installations": installations}},
    }


def _post(server: jenkins.Jenkins, act: str, document: str = "") -> str:
    request = requests.Request("POST", f"{server.server}{_CASC}/{act}", data=document.encode())
    return str(server.jenkins_open(request))
