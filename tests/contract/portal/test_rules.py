"""Rules: checked before they are saved, rehearsed, kept over a sudden end, each event decided once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.contract.browser.portal_world.jenkins import Build
from tests.contract.browser.portal_world.world import OPERATOR, SECOND, World
from tests.contract.portal.conftest import Caller, wait_for

pytestmark = pytest.mark.usefixtures("no_rules")

BUILD_TAGS = {"kind": "trigger", "name": "build-tags", "on": "tag", "matching": "v*", "do": "build"}
TO_TEST = {
    "kind": "trigger", "name": "to-test", "on": "image", "matching": "v*", "do": "deploy", "environment": "test",
}  # fmt: skip
APPROVED = {"kind": "guard", "name": "four-eyes", "environment": "prod", "approval": True}


def closed_now() -> dict:
    """A guard whose hours are over or to come."""
    now = datetime.now(UTC)
    begin, end = now + timedelta(hours=2), now + timedelta(hours=3)
    hours = {"begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}", "zone": "UTC"}
    return {"kind": "guard", "name": "office-hours", "environment": "prod", "between": hours}


@pytest.mark.parametrize(
    ("rule", "where", "says"),
    [
        ({**BUILD_TAGS, "name": "No!"}, "rules.0.name", "lower-case letters"),
        ({**BUILD_TAGS, "do": "deploy", "environment": "test"}, "rules.0", "a tag has no image yet"),
        ({**TO_TEST, "environment": None}, "rules.0", "needs an environment"),
        ({**APPROVED, "approval": False}, "rules.0", "it guards nothing"),
        ({**APPROVED, "between": {"begin": "9", "end": "17:00"}}, "rules.0.between.begin", "write it as 09:00"),
        ({**APPROVED, "between": {"begin": "09:00", "end": "17:00", "zone": "Moon"}}, "rules.0.between.zone", "Moon"),
        ({"kind": "wish"}, "rules.0", "kind"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_saved_are_told_place_by_place(
    operator: Caller, rule: dict, where: str, says: str
) -> None:
    document = {"revision": 0, "rules": [rule]}
    check = operator.request("POST", "/rules/check", json=document).json()
    assert check["ok"] is False
    assert any(one["where"].startswith(where) and says in one["what"] for one in check["findings"]), check
    assert operator.request("PUT", "/rules", json=document).status_code == 422


def test_a_rule_that_is_probably_not_meant_is_warned_of(operator: Caller) -> None:
    rule = {**TO_TEST, "environment": "prod"}
    check = operator.request("POST", "/rules/check", json={"rules": [rule]}).json()
    assert check["ok"] is True
    assert "goes to prod at once" in check["warnings"][0]["what"]


def test_what_two_people_save_is_not_lost(operator: Caller, second: Caller) -> None:
    revision = operator.get("/rules")["revision"]
    assert operator.request("PUT", "/rules", json={"revision": revision, "rules": [APPROVED]}).status_code == 200
    late = second.request("PUT", "/rules", json={"revision": revision, "rules": []})
    assert (late.status_code, late.json()["type"]) == (409, "outdated")
    assert [rule["name"] for rule in second.get("/rules")["rules"]] == ["four-eyes"]


def test_out_of_hours_prod_stays_and_test_does_not_care(operator: Caller) -> None:
    operator.settled("prod")
    operator.save(closed_now())
    refused = operator.act("scale", environment="prod", replicas=2)
    assert (refused.status_code, refused.json()["type"]) == (409, "outside-hours")
    assert "The rule office-hours lets prod change from" in refused.json()["detail"]
    operator.settled("test")
    assert operator.plan("scale", environment="test", replicas=2).status_code == 200


def test_what_needs_approval_waits_for_somebody_else(operator: Caller, second: Caller, viewer: Caller) -> None:
    operator.settled("prod")
    operator.save(APPROVED)
    assert operator.plan("scale", environment="prod", replicas=2).json()["approval"] == "four-eyes"
    waiting = operator.act("scale", environment="prod", replicas=2).json()
    assert (waiting["state"], waiting["approval"]) == ("waiting", "four-eyes")
    assert [one["id"] for one in operator.get("/approvals")] == [waiting["id"]]
    address, yes = f"/approvals/{waiting['id']}", {"approve": True, "reason": "seen it"}
    assert viewer.request("POST", address, json=yes).status_code == 403
    own = operator.request("POST", address, json=yes)
    assert (own.status_code, own.json()["type"]) == (403, "own-approval")
    operator.save(APPROVED, closed_now())
    late = second.request("POST", address, json=yes)
    assert (late.status_code, late.json()["type"]) == (409, "outside-hours")
    told = operator.get("/audit?limit=20")
    refused = [one["who"] for one in told if (one["what"], one["outcome"]) == ("approve", "refused")]
    assert refused[:2] == [SECOND, OPERATOR]  # each decision, latest first
    operator.save(APPROVED)
    assert second.request("POST", address, json=yes).json()["approved_by"] == SECOND
    assert operator.ended(waiting["id"])["state"] == "succeeded"
    assert second.request("POST", address, json=yes).json()["type"] == "not-waiting"
    back = operator.act("scale", environment="prod", replicas=3).json()
    refused = second.request("POST", f"/approvals/{back['id']}", json={"approve": False, "reason": "not today"}).json()
    assert (refused["state"], refused["message"]) == ("refused", f"{SECOND} refused it. not today")
    assert refused["who"] == OPERATOR


def test_an_approval_that_nobody_gives_in_time_comes_too_late(operator: Caller, second: Caller, world: World) -> None:
    replicas = operator.settled("prod")["rollout"]["wanted"]
    operator.save(APPROVED)
    waiting = operator.act("scale", environment="prod", replicas=replicas + 1).json()
    asked, expires = (datetime.fromisoformat(waiting[name]) for name in ("made", "expires"))
    assert expires - asked == timedelta(hours=24)
    world.let_approvals_expire()
    late = second.request("POST", f"/approvals/{waiting['id']}", json={"approve": True})
    assert (late.status_code, late.json()["type"]) == (409, "not-waiting")
    assert late.json()["detail"].startswith("It is expired. Nobody approved it until 2026-01-01 00:00:00 UTC")
    assert late.json()["next"] == "do it again if it is still wanted"
    ended = operator.get(f"/operations/{waiting['id']}")
    assert (ended["state"], ended["fix"], ended["started"]) == ("expired", "do it again if it is still wanted", None)
    assert operator.get("/approvals") == []
    entry = operator.get("/audit?what=expire")[0]
    assert (entry["who"], entry["operation"], entry["why"]) == ("the portal", waiting["id"], ended["message"])
    page = requests.get(
        f"{world.url}/operations/{waiting['id']}", cookies={world.cookie: world.sign_in(SECOND)}, timeout=30
    ).text
    assert "Expired" in page
    assert "do it again if it is still wanted" in page
    assert operator.environment("prod")["rollout"]["wanted"] == replicas


def test_a_tag_is_built_and_its_image_deployed_each_once_over_a_sudden_end(operator: Caller, world: World) -> None:
    operator.settled("test")
    operator.save(BUILD_TAGS, TO_TEST)
    world.push("Release v4.0.0.0", "refs/tags/v4.0.0.0")
    by_rules = wait_for(lambda: _by_rules(operator, "v4.0.0.0"), "the rule to build")
    assert (by_rules[0]["action"], by_rules[0]["who"]) == ("build", "rule build-tags")
    wait_for(lambda: _builds_of(world, "v4.0.0.0"), "the build")  # whether or not the portal has read the answer
    world.stop_portal()
    world.start_portal()
    both = wait_for(lambda: found if len(found := _by_rules(operator, "v4.0.0.0")) == 2 else None, "the deployment")
    assert {one["action"]: one["who"] for one in both} == {"build": "rule build-tags", "deploy": "rule to-test"}
    ended = [operator.ended(one["id"]) for one in both]
    assert {one["state"] for one in ended} == {"succeeded"}, ended
    assert operator.settled("test")["declared"] == "v4.0.0.0"
    assert len(_builds_of(world, "v4.0.0.0")) == 1


def test_a_rehearsal_says_what_rules_would_have_done_and_does_nothing(operator: Caller, world: World) -> None:
    for tag in ("v5.0.0.0", "vnext"):
        world.push(f"Release {tag}", f"refs/tags/{tag}")

    def rehearsed(tag: str) -> list[dict]:
        decisions = operator.request("POST", "/rules/dry-run", json={"rules": [BUILD_TAGS]}).json()["decisions"]
        return [one for one in decisions if one["event"]["name"] == tag]

    (decision,) = wait_for(lambda: rehearsed("v5.0.0.0"), "the event")
    (never,) = wait_for(lambda: rehearsed("vnext"), "the other event")
    assert (never["outcome"], never["action"]) == ("refused", "build tag vnext")
    assert "nor a version's tag" in never["why"]  # as it would be when it happens
    assert (decision["rule"], decision["outcome"], decision["action"]) == ("build-tags", "acts", "build tag v5.0.0.0")
    assert decision["operation"] is None
    assert not _by_rules(operator, "v5.0.0.0")


def _by_rules(operator: Caller, version: str) -> list[dict]:
    return [one for one in operator.get("/operations") if one["who"].startswith("rule ") and version in one["title"]]


def _builds_of(world: World, version: str) -> list[Build]:
    return [one for one in world.jenkins.builds["uuid.image"] if one.parameters.get("ref") == f"refs/tags/{version}"]
