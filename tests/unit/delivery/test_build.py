import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kubestage.delivery.build import Order, build_by_push, build_image
from kubestage.delivery.jenkins import Jenkins
from kubestage.delivery.registry import Registry
from kubestage.errors import InputError, PartError

from .answers import Answer, Server, serving

HEAD = "HEAD /v2/apps/uuid/manifests"
THERE = Answer(headers={"Docker-Content-Digest": "sha256:" + "0f" * 32})
MISSING = Answer(status=404)


def ci(job: str, log: str, result: str = "SUCCESS") -> dict[str, list[Answer]]:
    """A Jenkins whose job runs build 7 with this log and result as soon as it is triggered."""
    text = Answer(log, headers={"X-Text-Size": str(len(log))})
    return {
        f"POST /generic-webhook-trigger/invoke?token={job}": [
            Answer(
                json.dumps({"jobs": {job: {"triggered": True, "id": 3}}}), headers={"Content-Type": "application/json"}
            )
        ],
        "GET /queue/item/3/api/json": [Answer(json.dumps({"executable": {"number": 7}}))],
        f"GET /job/{job}/7/logText/progressiveText?start=0": [text],
        f"GET /job/{job}/7/api/json": [Answer(json.dumps({"result": result, "duration": 1}))],
        f"GET /job/{job}/api/json?tree=lastBuild%5Bnumber%5D": [
            Answer(json.dumps({"lastBuild": {"number": 6}})),
            Answer(json.dumps({"lastBuild": {"number": 7}})),
        ],
    }


@contextmanager
def chain(answers: dict[str, list[Answer]]) -> Iterator[tuple[Server, Jenkins, Registry]]:
    with serving(answers) as server:
        yield server, Jenkins(server.url, "admin", "t"), Registry(server.address, "pusher", "p")


def quiet(text: str) -> None:
    """Takes a build's log and drops it."""


def test_a_version_that_the_registry_has_is_not_built_again():
    with chain({f"{HEAD}/v1.0.0.0": [THERE]}) as (server, jenkins, registry):
        with pytest.raises(InputError, match=r"v1\.0\.0\.0 is in the registry already") as caught:
            build_image(jenkins, registry, Order("v1.0.0.0"), quiet)
        assert [asked.method for asked in server.asked] == ["HEAD"], "nothing was triggered"
    assert "--force" in caught.value.fix


def test_by_force_it_is_and_the_job_is_told():
    tags = {"GET /v2/apps/uuid/tags/list": [Answer('{"tags": ["v1.0.0.0"]}')]}
    with chain({f"{HEAD}/v1.0.0.0": [THERE], **tags, **ci("uuid.image", "built")}) as (server, jenkins, registry):
        image = build_image(jenkins, registry, Order("v1.0.0.0", force=True), quiet)
        (asked,) = [asked for asked in server.asked if asked.method == "POST"]
    assert image.build is not None
    assert image.build.number == 7
    assert json.loads(asked.body) == {"ref": "refs/heads/master", "force": "true", "clean": "false"}


def test_a_branchs_image_is_the_one_that_its_build_names():
    tags = {
        "GET /v2/apps/uuid/tags/list": [Answer('{"tags": ["v1.0.0.0", "v1.0.0.0-a-11111111", "v1.0.0.0-a-22222222"]}')]
    }
    answers = {
        f"{HEAD}/v1.0.0.0-a-22222222": [THERE],
        **tags,
        **ci("uuid.image", "docker push apps/uuid:v1.0.0.0-a-22222222"),
    }
    with chain(answers) as (_, jenkins, registry):
        image = build_image(jenkins, registry, Order("v1.0.0.0", "refs/heads/a"), quiet)
    assert image.version == "v1.0.0.0-a-22222222"


