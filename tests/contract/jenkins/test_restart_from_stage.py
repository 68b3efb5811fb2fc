"""A Declarative build is restarted from one of its stages, with what was preserved of it."""

from __future__ import annotations

from jenkins_client import Client, pipeline, wait_for


def ended(client: Client, job: str, number: int) -> str:
    """The console of a build that nobody has the queue item of, once it is over."""

    def over() -> str | None:
        found = client.get(f"/job/{job}/{number}/api/json")
        return client.console(job, number) if found.status_code == 200 and not found.json()["building"] else None

    return str(wait_for(over, f"{job} #{number}"))


def test_a_declarative_build_is_restarted_from_a_stage(client: Client) -> None:
    client.create(
        "restarted",
        pipeline(
            """pipeline { agent any
            parameters { string(name: 'WHAT', defaultValue: 'thing') }
            stages {
              stage('Make') { steps { echo "making ${params.WHAT}" } }
              stage('Try') { when { not { isRestartedRun() } }
                steps { error 'broken' } }
              stage('Ship') { steps { echo "shipping ${params.WHAT}" } } } }"""
        ),
    )
    assert client.finished(client.trigger("restarted")).result == "FAILURE"
    first = client.finished(client.trigger("restarted", {"WHAT": "cake"}))
    path = f"/job/restarted/{first.number}/restart"
    assert client.json(f"{path}/api/json")["restartableStages"] == ["Make", "Try"]
    refused = client.post(f"{path}/restartPipeline?stageName=Ship").json()["data"]
    assert refused["success"] == "false"
    assert refused["message"] == (
        "Failure restarting from stage: java.lang.IllegalStateException: "
        "Stage Ship is not present in the top-level stages for restarted #2, so cannot be restarted."
    )
    assert "not present" in client.get(f"{path}/checkStageName?value=Ship").text
    assert client.get(f"{path}/checkStageName?value=Try").text == "<div/>"
    assert client.post(f"{path}/restart", data={"json": '{"stageName": "Nowhere"}'}).status_code == 400
    assert client.post(f"{path}/restart", data={"json": '{"stageName": "Try"}'}).status_code == 302
    console = ended(client, "restarted", first.number + 1)
    assert f"\nRestarted from build #{first.number}, stage Try\n" in console
    assert 'Stage "Make" skipped due to this build restarting at stage "Try"' in console
    assert 'Stage "Try" skipped due to when conditional' in console
    assert "shipping cake" in console
    scripted = client.run("not-declarative", "stage('One') { echo 'x' }")
    assert (
        client.post(f"/job/not-declarative/{scripted.number}/restart/restart", data={"json": "{}"}).status_code == 404
    )


STASHING = """pipeline { agent any
  options { preserveStashes(buildCount: 2) }
  stages {
    stage('Make') { steps {
      writeFile file: 'kept.txt', text: "of $BUILD_NUMBER"
      stash name: 'kept', includes: 'kept.txt'
      archiveArtifacts 'kept.txt'
      deleteDir()
      script { env.MADE_BY = "number $BUILD_NUMBER" } } }
    stage('Ship') { steps { unstash 'kept'; echo "ships what is ${readFile 'kept.txt'} by $MADE_BY" } } } }"""


def test_the_stashes_of_the_newest_builds_are_preserved(client: Client) -> None:
    client.create("stashing", pipeline(STASHING))
    for _ in range(3):
        assert client.finished(client.trigger("stashing")).result == "SUCCESS"
    restart = {"stageName": "Ship"}
    assert client.post("/job/stashing/2/restart/restartPipeline", data=restart).json()["data"]["success"] == "true"
    console = ended(client, "stashing", 4)
    assert "Restarted from build #2, stage Ship\nCopying 1 artifact(s) from #2\n" in console
    assert "ships what is of 2 by number 2\n" in console
    assert client.get("/job/stashing/4/artifact/kept.txt").text == "of 2"
    assert client.post("/job/stashing/1/restart/restartPipeline", data=restart).status_code == 200
    console = ended(client, "stashing", 5)
    assert "ERROR: No such saved stash \u2018kept\u2019" in console
    assert console.endswith("Finished: FAILURE\n")
    shown = client.json("/job/stashing/api/json?tree=property[*]")["property"]
    kind = "org.jenkinsci.plugins.pipeline.modeldefinition.properties.PreserveStashesJobProperty"
    assert shown == [{"_class": kind}]


def test_a_job_may_forbid_to_restart_its_builds(client: Client) -> None:
    script = "pipeline {{ agent none\n {}\n stages {{ stage('One') {{ steps {{ echo 'x' }} }} }} }}"
    for options, status in (("options { disableRestartFromStage() }", 404), ("", 200)):
        if client.get("/job/forbidding/config.xml").status_code == 404:
            client.create("forbidding", pipeline(script.format(options)))
        else:
            config = client.get("/job/forbidding/config.xml").text.replace("options { disableRestartFromStage() }", "")
            client.post("/job/forbidding/config.xml", data=config, headers={"Content-Type": "application/xml"})
        done = client.finished(client.trigger("forbidding"))
        assert done.result == "SUCCESS"
        path = f"/job/forbidding/{done.number}/restart"
        assert client.get(f"{path}/api/json").status_code == status
        assert client.post(f"{path}/restartPipeline?stageName=One").status_code == status
