"""How tests call the Generic Webhook Trigger."""

from __future__ import annotations

import requests
from jenkins_client import Client

TOKEN = "secret-webhook-token"
DEPLOY = '{ "version": "v1.0.0.0", "envName": "prod", "nodePort":30051 }'


def variable(key: str, expression: str, more: str = "") -> str:
    tag = "org.jenkinsci.plugins.gwt.GenericVariable"
    return f"<{tag}><expressionType>JSONPath</expressionType><key>{key}</key><value>{expression}</value>{more}</{tag}>"


def call(
    client: Client, data: str | bytes = DEPLOY, query: str = f"?token={TOKEN}", **arguments: object
) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        url = f"{client.url}/generic-webhook-trigger/invoke{query}"
        return session.post(url, data=data, timeout=30, **arguments)  # type: ignore[arg-type]


def resolved(client: Client, data: str, query: str = "?token=gwt", **headers: str) -> dict[str, str]:
    answer = call(client, data, query, headers={**headers, "gwt-dry-run": "true"})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()["jobs"]["gwt"]["resolvedVariables"]
    return found
