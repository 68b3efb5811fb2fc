"""How many builds run at once and how often they start: throttle-concurrents and branch-api's rate limit."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

import pytest
from jenkins_client import Client, pipeline, wait_for

THROTTLE = "hudson.plugins.throttleconcurrents.ThrottleJobProperty"
RATE = "jenkins.branch.RateLimitBranchProperty_-JobPropertyImpl"
NUMBER = (
    "<hudson.model.ParametersDefinitionProperty><parameterDefinitions><hudson.model.StringParameterDefinition>"
    "<name>N</name></hudson.model.StringParameterDefinition></parameterDefinitions>"
    "</hudson.model.ParametersDefinitionProperty>"
)
XML = {"Content-Type": "application/xml"}
#: Runs until the input is answered, and needs no executor meanwhile.
STANDS = "input id: 'Go', message: 'go on'"


def throttled(inner: str) -> str:
    return f"<{THROTTLE}><throttleEnabled>true</throttleEnabled>{inner}</{THROTTLE}>{NUMBER}"


def reason(client: Client, item: int) -> tuple[str, bool]:
    """Why an item waits, once it says so, and whether something else than the want of an executor blocks it."""

    def waits() -> tuple[str, bool] | None:
        shown = client.json(f"/queue/item/{item}/api/json")
        settled = shown["blocked"] or shown.get("buildable")
        return (shown["why"], shown["blocked"]) if settled and shown["why"] else None

    return wait_for(waits, "the item to wait")


def let_go(client: Client, build: str) -> None:
    """Answer the input of a build (its path)."""
    wait_for(lambda: client.json(f"{build}wfapi/pendingInputActions") or None, "the question")
    assert client.post(f"{build}input/Go/proceedEmpty").status_code < 400


@pytest.fixture
def categories(client: Client) -> Iterator[None]:
    """The categories ``narrow``, one at a time anywhere, and ``node``, one at a time on a node."""
    narrow = {"categoryName": "narrow", "maxConcurrentTotal": 1, "maxConcurrentPerNode": 0}
    pairs = [{"throttledNodeLabel": "built-in", "maxConcurrentPerNodeLabeled": 1}]
    node = {"categoryName": "node", "maxConcurrentTotal": 0, "maxConcurrentPerNode": 5, "nodeLabeledPairs": pairs}
    configure(client, [narrow, node])
    yield
    configure(client, [])


def configure(client: Client, categories: list[dict[str, object]]) -> None:
    document = {"unclassified": {"throttleJobProperty": {"categories": categories}}}
    assert client.post("/configuration-as-code/apply", data=json.dumps(document)).status_code == 200


def test_a_jobs_own_limits_are_kept(client: Client) -> None:
    for limit, why in (
        ("maxConcurrentTotal", ("Already running 1 builds across all nodes", True)),
        ("maxConcurrentPerNode", ("Already running 1 builds on node", False)),
    ):
        client.create("throttled", pipeline(STANDS, throttled(f"<{limit}>1</{limit}>")))
        items = [client.trigger("throttled", {"N": str(n)}) for n in range(2)]
        running = client.started(items[0])
        assert reason(client, items[1]) == why
        let_go(client, running)
        let_go(client, client.started(items[1]))
        assert [client.finished(item).result for item in items] == ["SUCCESS", "SUCCESS"]
    shown = client.json("/job/throttled/api/json?tree=property[*]")["property"]
    assert {"_class": THROTTLE} in shown


def test_no_two_builds_with_the_same_parameters(client: Client) -> None:
    limit = "<limitOneJobWithMatchingParams>true</limitOneJobWithMatchingParams>"
    named = "<paramsToUseForLimit>N, other</paramsToUseForLimit>"
    client.create("alike", pipeline(STANDS, throttled(limit + named)))
    first = client.started(client.trigger("alike", {"N": "1"}))
    same = client.trigger("alike", {"N": "1"})
    assert reason(client, same) == ("A build with matching parameters is already running", True)
    other = client.started(client.trigger("alike", {"N": "2"}))
    let_go(client, other)
    let_go(client, first)
    let_go(client, client.started(same))
    assert client.finished(same).result == "SUCCESS"


def test_jobs_and_node_blocks_share_a_category(client: Client, categories: None) -> None:
    exported = client.post("/configuration-as-code/export").text
    assert "categoryName: narrow" in exported
    assert "maxConcurrentPerNodeLabeled: 1" in exported
    script = """pipeline { agent none
      options { throttleJobProperty(categories: ['narrow'], throttleEnabled: true, throttleOption: 'category') }
      stages { stage('s') { steps { input id: 'Go', message: 'go on' } } } }"""
    client.create("of-category", pipeline(script))
    declaring = client.trigger("of-category")
    let_go(client, client.started(declaring))
    assert client.finished(declaring).result == "SUCCESS"
    running = client.started(client.trigger("of-category"))
    client.create("beside", pipeline("echo 'ran'", throttled("<categories><string>narrow</string></categories>")))
    other = client.trigger("beside", {"N": "1"})
    assert reason(client, other) == ("Already running 1 builds across all nodes", True)
    client.create("throttled-step", pipeline("throttle(['narrow', 'narrow']) { node { echo 'in it' } }"))
    steps = client.trigger("throttled-step")
    said = "Still waiting to schedule task\nAlready running 1 builds across all nodes\n"
    wait_for(lambda: said in client.console("throttled-step") or None, "the node to wait")
    let_go(client, running)
    done = client.finished(steps)
    assert done.result == "SUCCESS"
    assert "One or more duplicate categories (narrow) specified. Duplicates will be ignored.\n" in done.console
    assert "in it\n" in done.console
    assert client.finished(other).result == "SUCCESS"


def test_node_blocks_of_one_build_take_turns(client: Client, categories: None) -> None:
    branch = "{ node { sleep 1; echo 'had it' } }"
    done = client.run("branches", f"throttle(['node']) {{ parallel a: {branch}, b: {branch}, c: {{ echo 'free' }} }}")
    assert done.result == "SUCCESS"
    assert "Already running 1 builds on node\n" in done.console
    assert done.console.count("had it\n") == 2


def test_a_category_that_is_not_configured(client: Client) -> None:
    done = client.run("nowhere", "throttle(['gone', 'lost']) { node { echo 'in it' } }")
    assert done.result == "FAILURE"
    said = "java.lang.IllegalArgumentException: One or more specified categories do not exist: gone, lost"
    assert said in done.console
    assert "in it\n" not in done.console


def test_builds_start_only_so_often(client: Client) -> None:
    script = """pipeline { agent none
      options { rateLimitBuilds(throttle: [count: 40, durationName: 'minute', userBoost: false]) }
      parameters { string(name: 'N', defaultValue: '0') }
      stages { stage('s') { steps { echo "n is ${params.N}" } } } }"""
    first = client.run("limited", script)
    items = [client.trigger("limited", {"N": str(n)}) for n in (1, 2)]
    why, blocked = reason(client, items[1])
    assert blocked
    assert re.fullmatch(r"Build throttle expires at \d+:\d\d:\d\d [AP]M on [A-Z][a-z]{2} \d+, \d{4}", why)
    numbers = [client.finished(item).number for item in items]
    assert numbers == [first.number + 1, first.number + 2]
    builds = client.json("/job/limited/api/json?tree=builds[timestamp]")["builds"]
    starts = [build["timestamp"] for build in builds]
    assert all(later - earlier >= 1500 for later, earlier in itertools.pairwise(starts))
    shown = [entry["_class"] for entry in client.json("/job/limited/api/json")["property"]]
    assert "jenkins.branch.RateLimitBranchProperty$JobPropertyImpl" in shown


def test_a_user_may_go_ahead_of_the_limit(client: Client) -> None:
    script = "properties([rateLimitBuilds([count: 1, durationName: 'year', userBoost: true])])"
    client.run("boosted", script)
    config = client.get("/job/boosted/config.xml").text
    held = re.sub(r"\s+", "", config)
    assert f"<{RATE}><durationName>year</durationName><count>1</count><userBoost>true</userBoost></{RATE}>" in held
    assert client.finished(client.trigger("boosted")).result == "SUCCESS"
    client.post("/job/boosted/config.xml", data=config.replace("<userBoost>true", "<userBoost>false"), headers=XML)
    late = client.trigger("boosted")
    assert reason(client, late)[0].startswith("Build throttle expires at ")
    assert client.post(f"/queue/cancelItem?id={late}").status_code < 400


def test_what_a_pipeline_declares_stands_in_its_job(client: Client) -> None:
    script = """pipeline { agent none
      options { overrideIndexTriggers(true)
        githubProjectProperty(displayName: 'it', projectUrlStr: 'https://example.org/x/')
        throttleJobProperty(maxConcurrentTotal: 3, throttleEnabled: true, throttleOption: 'project') }
      stages { stage('s') { steps { echo 'x' } } } }"""
    assert client.run("declaring", script).result == "SUCCESS"
    config = client.get("/job/declaring/config.xml").text
    held = re.sub(r">\s+<", "><", config)
    assert "<jenkins.branch.OverrideIndexTriggersJobProperty><enableTriggers>true</enableTriggers>" in held
    assert "<projectUrl>https://example.org/x/</projectUrl><displayName>it</displayName>" in held
    assert "<maxConcurrentTotal>3</maxConcurrentTotal><throttleEnabled>true</throttleEnabled>" in held
    kinds = [entry["_class"] for entry in client.json("/job/declaring/api/json")["property"]]
    github = "com.coravy.hudson.plugins.github.GithubProjectProperty"
    assert kinds == ["jenkins.branch.OverrideIndexTriggersJobProperty", github, THROTTLE]
    client.post("/job/declaring/config.xml", data=config, headers=XML)
    assert client.get("/job/declaring/config.xml").text == config
    options = script[script.index("options") : script.index("stages")]
    bare = config.replace(options, "")
    assert bare != config
    client.post("/job/declaring/config.xml", data=bare, headers=XML)
    assert client.finished(client.trigger("declaring")).result == "SUCCESS"
    assert client.json("/job/declaring/api/json")["property"] == []
