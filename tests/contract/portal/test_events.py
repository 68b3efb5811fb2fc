"""Events: what is told, to whom it is told again, and that nothing is lost over a sudden end."""

from __future__ import annotations

from functools import partial

import requests

from tests.contract.browser.portal_world.world import World
from tests.contract.portal.conftest import Caller, Events, wait_for


def test_who_begins_to_look_gets_the_whole_chain_first(events: Events) -> None:
    kind, chain = events.next()
    assert kind == "chain"
    assert [part["name"] for part in chain["parts"]] == ["gitlab", "jenkins", "registry", "test", "prod"]
    assert [environment["name"] for environment in chain["environments"]] == ["test", "prod"]
    assert {"v1.0.0.0", "v2.0.0.0"} <= {version["version"] for version in chain["versions"]}


def test_a_rollout_is_told_pod_by_pod_with_its_log_and_audit(operator: Caller, world: World, events: Events) -> None:
    operator.settled("test")
    events.until("chain")
    other = "v2.0.0.0" if operator.environment("test")["declared"] == "v1.0.0.0" else "v1.0.0.0"
    world.hold_rollouts()
    number = operator.act("upgrade", environment="test", version=other).json()["id"]
    assert events.until("audit", lambda entry: entry["operation"] == number)["outcome"] == "asked"
    assert events.until("operation", lambda one: one["id"] == number)["state"] == "running"

    def all_are(chain: dict, state: str) -> bool:
        return {pod["state"] for pod in chain["environments"][0]["pods"]} == {state}

    for steps, state in ((1, "ending"), (2, "pending"), (1, "starting")):
        world.step_rollouts(steps)
        events.until("chain", partial(all_are, state=state))
    world.release_rollouts()
    chain = events.until("chain", lambda chain: chain["environments"][0]["running"] == [other])
    assert all_are(chain, "ready")
    assert operator.ended(number)["state"] == "succeeded"


def test_who_comes_back_gets_what_was_missed_and_who_missed_too_much_the_whole(operator: Caller) -> None:
    first = Events(operator)
    first.until("chain")
    first.close()
    operator.act("scale", environment="test", replicas=99)  # refused, which the audit log tells
    again = Events(operator, first.last)
    missed = again.until("audit")
    again.close()
    assert (missed["what"], missed["outcome"]) == ("scale", "refused")
    long_ago = Events(operator, "17")
    kind, _ = long_ago.next()
    long_ago.close()
    assert kind == "chain"


def test_a_push_is_seen_at_once_and_its_commit_travels(operator: Caller, world: World, events: Events) -> None:
    events.until("chain")
    sha = world.push("Add a greeting", "refs/heads/greeting")
    chain = events.until("chain", lambda data: any(one["commit"] == sha for one in data["travelling"]))
    (one,) = [one for one in chain["travelling"] if one["commit"] == sha]
    assert (one["at"], one["message"], one["ref"]) == ("gitlab", "Add a greeting", "refs/heads/greeting")
    world.hold_builds()
    world.build("refs/heads/greeting")
    chain = events.until(
        "chain", lambda data: any(one["commit"] == sha and one["at"] == "jenkins" for one in data["travelling"])
    )
    world.release_builds()
    (passing,) = next(part for part in chain["parts"] if part["name"] == "jenkins")["passing"]
    assert (passing["kind"], passing["title"].split()[0]) == ("build", "uuid.image")


def test_a_hook_without_the_secret_is_refused(operator: Caller, world: World) -> None:
    for token in ("", "wrong"):
        answer = requests.post(f"{world.url}/hooks/gitlab", json={}, headers={"X-Gitlab-Token": token}, timeout=10)
        assert answer.status_code == 401


def test_each_part_that_is_down_says_so_and_the_others_stay_usable(operator: Caller, world: World) -> None:
    listener = Events(operator)  # somebody looks, so that parts are asked often
    for down in ({"gitlab": "gitlab", "registry": "registry"}, {"jenkins": "jenkins", "cluster": "test"}):
        for name in down:
            world.part_down(name)
        for name, shown in down.items():
            part = wait_for(partial(_absent, operator, shown), f"{name} to be missed")
            assert part["message"]
            assert "./inv" in part["fix"]
        others = [one["name"] for one in operator.get("/chain")["parts"] if one["state"] in ("ok", "busy", "failed")]
        assert len(others) >= 2
        for name in down:
            world.part_up(name)
        for name, shown in down.items():
            wait_for(partial(_back, operator, shown), f"{name} to be back")
    listener.close()


def _absent(operator: Caller, name: str) -> dict | None:
    part = operator.part(name)
    return part if part["state"] == "absent" else None


def _back(operator: Caller, name: str) -> bool:
    return operator.part(name)["state"] != "absent"


def test_an_action_goes_on_after_the_portals_sudden_end(operator: Caller, world: World) -> None:
    before = operator.settled("test")["declared"]
    other = "v2.0.0.0" if before == "v1.0.0.0" else "v1.0.0.0"
    number = operator.act("deploy", environment="test", version=other).json()["id"]
    # By then the portal has kept that its request arrived: what it does not know of it does not go on with.
    wait_for(lambda: operator.get(f"/operations/{number}")["link"], "the build to be known")
    sent = len(world.jenkins.builds["uuid.runner"])
    world.stop_portal()
    world.start_portal()
    assert operator.ended(number)["state"] == "succeeded"
    assert len(world.jenkins.builds["uuid.runner"]) == sent
    assert operator.settled("test")["declared"] == other


def test_availability_is_probed_and_kept(operator: Caller) -> None:
    told = operator.get("/environments/prod/availability?minutes=60")
    assert told["asked"] >= 1
    assert told["points"][-1]["version"] or told["points"][-1]["failure"]
    assert told["answered"] <= told["asked"]


def test_pods_logs_and_events_can_be_read(operator: Caller) -> None:
    pod = operator.settled("test")["pods"][0]["name"]
    assert operator.get(f"/environments/test/pods/{pod}/log?lines=5")["lines"][-1] == "Listening on 30001"
    assert operator.request("GET", "/environments/test/pods/nobody/log").status_code == 404
    assert operator.get("/environments/test/events")[0]["reason"] == "Scheduled"
