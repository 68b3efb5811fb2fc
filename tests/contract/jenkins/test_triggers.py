"""What starts builds by itself: upstream jobs, new commits, the clock; from config.xml and from Jenkinsfiles."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from git_host import GitHost
from jenkins_client import Client, pipeline, pipeline_from_scm, wait_for

XML = {"Content-Type": "application/xml"}
PROPERTY = "org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty"


def triggers(inner: str) -> str:
    return f"<{PROPERTY}><triggers>{inner}</triggers></{PROPERTY}>"


def upstream(jobs: str, threshold: str = "SUCCESS") -> str:
    tag = "jenkins.triggers.ReverseBuildTrigger"
    return triggers(
        f"<{tag}><spec></spec><upstreamProjects>{jobs}</upstreamProjects><threshold><name>{threshold}</name></threshold></{tag}>"
    )


def poll() -> str:
    return triggers("<hudson.triggers.SCMTrigger><spec></spec></hudson.triggers.SCMTrigger>")


def last_build(client: Client, job: str) -> dict[str, object] | None:
    """The job's last build, when it is over."""
    found = client.json(f"/job/{job}/api/json?tree=lastBuild[number,building,result,actions[causes[*]]]")["lastBuild"]
    return None if found is None or found["building"] else found


def causes(build: dict[str, object]) -> list[dict[str, object]]:
    return [cause for action in build["actions"] for cause in action.get("causes", ())]  # type: ignore[attr-defined]


def test_a_job_follows_another_that_ends_well_enough(client: Client) -> None:
    client.create("down", pipeline("echo 'down'", upstream("up, elsewhere")))
    client.create("down-too", pipeline("echo 'down'", upstream("up", "FAILURE")))
    failed = client.run("up", "error 'broken'")
    assert failed.result == "FAILURE"
    assert "Triggering a new build of down-too #1\n" in failed.console
    after_failure = wait_for(lambda: last_build(client, "down-too"), "the downstream build")
    assert last_build(client, "down") is None
    cause = causes(after_failure)[0]
    assert cause["_class"] == "hudson.model.Cause$UpstreamCause"
    assert (cause["upstreamProject"], cause["upstreamBuild"], cause["upstreamUrl"]) == ("up", 1, "job/up/")
    client.post("/job/up/config.xml", data=pipeline("echo 'fine'"), headers=XML)
    client.finished(client.trigger("up"))
    wait_for(lambda: last_build(client, "down"), "the downstream build")
    console = client.get("/job/down/1/consoleText").text
    assert console.startswith(
        'Started by upstream project "up" build number 2\noriginally caused by:\n Started by user '
    )
    for job in ("down", "down-too", "up"):
        client.post(f"/job/{job}/doDelete")


@pytest.fixture
def polled(client: Client) -> Callable[[], str]:
    """Polls the job `polled` and returns the log."""

    def polled() -> str:
        old = client.get("/job/polled/scmPollLog/pollingLog").text
        client.post("/job/polled/polling")
        return wait_for(
            lambda: now if (now := client.get("/job/polled/scmPollLog/pollingLog").text) != old else None, "polling"
        )

    return polled


def test_polling_builds_new_commits_once(client: Client, git_host: GitHost, polled: Callable[[], str]) -> None:
    script = "node { checkout scm; echo readFile('version') }"
    url = git_host.add("polled", {"Jenkinsfile": script, "version": "one"})
    client.create("polled", pipeline_from_scm(url, "Jenkinsfile", properties=poll()))
    assert "no previous build to compare to" in polled()
    first = wait_for(lambda: last_build(client, "polled"), "the first build")
    assert first["number"] == 1
    quiet = polled()
    assert quiet.startswith("Started on ")
    assert f"is: {git_host.head('polled')} - already built by 1" in quiet
    assert quiet.endswith("No changes\n")
    git_host.add("polled", {"version": "two"}, "second")
    assert polled().endswith("Changes found\n")
    second = wait_for(lambda: b if (b := last_build(client, "polled")) and b["number"] == 2 else None, "the build")
    assert causes(second)[0]["shortDescription"] == "Started by an SCM change"
    assert "two" in client.get("/job/polled/2/consoleText").text
    (changes,) = client.json("/job/polled/2/wfapi/changesets")
    assert [commit["message"] for commit in changes["commits"]] == ["second"]
    assert polled().endswith("No changes\n")
    client.post("/job/polled/doDelete")


def test_polling_asks_all_repositories_of_the_last_build_that_came_to_them(
    client: Client, git_host: GitHost, polled: Callable[[], str]
) -> None:
    """One that fails before its checkouts, or whose repository is away, hides no push to the others."""
    away, here = (git_host.add(name, {"version": "one"}) for name in ("polled-away", "polled-here"))
    steps = "".join(f"dir('{n}') {{ git url: '{url}', branch: 'master' }}; " for n, url in enumerate((away, here)))
    client.create("polled", pipeline(f"node {{ if (currentBuild.number == 2) error 'early'; {steps} }}", poll()))
    assert [client.finished(client.trigger("polled")).result for _ in range(2)] == ["SUCCESS", "FAILURE"]
    assert polled().endswith("No changes\n")
    git_host.remove("polled-away")
    git_host.add("polled-here", {"version": "two"}, "second")
    log = polled()
    assert "ERROR: polling failed: " in log
    assert log.endswith("Changes found\n")
    wait_for(lambda: (b := last_build(client, "polled")) and b["number"] == 3, "the build")
    client.post("/job/polled/doDelete")


def test_a_jenkinsfile_sets_triggers_and_takes_them_back(client: Client) -> None:
    tag = "org.jenkinsci.plugins.gwt.GenericTrigger"
    hook = f"<{tag}><spec></spec><token>stays</token></{tag}>"

    def script(inner: str) -> str:
        return (
            f"pipeline {{ agent none\n triggers {{ {inner} }}\n stages {{ stage('a') {{ steps {{ echo 'x' }} }} }} }}"
        )

    follow = "upstream(upstreamProjects: 'a,b', threshold: hudson.model.Result.UNSTABLE)"
    declared = f"cron('H 4 * * 1-5'); pollSCM('H/5 * * * *'); {follow}"
    finished = client.run("declares-triggers", script(declared), triggers(hook))
    assert finished.result == "SUCCESS", finished.console
    config = client.get("/job/declares-triggers/config.xml").text
    assert "<spec>H 4 * * 1-5</spec>" in config
    assert "<spec>H/5 * * * *</spec>" in config
    assert "<upstreamProjects>a,b</upstreamProjects>" in config
    assert "<name>UNSTABLE</name>" in config
    assert "<token>stays</token>" in config
    client.post("/job/declares-triggers/config.xml", data=config.replace("pollSCM('H/5 * * * *'); ", ""), headers=XML)
    client.finished(client.trigger("declares-triggers"))
    config = client.get("/job/declares-triggers/config.xml").text
    assert "hudson.triggers.SCMTrigger" not in config
    assert "hudson.triggers.TimerTrigger" in config
    assert "<token>stays</token>" in config
    client.post("/job/declares-triggers/doDelete")


@pytest.mark.parametrize(
    ("spec", "said"),
    [("H * * * *", "Would"), ("", "No schedules so will never run"), ("99 * * * *", "Invalid input")],
)
def test_the_form_checks_crontabs(client: Client, spec: str, said: str) -> None:
    client.create("checks", pipeline("echo 1"))
    path = "/job/checks/descriptorByName/hudson.triggers.TimerTrigger/checkSpec"
    assert said in client.get(path, params={"value": spec}).text
    client.post("/job/checks/doDelete")