def test_a_build_that_fails_tells_its_stage_and_its_last_lines():
    log = "[Pipeline] { (Unit tests)\n1 test failed\nFinished: FAILURE\n"
    answers = {f"{HEAD}/v1.0.0.0": [MISSING], **ci("uuid.image", log, "FAILURE")}
    words = r"uuid\.image #7 ended as FAILURE in stage 'Unit tests'"
    with chain(answers) as (_, jenkins, registry), pytest.raises(PartError, match=words) as caught:
        build_image(jenkins, registry, Order("v1.0.0.0"), quiet)
    assert "1 test failed" in caught.value.why


def test_a_success_without_an_image_is_a_failure():
    tags = {"GET /v2/apps/uuid/tags/list": [Answer('{"tags": ["v0.0.0.1"]}')]}
    answers = {f"{HEAD}/v1.0.0.0": [MISSING], **tags, **ci("uuid.image", "")}
    words = r"succeeded, and v1\.0\.0\.0 is not in the registry"
    with chain(answers) as (_, jenkins, registry), pytest.raises(PartError, match=words):
        build_image(jenkins, registry, Order("v1.0.0.0"), quiet)


def test_the_talks_pipeline_has_a_job_of_its_own_and_builds_master_only():
    tags = {"GET /v2/apps/uuid/tags/list": [Answer('{"tags": ["v1.0.0.0"]}')]}
    answers = {f"{HEAD}/v1.0.0.0": [MISSING, THERE], **tags, **ci("uuid.image.talk", "")}
    with chain(answers) as (_, jenkins, registry):
        image = build_image(jenkins, registry, Order("v1.0.0.0", pipeline="talk"), quiet)
        assert image.build is not None
        assert image.build.job == "uuid.image.talk"
        with pytest.raises(InputError, match="cannot build refs/heads/a"):
            build_image(jenkins, registry, Order("v1.0.0.0", "refs/heads/a", "talk"), quiet)


def test_a_pipeline_that_there_is_not_is_refused_with_those_there_are():
    with pytest.raises(InputError) as caught:
        Order("v1.0.0.0", pipeline="mine").check()
    assert caught.value.why == "There are default and talk."


def pushing(done: list[str], *, new: bool) -> Callable[[], bool]:
    def push() -> bool:
        done.append("pushed")
        return new

    return push


def test_a_push_is_built_by_gitlabs_own_hook():
    done: list[str] = []
    tags = {"GET /v2/apps/uuid/tags/list": [Answer('{"tags": ["v2.0.0.0"]}')]}
    answers = {f"{HEAD}/v2.0.0.0": [MISSING, THERE], **tags, **ci("uuid.image", "built")}
    with chain(answers) as (server, jenkins, registry):
        image = build_by_push(jenkins, registry, "v2.0.0.0", pushing(done, new=True), quiet)
        assert not [asked for asked in server.asked if asked.method == "POST"]
    assert (done, image.version) == (["pushed"], "v2.0.0.0")


def test_what_gitlab_had_already_sends_no_hook_and_is_asked_for():
    tags = {"GET /v2/apps/uuid/tags/list": [Answer('{"tags": ["v2.0.0.0"]}')]}
    answers = {f"{HEAD}/v2.0.0.0": [MISSING, MISSING, THERE], **tags, **ci("uuid.image", "built")}
    with chain(answers) as (server, jenkins, registry):
        build_by_push(jenkins, registry, "v2.0.0.0", pushing([], new=False), quiet)
        (asked,) = [asked for asked in server.asked if asked.method == "POST"]
    assert json.loads(asked.body)["ref"] == "refs/tags/v2.0.0.0"


def test_what_the_registry_has_is_pushed_to_gitlab_and_not_built():
    done: list[str] = []
    last = "GET /job/uuid.image/api/json?tree=lastBuild%5Bnumber%5D"
    with chain({f"{HEAD}/v2.0.0.0": [THERE], last: [Answer('{"lastBuild": null}')]}) as (_, jenkins, registry):
        image = build_by_push(jenkins, registry, "v2.0.0.0", pushing(done, new=True), quiet)
    assert (done, image.build) == (["pushed"], None)
