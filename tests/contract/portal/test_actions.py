"""What one can do, each against a cluster that rolls out as Kubernetes does; and each refusal with its reason."""

from __future__ import annotations

import pytest

from tests.contract.browser.portal_world.world import OPERATOR, World
from tests.contract.portal.conftest import Caller, Events, wait_for


@pytest.fixture(autouse=True)
def begin(operator: Caller, no_rules: None) -> None:
    """Both environments as at the beginning, and nothing under way."""
    for name in ("test", "prod"):
        if operator.settled(name)["declared"] != "v1.0.0.0":
            operator.done("upgrade", environment=name, version="v1.0.0.0")


def test_a_plan_says_what_will_happen_and_shows_the_request_without_secrets(operator: Caller) -> None:
    plan = operator.plan("deploy", environment="prod", version="v2.0.0.0").json()
    assert plan["parameters"] == {"environment": "prod", "version": "v2.0.0.0", "node_port": 30051}
    assert plan["confirm"] == "v2.0.0.0 goes to prod. People use prod. Go on?"
    (request,) = plan["requests"]
    assert request["curl"].startswith("curl -sS -X POST ")
    assert "/generic-webhook-trigger/invoke?token=uuid.runner" in request["curl"]
    assert '-H "X-Gitlab-Token: $HOOK_TOKEN"' in request["curl"]
    assert """'{"version": "v2.0.0.0", "envName": "prod", "nodePort": 30051}'""" in request["curl"]
    assert "hook-secret" not in str(plan)


def test_a_version_is_deployed_through_jenkins_until_it_is_served(operator: Caller) -> None:
    done = operator.done("deploy", environment="test", version="v2.0.0.0")
    assert done["message"] == "test serves v2.0.0.0"
    assert done["link"].endswith("/job/uuid.runner/1/") or "/job/uuid.runner/" in done["link"]
    log = [line["text"] for line in operator.get(f"/operations/{done['id']}/log")]
    assert any("kubectl apply" in line for line in log)
    assert any("/status says v2.0.0.0" in line for line in log)
    assert log[-1] == "test serves v2.0.0.0"
    wait_for(lambda: operator.environment("test")["running"] == ["v2.0.0.0"], "the picture to show it")
    seen = operator.environment("test")
    assert (seen["declared"], seen["served"]["version"]) == ("v2.0.0.0", "v2.0.0.0")


def test_upgrade_and_rollback_are_in_the_history_with_who_did_them(operator: Caller) -> None:
    operator.done("upgrade", environment="test", version="v2.0.0.0")
    newest, before = operator.get("/environments/test/history")[:2]
    assert (newest["version"], newest["current"], newest["who"], newest["how"]) == (
        "v2.0.0.0",
        True,
        OPERATOR,
        "upgrade",
    )
    operator.done("rollback", environment="test", revision=before["revision"])
    newest = operator.get("/environments/test/history")[0]
    assert (newest["version"], newest["how"]) == ("v1.0.0.0", "rollback")
    told = [(one["what"], one["outcome"], one["who"]) for one in operator.get("/audit?limit=4")]
    assert told == [(what, outcome, OPERATOR) for what in ("rollback", "upgrade") for outcome in ("done", "asked")]


def test_what_test_runs_goes_to_prod_by_its_digest(operator: Caller) -> None:
    operator.done("upgrade", environment="test", version="v2.0.0.0")
    digest = wait_for(lambda: operator.settled("test")["digests"], "the digest")[0]
    assert operator.act("promote", confirm=False).json()["type"] == "confirm"
    operator.done("promote")
    wait_for(lambda: operator.environment("prod")["digests"] == [digest], "the picture to show it")
    assert operator.environment("prod")["image"].endswith(f"apps/uuid:v2.0.0.0@{digest}")


def test_replicas_are_added_and_taken(operator: Caller) -> None:
    operator.done("scale", environment="test", replicas=2)
    assert len([pod for pod in operator.settled("test")["pods"] if pod["state"] == "ready"]) == 2
    operator.done("scale", environment="test", replicas=3)


