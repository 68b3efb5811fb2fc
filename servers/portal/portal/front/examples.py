"""An example of what each operation of the API takes and answers, from one day of the sample's chain."""

from __future__ import annotations

from typing import Any, NamedTuple

_SHA = "4f1c2d9a7b3e5f60718293a4b5c6d7e8f9012345"
_DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_MADE, _LATER, _END = "2026-03-02T09:15:00Z", "2026-03-02T09:15:42Z", "2026-03-02T21:15:00Z"
_CURL = (
    'curl -sS -X PATCH "$KUBE_SERVER/apis/apps/v1/namespaces/ns-uuid-test/deployments/uuid-deploy/scale"'
    " -H 'Content-Type: application/merge-patch+json' -H \"Authorization: Bearer $KUBE_TOKEN\""
    ' -d \'{"spec": {"replicas": 5}}\''
)

_SESSION = {"user": "admin", "role": "operator", "csrf": "b1Zk0Qm2", "expires": _END}
_LINK = {"id": 3, "title": "the last row", "made_by": "admin", "made": _MADE, "expires": _END, "url": ""}
_TOKEN = {
    "id": 2, "title": "nightly script", "user": "admin", "role": "viewer", "made": _MADE, "expires": _END, "token": "",
}  # fmt: skip
_REQUEST = {
    "system": "kubernetes",
    "title": "kubectl scale deployment/uuid-deploy --replicas=5 -n ns-uuid-test",
    "method": "PATCH",
    "url": "/apis/apps/v1/namespaces/ns-uuid-test/deployments/uuid-deploy/scale",
    "curl": _CURL,
    "variables": {"KUBE_TOKEN": "kubectl create token portal -n kubestage-system"},
}
_ASKED = {"parameters": {"environment": "test", "replicas": 5}, "confirm": False}
_OPERATION = {
    "id": 12, "action": "scale", "parameters": {"environment": "test", "replicas": 5}, "title": "scale test to 5",
    "who": "admin", "state": "running", "message": "", "fix": "", "made": _MADE, "started": _MADE, "ended": None,
    "approval": "", "expires": None, "approved_by": "", "requests": [_REQUEST], "link": "", "lines": 2,
}  # fmt: skip
_WAITING = {
    **_OPERATION, "id": 13, "state": "waiting", "started": None, "approval": "prod-in-office-hours", "lines": 0,
    "parameters": {"environment": "prod", "replicas": 5}, "title": "scale prod to 5", "expires": _END,
}  # fmt: skip
_POINT = {"at": _MADE, "until": _LATER, "version": "v2.0.0.0", "failure": "", "milliseconds": 7.4, "count": 43}
_POD = {
    "name": "uuid-deploy-7d9c5b6f4-x2x9k", "state": "ready", "reason": "", "version": "v2.0.0.0", "digest": _DIGEST,
    "revision": 2, "restarts": 0, "started": _MADE,
}  # fmt: skip
_ENVIRONMENT = {
    "name": "test", "namespace": "ns-uuid-test", "link": "http://localhost:30050", "state": "ok",
    "image": "localhost:5001/apps/uuid:v2.0.0.0", "declared": "v2.0.0.0", "running": ["v2.0.0.0"],
    "digests": [_DIGEST], "strategy": "Recreate", "demo_value": "test", "node_port": 30050, "replicas": 1,
    "rollout": {"revision": 2, "wanted": 1, "updated": 1, "available": 1, "total": 1, "complete": True, "message": ""},
    "pods": [_POD], "availability": [_POINT],
    "served": {"version": "v2.0.0.0", "demo_value": "test", "pod": _POD["name"], "at": _LATER},
}  # fmt: skip
_CHAIN = {
    "sequence": 1772442900123,
    "at": _LATER,
    "parts": [
        {"name": "jenkins", "title": "Jenkins", "link": "http://localhost:8081/", "state": "busy", "since": _MADE,
         "passing": [{"kind": "build", "title": "uuid.image #4 v2.0.0.0", "detail": "Unit tests", "link": "",
                      "since": _MADE}]},
    ],
    "environments": [_ENVIRONMENT],
    "travelling": [
        {"commit": _SHA, "ref": "refs/tags/v2.0.0.0", "author": "Cao Yong", "message": "Release v2.0.0.0",
         "at": "jenkins", "state": "busy", "since": _MADE, "build": 4, "version": ""},
    ],
    "versions": [
        {"version": "v2.0.0.0", "digest": _DIGEST, "commit": _SHA, "created": _LATER, "build": 4,
         "environments": ["test"]},
    ],
}  # fmt: skip
_RULE = {
    "kind": "guard", "name": "prod-in-office-hours", "enabled": True, "environment": "prod",
    "actions": ["deploy", "promote"], "approval": True,
    "between": {"begin": "09:00", "end": "17:00", "days": ["mon", "tue", "wed"], "zone": "Europe/Berlin"},
}  # fmt: skip
_TRIGGER = {
    "kind": "trigger", "name": "build-tags", "enabled": True, "on": "tag", "matching": "v*", "do": "build",
    "environment": None,
}  # fmt: skip
_RULES = {"revision": 4, "rules": [_TRIGGER, _RULE]}
_HAPPENED = {
    "key": f"refs/tags/v2.0.0.0@{_SHA}", "kind": "tag", "name": "v2.0.0.0", "commit": _SHA, "digest": "",
    "at": _MADE, "who": "caoyong1",
}  # fmt: skip
_DECIDED = {
    "rule": "build-tags", "event": _HAPPENED, "outcome": "acts", "why": "tag v2.0.0.0 matches v*.",
    "action": "build tag v2.0.0.0", "operation": None,
}  # fmt: skip


