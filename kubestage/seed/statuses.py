"""Lets Jenkins tell GitLab how builds went: a token of GitLab's user, and in Jenkins the connection that carries it."""

from __future__ import annotations

import jenkins  # type: ignore[import-untyped]
import requests
import yaml

from kubestage.secrets import Secrets
from kubestage.seed.gitlab import USER, has_status_token, new_status_token, speaking_to_gitlab
from kubestage.seed.jenkins import jenkins_server, seed_credentials, speaking_to_jenkins
from kubestage.seed.report import SeedReport
from kubestage.settings import Settings

TOKEN_ID = "caoyong1-gitlab-token"  # noqa: S105 - the id of a credential
# The name by which pipelines call GitLab (`gitLabConnection('gitlab')`), and GitLab as Jenkins sees it.
CONNECTION = "gitlab"
GITLAB_URL = "http://gitlab:8080"


def seed_gitlab_connection(settings: Settings, secrets: Secrets) -> SeedReport:
    """Makes token, credential and connection where one of them is missing.

    GitLab shows a token only when it makes it, so a new one is made where either side has lost its half.

    Raises:
        PartError: GitLab or Jenkins refuses or does not answer.
    """
    report = SeedReport()
    with speaking_to_gitlab(settings), speaking_to_jenkins(settings):
        server = jenkins_server(settings, secrets)
        known = has_status_token(settings, secrets) and _has_credential(server)
        if not known:
            values = {"ID": TOKEN_ID, "USER": USER, "TOKEN": new_status_token(settings, secrets)}
            seed_credentials(server, TOKEN_ID, "credentials.gitlab-token", values, SeedReport())
            connection = {"name": CONNECTION, "url": GITLAB_URL, "apiTokenId": TOKEN_ID}
            described = {"unclassified": {"gitLabConnectionConfig": {"connections": [connection]}}}
            address = f"{server.server}configuration-as-code/apply"
            server.jenkins_open(requests.Request("POST", address, data=yaml.safe_dump(described).encode()))
        report.note("Jenkins' connection to GitLab", changed=not known)
    return report


def _has_credential(server: jenkins.Jenkins) -> bool:
    place = f"{server.server}credentials/store/system/domain/_/credential/{TOKEN_ID}/config.xml"
    try:
        server.jenkins_open(requests.Request("GET", place))
    except jenkins.NotFoundException:
        return False
    return True
