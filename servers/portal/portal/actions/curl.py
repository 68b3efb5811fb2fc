"""The requests that an action sends, as lines to copy. Secrets stand in them as shell variables."""

from __future__ import annotations

import json
import shlex
from typing import Any, Literal

from portal.models.actions import PlannedRequest

HOOK_TOKEN = {"HOOK_TOKEN": "./inv credentials: X-Gitlab-Token of webhooks"}
CLUSTER = {
    "KUBE_SERVER": "kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}'",
    "KUBE_TOKEN": "kubectl create token portal -n kubestage-system",
}


def webhook(base: str, token: str, title: str, body: dict[str, Any], event: str) -> PlannedRequest:
    """A trigger of a Jenkins job, as the talk's curl line."""
    url = f"{base}/generic-webhook-trigger/invoke?token={token}"
    return PlannedRequest(
        system="jenkins",
        title=title,
        method="POST",
        url=url,
        curl=_curl(
            "POST", url, body, "application/json",
            [f"X-Gitlab-Event: {event}", "X-Gitlab-Token: $HOOK_TOKEN"],
        ),
        variables=HOOK_TOKEN,
    )  # fmt: skip


def patch(path: str, title: str, body: Any, kind: str) -> PlannedRequest:
    """A change of an object in the cluster; the title is kubectl's line for the same."""
    return PlannedRequest(
        system="kubernetes",
        title=title,
        method="PATCH",
        url=path,
        curl=_curl("PATCH", f"$KUBE_SERVER{path}", body, kind, ["Authorization: Bearer $KUBE_TOKEN"], "-k"),
        variables=CLUSTER,
    )


def _curl(method: Literal["POST", "PATCH"], url: str, body: Any, kind: str, headers: list[str], *options: str) -> str:
    words = ["curl", "-sS", *options, "-X", method, _quoted(url), "-H", _quoted(f"Content-Type: {kind}")]
    for header in headers:
        words += ["-H", _quoted(header)]
    return " ".join([*words, "-d", shlex.quote(json.dumps(body, ensure_ascii=False))])


def _quoted(text: str) -> str:
    """Quoted for the shell, which is to fill the variables in."""
    return f'"{text}"' if "$" in text else shlex.quote(text)