class Example(NamedTuple):
    """What is sent and what comes back; None where there is nothing, or no JSON."""

    sent: Any = None
    answered: Any = None


#: By method and path.
EXAMPLES: dict[tuple[str, str], Example] = {
    ("get", "/healthz"): Example(None, {"status": "ok", "viewers": 3}),
    ("post", "/api/v1/session"): Example({"user": "admin", "password": "as ./inv credentials says"}, _SESSION),
    ("get", "/api/v1/session"): Example(None, _SESSION),
    ("get", "/api/v1/links"): Example(None, [_LINK]),
    ("post", "/api/v1/links"): Example(
        {"title": "the last row", "hours": 12}, {**_LINK, "url": "http://localhost:8090/watch/3q2-7w"}
    ),
    ("get", "/api/v1/tokens"): Example(None, [_TOKEN]),
    ("post", "/api/v1/tokens"): Example(
        {"title": "nightly script", "role": "viewer", "hours": 12}, {**_TOKEN, "token": "kst_V0lqT3xk"}
    ),
    ("get", "/api/v1/chain"): Example(None, _CHAIN),
    ("get", "/api/v1/refs"): Example(None, ["refs/heads/master", "refs/tags/v2.0.0.0"]),
    ("get", "/api/v1/events"): Example(
        None, 'id: 1772442900124\nevent: audit\ndata: {"id": 31, "who": "admin", "what": "scale", …}\n\n'
    ),
    ("get", "/api/v1/actions"): Example(
        None,
        [
            {"name": "scale", "title": "Scale", "description": "Changes how many replicas there are.",
             "role": "operator", "parameters": [
                 {"name": "environment", "title": "Environment", "kind": "environment", "choices": ["test", "prod"]},
                 {"name": "replicas", "title": "Replicas", "kind": "number", "minimum": 0, "maximum": 10}]},
        ],
    ),
    ("post", "/api/v1/actions/{name}/plan"): Example(
        _ASKED,
        {"action": "scale", "parameters": {"environment": "test", "replicas": 5},
         "words": ["test goes from 3 to 5 replicas."], "confirm": "", "approval": "", "requests": [_REQUEST]},
    ),
    ("post", "/api/v1/actions/{name}"): Example(_ASKED, _OPERATION),
    ("get", "/api/v1/operations"): Example(None, [_WAITING, _OPERATION]),
    ("get", "/api/v1/operations/{number}"): Example(None, _OPERATION),
    ("get", "/api/v1/operations/{number}/log"): Example(
        None, [{"operation": 12, "number": 1, "at": _MADE, "text": "test: 3 of 5 updated, 3 serve"}]
    ),
    ("get", "/api/v1/approvals"): Example(None, [_WAITING]),
    ("post", "/api/v1/approvals/{number}"): Example(
        {"approve": True, "reason": "it is a quiet hour"},
        {**_WAITING, "state": "running", "started": _LATER, "approved_by": "root"},
    ),
    ("get", "/api/v1/environments/{environment}/history"): Example(
        None,
        [
            {"revision": 2, "version": "v2.0.0.0", "image": "localhost:5001/apps/uuid:v2.0.0.0", "digest": _DIGEST,
             "created": _MADE, "replicas": 3, "current": True, "who": "admin", "how": "upgrade"},
        ],
    ),
    ("get", "/api/v1/environments/{environment}/events"): Example(
        None,
        [
            {"at": _MADE, "kind": "Normal", "reason": "Scheduled", "about": f"Pod/{_POD['name']}",
             "message": "Successfully assigned", "count": 1},
        ],
    ),
    ("get", "/api/v1/environments/{environment}/pods/{pod}/log"): Example(
        None, {"pod": _POD["name"], "lines": ["Started UuidApplication in 2.1 seconds"]}
    ),
    ("get", "/api/v1/environments/{environment}/availability"): Example(
        None, {"environment": "test", "interval": 1.0, "points": [_POINT], "answered": 43, "asked": 43}
    ),
    ("get", "/api/v1/rules"): Example(None, _RULES),
    ("put", "/api/v1/rules"): Example(_RULES, {**_RULES, "revision": 5}),
    ("post", "/api/v1/rules/check"): Example(
        {"revision": 4, "rules": [{**_TRIGGER, "name": "No!"}]},
        {"ok": False, "warnings": [],
         "findings": [{"where": "rules.0.name", "what": "write it with lower-case letters, digits and hyphens, …"}]},
    ),
    ("post", "/api/v1/rules/dry-run"): Example(_RULES, {"decisions": [_DECIDED]}),
    ("get", "/api/v1/audit"): Example(
        None,
        [
            {"id": 31, "at": _MADE, "who": "admin", "what": "scale", "subject": "scale test to 5", "outcome": "asked",
             "why": "", "operation": 12},
        ],
    ),
    ("post", "/hooks/gitlab"): Example(
        {"object_kind": "tag_push", "ref": "refs/tags/v2.0.0.0", "after": _SHA, "checkout_sha": _SHA,
         "user_username": "caoyong1", "project": {"path_with_namespace": "saas/uuid-service"}}
    ),
}  # fmt: skip
