"""The chain of a version, in a world of prepared answers: where it holds, what is aside, and where it breaks."""

from __future__ import annotations

import pytest

from kubestage.delivery.trace import Mark, Trace
from kubestage.delivery.trace.builds import analysis_in
from kubestage.delivery.trace.link import utc
from kubestage.delivery.trace.report import lines
from kubestage.delivery.trace.repository import Delivery
from kubestage.errors import InputError, PartError
from tests.unit.delivery.trace_world import (
    COMMIT,
    DIGEST,
    OTHER_COMMIT,
    OTHER_DIGEST,
    STARTED,
    VERSION,
    World,
    build,
    delivery,
    pod,
    replica_set,
)


def link(trace: Trace, name: str):
    return next(one for one in trace.links if one.name == name)


def test_a_version_that_went_all_the_way_holds_at_every_link():
    trace = World().trace()
    assert [(one.name, one.mark) for one in trace.links] == [
        ("tag", Mark.HOLDS),
        ("commit", Mark.HOLDS),
        ("delivery", Mark.HOLDS),
        ("build", Mark.HOLDS),
        ("analysis", Mark.ASIDE),
        ("image", Mark.HOLDS),
        ("test", Mark.HOLDS),
        ("prod", Mark.HOLDS),
    ]
    assert trace.broken is None
    assert trace.same_digest is True
    assert DIGEST in trace.verdict
    assert link(trace, "build").when == "2026-11-22T19:17:23Z"


def test_the_report_has_a_line_for_each_link_in_order_with_its_page():
    text = list(lines(World().trace()))
    names = [line.split()[1] for line in text if line[:1] in "✓·✗"]
    assert names == ["tag", "commit", "delivery", "build", "analysis", "image", "test", "prod"]
    assert any("http://jenkins/job/uuid.image/2/" in line for line in text)
    assert text[-1].startswith("test and prod run the same digest")


def test_what_was_seeded_has_no_delivery_and_is_not_broken():
    trace = World(deliveries=[], builds=[build(1, item=1)]).trace()
    assert link(trace, "delivery").mark is Mark.ASIDE
    assert "./inv ci.build" in link(trace, "delivery").what
    assert trace.broken is None


def test_an_image_of_a_branch_is_traced_to_the_push_that_started_its_build():
    push = Delivery("refs/heads/idea", COMMIT, "200", "2026-11-22T19:17:23Z", {"uuid.image": 2}, "", "http://log/3")
    trace = World(tag=None, deliveries=[push], labels={"org.opencontainers.image.revision": COMMIT}).trace()
    assert link(trace, "delivery").mark is Mark.HOLDS
    assert link(trace, "delivery").what.startswith("refs/heads/idea: HTTP 200")
    assert trace.broken is None


def test_a_version_that_nobody_knows_is_an_input_error_that_names_those_there_are():
    with pytest.raises(InputError) as caught:
        World(tag=None, digest=None, sets={"test": [], "prod": []}).trace()
    assert "v1.0.0.0, v2.0.0.0" in caught.value.why


BREAKS = {
    "nothing was sent": (World(deliveries=[], builds=[], digest=None), "delivery", "no delivery for refs/tags/v2"),
    "there is no hook": (World(deliveries=None, builds=[], digest=None), "delivery", "no hook"),
    "Jenkins was down": (
        World(deliveries=[delivery(item=None, status="internal error")], builds=[]), "delivery", "internal error",
    ),
    "the filter declined": (World(deliveries=[delivery(item=None)], builds=[]), "delivery", "started no uuid.image"),
    "it waits in the queue": (World(builds=[], waiting="no executor"), "build", "no executor"),
    "the build runs": (World(builds=[build(result=None)], digest=None), "build", "is running"),
    "the build failed": (World(builds=[build(result="FAILURE")], digest=None), "build", "FAILURE"),
    "another commit was built": (World(builds=[build(sha=OTHER_COMMIT)]), "build", "and not of the tag's e2c814b4"),
    "pushed by hand": (World(deliveries=[delivery(item=77)], builds=[]), "build", "no build of this commit"),
    "the image is gone": (World(digest=None), "image", "does not have apps/uuid:v2.0.0.0"),
    "the image is of another commit": (
        World(labels={"org.opencontainers.image.revision": OTHER_COMMIT}), "image", "made from commit d00a6ac2",
    ),
    "no pod runs": (World(pods={"test": [pod(1, "")], "prod": [pod(2)]}), "test", "none of them runs"),
    "the cluster is gone": (World(cluster_error=PartError("There is no cluster")), "test", "There is no cluster"),
}  # fmt: skip


