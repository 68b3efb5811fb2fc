import json

import pytest

from kubestage.delivery.jenkins import Build, Jenkins
from kubestage.errors import PartError

from .answers import Answer, serving

JSON = {"Content-Type": "application/json;charset=utf-8"}


def triggered(**jobs: dict[str, object]) -> Answer:
    return Answer(json.dumps({"jobs": jobs, "message": "Triggered jobs."}), headers=JSON)


def test_the_webhook_gives_the_queue_item_of_each_triggered_job():
    answers = {
        "POST /generic-webhook-trigger/invoke?token=t": [
            triggered(a={"triggered": True, "id": 7}, b={"triggered": False, "id": 0})
        ]
    }
    with serving(answers) as server:
        assert Jenkins(server.url, "admin", "x").invoke_webhook("t", {"version": "v1"}, {"X-Gitlab-Token": "s"}) == {
            "a": 7
        }
        request = server.asked[0]
    assert json.loads(request.body) == {"version": "v1"}
    assert request.headers["X-Gitlab-Token"] == "s"
    assert "Authorization" not in request.headers  # the webhook's token is all that it needs


def test_a_webhook_that_triggers_nothing_fails_with_the_plugins_words():
    answers = {
        "POST /generic-webhook-trigger/invoke?token=t": [
            Answer(json.dumps({"jobs": None, "message": "Did not find any jobs…"}), 404, JSON)
        ]
    }
    with serving(answers) as server, pytest.raises(PartError) as caught:
        Jenkins(server.url, "admin", "x").invoke_webhook("t", {}, {})
    assert "Did not find any jobs" in caught.value.why


def test_a_build_is_followed_from_the_queue_to_its_result():
    answers = {
        "GET /queue/item/7/api/json": [
            Answer('{"why": "In the quiet period", "executable": null}'),
            Answer('{"executable": {"number": 3}}'),
        ],
        "GET /job/j/3/logText/progressiveText?start=0": [
            Answer("one\n", headers={"X-Text-Size": "4", "X-More-Data": "true"})
        ],
        "GET /job/j/3/logText/progressiveText?start=4": [
            Answer("", headers={"X-Text-Size": "4", "X-More-Data": "true"}),
            Answer("two\n", headers={"X-Text-Size": "8"}),
        ],
        "GET /job/j/3/api/json": [
            Answer('{"result": null, "duration": 0}'),
            Answer('{"result": "SUCCESS", "duration": 1500}'),
        ],
    }
    heard: list[str] = []
    with serving(answers) as server:
        build = Jenkins(server.url, "admin", "x").follow("j", 7, heard.append)
    assert (build.number, build.result, build.seconds) == (3, "SUCCESS", 1.5)
    assert build.log == "one\ntwo\n" == "".join(heard)


def test_a_cancelled_queue_item_ends_the_wait_at_once():
    with (
        serving({"GET /queue/item/7/api/json": [Answer('{"cancelled": true}')]}) as server,
        pytest.raises(PartError, match="cancelled"),
    ):
        Jenkins(server.url, "admin", "x").follow("j", 7, print)


def test_a_refused_account_is_named_as_such():
    with (
        serving({"GET /queue/item/7/api/json": [Answer("", 401)]}) as server,
        pytest.raises(PartError, match="refuses"),
    ):
        Jenkins(server.url, "admin", "x").follow("j", 7, print)


LOG = """Started by generic-webhook
[Pipeline] stage
[Pipeline] { (checkout)
[Pipeline] // stage
[Pipeline] stage
[Pipeline] { (compile)
[Pipeline] sh
+ mvn clean
[ERROR] no such symbol
[Pipeline] // stage
ERROR: script returned exit code 1
Finished: FAILURE
"""


def test_a_failed_build_says_in_which_stage_and_shows_its_last_lines():
    build = Build("uuid.image", 4, "FAILURE", 1.0, LOG, "http://j/job/uuid.image/4/")
    with pytest.raises(PartError, match=r"uuid.image #4 ended as FAILURE in stage 'compile'") as caught:
        build.require_success()
    assert "no such symbol" in caught.value.why
    assert "[Pipeline]" not in caught.value.why


def test_past_builds_consoles_and_the_queue_can_be_looked_at():
    answers = {
        "GET /job/j/api/json?tree=builds%5Bnumber%5D": [Answer('{"builds": [{"number": 2}, {"number": 1}]}')],
        "GET /job/j/2/consoleText": [Answer("said\n")],
        "GET /queue/item/7/api/json": [Answer('{"why": "no executor"}')],
        "GET /queue/item/8/api/json": [Answer('{"why": null, "executable": {"number": 2}}')],
    }
    with serving(answers) as server:
        jenkins = Jenkins(server.url, "admin", "x")
        assert jenkins.builds("j", "number") == [{"number": 2}, {"number": 1}]
        assert jenkins.console("j", 2) == "said\n"
        assert [jenkins.queued(item) for item in (7, 8, 9)] == ["no executor", "", ""]
        with pytest.raises(PartError, match="no job gone"):
            jenkins.builds("gone", "number")