def test_a_changed_demo_value_reaches_the_pods(operator: Caller) -> None:
    operator.done("demo-value", environment="test", value="hall 7")
    assert operator.environment("test")["demo_value"] == "hall 7"
    operator.done("demo-value", environment="test", value="test")


def test_a_tag_is_built_with_its_log(operator: Caller, world: World) -> None:
    world.push("Release v3.0.0.0", "refs/tags/v3.0.0.0")
    done = operator.done("build", ref="refs/tags/v3.0.0.0")
    assert done["message"].startswith("uuid.image #")
    assert "Unit tests" in str(operator.get(f"/operations/{done['id']}/log"))


@pytest.mark.parametrize(
    ("action", "parameters", "status", "kind", "says"),
    [
        ("deploy", {"environment": "test", "version": "v9.9.9.9"}, 404, "unknown-version", "It holds v1.0.0.0"),
        ("upgrade", {"environment": "test", "version": "v9.9.9.9"}, 404, "unknown-version", "It holds v1.0.0.0"),
        ("upgrade", {"environment": "test", "version": "v1.0.0.0"}, 409, "nothing-to-do", "Its image is"),
        ("upgrade", {"environment": "moon", "version": "v1.0.0.0"}, 422, "invalid", ""),
        ("deploy", {"environment": "test", "version": "v1; id"}, 422, "invalid", ""),
        ("deploy", {"environment": "test", "version": "v1.0.0.0", "node_port": 80}, 422, "invalid", ""),
        ("rollback", {"environment": "test", "revision": 99999}, 409, "unknown-revision", "Its history holds"),
        ("scale", {"environment": "test", "replicas": 11}, 422, "out-of-range", "0 to 10"),
        ("scale", {"environment": "test", "replicas": -1}, 422, "invalid", ""),
        ("scale", {"environment": "test", "replicas": 3}, 409, "nothing-to-do", ""),
        ("demo-value", {"environment": "test", "value": "a\nb"}, 422, "invalid", ""),
        ("build", {"ref": "refs/heads/nowhere"}, 404, "unknown-ref", "refs/heads/master"),
        ("build", {"ref": "refs/tags/v1.0.0.0"}, 409, "version-exists", "not overwritten"),
        ("build", {"ref": "master"}, 422, "invalid", ""),
        ("build", {"branch": "x"}, 422, "invalid", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_the_reason(
    operator: Caller, action: str, parameters: dict, status: int, kind: str, says: str
) -> None:
    for answer in (operator.plan(action, **parameters), operator.act(action, **parameters)):
        assert (answer.status_code, answer.json()["type"]) == (status, kind), answer.text
        assert says in answer.json()["detail"]
        assert answer.json()["next"]
    entry = operator.get("/audit?limit=1")[0]
    assert (entry["what"], entry["outcome"], entry["who"]) == (action, "refused", OPERATOR)


def test_nothing_else_is_begun_amid_a_rollout_but_the_way_back(operator: Caller, world: World) -> None:
    world.hold_rollouts()
    begun = operator.act("upgrade", environment="test", version="v2.0.0.0").json()
    for name, more in (("scale", {"replicas": 1}), ("deploy", {"version": "v1.0.0.0"})):
        refused = operator.act(name, environment="test", **more)
        assert (refused.status_code, refused.json()["type"]) in {(409, "rollout-running"), (409, "operation-running")}
        assert refused.json()["detail"]
    world.release_rollouts()
    assert operator.ended(begun["id"])["state"] == "succeeded"


def test_an_image_that_is_gone_by_then_fails_with_kubernetes_words_and_can_be_rolled_back(
    operator: Caller, world: World
) -> None:
    world.deploy("test", "v7.7.7.7")  # somebody with kubectl; nobody has asked the registry
    stuck = Events(operator)
    chain = stuck.until("chain", lambda data: data["environments"][0]["state"] == "failed")
    stuck.close()
    assert "ImagePullBackOff" in chain["environments"][0]["message"]
    assert chain["environments"][0]["fix"] == "./inv rollback --env test"
    operator.done("rollback", environment="test")
    assert operator.settled("test")["declared"] == "v1.0.0.0"