@pytest.mark.parametrize(("world", "name", "says"), BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_chain_says_where_and_what_to_do_next(world: World, name: str, says: str):
    broken = world.trace().broken
    assert broken is not None
    assert broken.name == name
    assert says in broken.what
    assert broken.fix or world.cluster_error


def test_a_failed_build_tells_its_stage_and_last_lines():
    console = '[Pipeline] { (compile)\n[ERROR] COMPILATION ERROR\nStage "image" skipped due to earlier failure(s)\n'
    broken = World(builds=[build(result="FAILURE")], digest=None, console=console).trace().broken
    assert broken is not None
    assert "it ended in stage 'compile':" in broken.details
    assert "[ERROR] COMPILATION ERROR" in broken.details


def test_a_tag_that_was_moved_to_another_image_is_seen_in_the_environments():
    trace = World(digest=OTHER_DIGEST).trace()
    assert trace.broken is link(trace, "test")
    assert f"--version {VERSION}@{OTHER_DIGEST}" in link(trace, "test").fix
    assert trace.same_digest is True  # the same as each other, though not the registry's


def test_a_tag_that_was_removed_breaks_the_chain_that_it_began():
    trace = World(tag=None, labels={"org.opencontainers.image.revision": COMMIT}).trace()
    assert trace.broken is link(trace, "tag")
    assert trace.broken.what == f"GitLab has no tag {VERSION} any more"
    assert trace.broken.fix == f"git tag {VERSION} {COMMIT[:8]} && git push origin {VERSION}"


def test_what_cannot_be_asked_is_not_said_to_run_nothing():
    trace = World(cluster_error=PartError("There is no cluster")).trace()
    assert trace.same_digest is None
    assert trace.verdict == "What test and prod run cannot be told"


def test_two_environments_on_two_digests_are_told():
    trace = World(pods={"test": [pod(1)], "prod": [pod(2, OTHER_DIGEST)]}).trace()
    assert trace.same_digest is False
    assert "do NOT run the same digest" in trace.verdict
    assert trace.broken is link(trace, "prod")


def test_an_environment_on_another_version_is_no_break_and_its_earlier_revisions_are_told():
    sets = {"test": [replica_set(1)], "prod": [replica_set(2, wanted=0, history="1"), replica_set(3, "v1.0.0.0")]}
    trace = World(sets=sets, pods={"test": [pod(1)], "prod": [pod(3)]}).trace()
    assert trace.broken is None
    assert trace.same_digest is None
    assert trace.verdict == "prod does not run v2.0.0.0 at present"
    assert link(trace, "prod").what == "ran it as revision 2; now it runs v1.0.0.0"
    assert "(before: 1)" in link(trace, "prod").details[0]


def test_the_build_that_made_the_image_is_the_one_during_which_it_came_to_be():
    forced = build(7, item=9, at=STARTED - 600_000)
    trace = World(builds=[forced, build()]).trace()
    assert link(trace, "build").facts["made_by"].endswith("/2/")
    assert "#7 SUCCESS" in " ".join(link(trace, "build").details)


def test_a_build_of_the_talks_own_job_counts_as_well():
    trace = World(deliveries=[], builds=[], talks_builds=[build(1, item=5)]).trace()
    assert trace.broken is None
    assert link(trace, "build").what == "uuid.image.talk #1 SUCCESS in 31.5 s"


def test_the_first_success_made_an_image_whose_layers_were_cached_and_are_older():
    later = [build(9, item=9, at=STARTED + 200_000), build(8, item=8, at=STARTED + 100_000)]
    trace = World(builds=later).trace()
    assert link(trace, "build").facts["made_by"].endswith("/8/")
    assert "in the engine's cache" in link(trace, "image").details[0]


def test_without_a_tag_the_label_names_the_commit_and_without_both_the_build_does():
    labelled = World(tag=None, deliveries=[], labels={"org.opencontainers.image.revision": COMMIT}).trace()
    unlabelled = World(tag=None, deliveries=[]).trace()
    for trace in (labelled, unlabelled):
        assert link(trace, "tag").mark is Mark.ASIDE
        assert link(trace, "commit").facts["sha"] == COMMIT
        assert link(trace, "build").facts["made_by"].endswith("/2/")
        assert trace.broken is None


def test_a_record_is_plain_and_names_the_break():
    record = World(digest=None).trace().record()
    assert record["broken"] == "image"
    assert next(one["name"] for one in record["links"]) == "tag"


CONSOLE = """\
[INFO] ANALYSIS SUCCESSFUL, you can find the results at: http://sonarqube:9000/dashboard?id=saas%3Auuid-service
[INFO] More about the report processing at http://sonarqube:9000/api/ce/task?id=AZ1x
SonarQube task 'AZ1x' completed. Quality gate is 'ERROR'
"""


def test_an_analysis_is_read_from_the_console_and_a_closed_gate_breaks_the_chain():
    found = analysis_in(CONSOLE)
    assert found is not None
    assert (found.task, found.gate, found.url) == (
        "AZ1x", "ERROR", "http://sonarqube:9000/dashboard?id=saas%3Auuid-service",
    )  # fmt: skip
    broken = World(console=CONSOLE, builds=[build(result="FAILURE")], digest=None).trace()
    assert link(broken, "analysis").mark is Mark.BROKEN
    assert link(World(console=CONSOLE.replace("ERROR", "OK")).trace(), "analysis").mark is Mark.HOLDS


def test_a_delivery_is_read_from_gitlabs_log():
    read = Delivery.of(
        {
            "id": 5,
            "request_data": {"ref": "refs/tags/v2.0.0.0", "checkout_sha": COMMIT},
            "response_status": "200",
            "response_headers": {"Date": "Sun, 22 Nov 2026 19:17:23 GMT"},
            "response_body": '{"jobs": {"uuid.image": {"triggered": true, "id": 2}, "other": {"triggered": false}}}',
        },
        "http://gitlab/-/hooks/1",
    )
    assert (read.ref, read.commit, read.queue_items) == ("refs/tags/v2.0.0.0", COMMIT, {"uuid.image": 2})
    assert (read.when, read.url) == ("2026-11-22T19:17:23Z", "http://gitlab/-/hooks/1/hook_logs/5")
    assert Delivery.of({"id": 1, "response_body": "<html>"}, "").queue_items == {}


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-22T19:17:23.5Z", "2026-11-22T20:17:23+01:00", "2026-11-22T19:17:23.053131019Z",
        "Sun, 22 Nov 2026 19:17:23 GMT", STARTED,
    ],
)  # fmt: skip
def test_times_of_all_systems_read_alike(moment: str | float):
    assert utc(moment) == "2026-11-22T19:17:23Z"


@pytest.mark.parametrize("moment", ["", None, 0, "yesterday", "12 o'clock"])
def test_a_time_that_nobody_can_read_is_left_out(moment: str | float | None):
    assert utc(moment) == ""
