"""python-jenkins, unmodified, drives the server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import jenkins
import pytest
import requests
from jenkins_client import Client, pipeline, wait_for

LIST_VIEW = """<?xml version="1.0" encoding="UTF-8"?>
<hudson.model.ListView><name>demo</name><jobNames><string>python-jenkins</string></jobNames></hudson.model.ListView>"""


@pytest.fixture
def server(client: Client) -> jenkins.Jenkins:
    return jenkins.Jenkins(client.url, client.user, client.token)


@pytest.fixture
def job(server: jenkins.Jenkins) -> Iterator[str]:
    name = "python-jenkins"
    server.upsert_job(name, pipeline("echo 'hello'"))
    yield name
    if server.job_exists(name):
        server.delete_job(name)


def built(server: jenkins.Jenkins, job: str, item: int) -> dict[str, object]:
    executable = wait_for(lambda: server.get_queue_item(item).get("executable"), "the build")
    number = executable["number"]
    return wait_for(
        lambda: None if (info := server.get_build_info(job, number))["building"] else info, "the build's end"
    )


def test_says_who_and_which_version(server: jenkins.Jenkins, client: Client) -> None:
    assert server.get_whoami()["id"] == client.user
    assert server.get_version().startswith("2.")


def test_creates_reads_and_changes_a_job(server: jenkins.Jenkins, job: str) -> None:
    assert server.job_exists(job)
    assert "echo" in server.get_job_config(job)
    server.reconfig_job(job, pipeline("echo 'other'"))
    assert "other" in server.get_job_config(job)
    assert job in [found["name"] for found in server.get_jobs()]
    assert server.get_job_info(job)["fullName"] == job
    assert server.jobs_count() >= 1


def test_refuses_a_second_job_of_the_same_name(server: jenkins.Jenkins, job: str) -> None:
    with pytest.raises(jenkins.JenkinsException, match="already exists"):
        server.create_job(job, pipeline(""))


def test_copies_renames_and_deletes(server: jenkins.Jenkins, job: str) -> None:
    server.copy_job(job, "python-jenkins-copy")
    server.rename_job("python-jenkins-copy", "python-jenkins-other")
    assert not server.job_exists("python-jenkins-copy")
    server.delete_job("python-jenkins-other")
    assert not server.job_exists("python-jenkins-other")


def test_a_disabled_job_does_not_build(server: jenkins.Jenkins, job: str) -> None:
    server.disable_job(job)
    assert server.get_job_info(job)["color"] == "disabled"
    with pytest.raises(requests.HTTPError, match="409"):
        server.build_job(job)
    server.enable_job(job)
    assert server.get_job_info(job)["buildable"]


def test_builds_and_reads_the_console(server: jenkins.Jenkins, job: str) -> None:
    info = built(server, job, server.build_job(job))
    assert info["result"] == "SUCCESS"
    assert "hello\n" in server.get_build_console_output(job, info["number"])
    assert server.get_job_info(job)["lastSuccessfulBuild"]["number"] == info["number"]
    assert server.get_job_info(job)["color"] == "blue"


def test_builds_with_parameters(server: jenkins.Jenkins, job: str) -> None:
    server.reconfig_job(
        job,
        pipeline(
            "echo \"to ${params.TARGET}, dry ${params.DRY}\"",
            "<hudson.model.ParametersDefinitionProperty><parameterDefinitions>"
            "<hudson.model.StringParameterDefinition><name>TARGET</name><defaultValue>dev</defaultValue>"
            "</hudson.model.StringParameterDefinition>"
            "<hudson.model.BooleanParameterDefinition><name>DRY</name><defaultValue>true</defaultValue>"
            "</hudson.model.BooleanParameterDefinition>"
            "</parameterDefinitions></hudson.model.ParametersDefinitionProperty>",
        ),
    )  # fmt: skip
    info = built(server, job, server.build_job(job, {"TARGET": "prod"}))
    assert "to prod, dry true" in server.get_build_console_output(job, info["number"])
    parameters = next(a for a in info["actions"] if a.get("_class") == "hudson.model.ParametersAction")["parameters"]
    assert {p["name"]: p["value"] for p in parameters} == {"TARGET": "prod", "DRY": True}


def test_stops_a_running_build(server: jenkins.Jenkins, job: str) -> None:
    server.reconfig_job(job, pipeline("node { sh 'echo started; sleep 60' }"))
    item = server.build_job(job)
    number = wait_for(lambda: server.get_queue_item(item).get("executable"), "the build")["number"]
    wait_for(lambda: "started" in server.get_build_console_output(job, number) or None, "the shell")
    assert [b["number"] for b in server.get_running_builds() if b["name"] == job] == [number]
    began = time.monotonic()
    server.stop_build(job, number)
    info = built(server, job, item)
    assert info["result"] == "ABORTED"
    assert time.monotonic() - began < 45
    assert "Aborted by" in server.get_build_console_output(job, number)


def test_cancels_what_waits(server: jenkins.Jenkins, job: str) -> None:
    server.reconfig_job(job, pipeline("echo 'x'").replace("<disabled>", "<quietPeriod>60</quietPeriod><disabled>"))
    item = server.build_job(job)
    assert [i["id"] for i in server.get_queue_info() if i["task"]["name"] == job] == [item]
    assert "quiet period" in server.get_queue_item(item)["why"]
    server.cancel_queue(item)
    assert server.get_queue_item(item)["cancelled"]


def test_folds_identical_items(server: jenkins.Jenkins, job: str) -> None:
    server.reconfig_job(job, pipeline("echo 'x'").replace("<disabled>", "<quietPeriod>30</quietPeriod><disabled>"))
    assert server.build_job(job) == server.build_job(job)
    server.cancel_queue(server.get_queue_info()[0]["id"])


def test_deletes_a_build_and_sets_the_next_number(server: jenkins.Jenkins, job: str) -> None:
    number = built(server, job, server.build_job(job))["number"]
    server.delete_build(job, number)
    with pytest.raises(jenkins.JenkinsException):
        server.get_build_info(job, number)
    server.set_next_build_number(job, 50)
    assert built(server, job, server.build_job(job))["number"] == 50


def test_stages_of_a_build(server: jenkins.Jenkins, job: str) -> None:
    server.reconfig_job(job, pipeline("stage('One') { echo '1' }\nstage('Two') { error 'broken' }"))
    number = built(server, job, server.build_job(job))["number"]
    stages = server.get_build_stages(job, number)
    assert [(s["name"], s["status"]) for s in stages["stages"]] == [("One", "SUCCESS"), ("Two", "FAILED")]


def test_views(server: jenkins.Jenkins, job: str) -> None:
    server.create_view("demo", LIST_VIEW)
    try:
        assert server.view_exists("demo")
        assert [found["name"] for found in server.get_jobs(view_name="demo")] == [job]
        assert {"all", "demo"} <= {view["name"] for view in server.get_views()}
        assert "<string>python-jenkins</string>" in server.get_view_config("demo")
        server.reconfig_view("demo", LIST_VIEW.replace("python-jenkins", "nobody"))
        assert server.get_jobs(view_name="demo") == []
    finally:
        server.delete_view("demo")


def test_folders(server: jenkins.Jenkins) -> None:
    server.create_folder("python-team")
    try:
        server.create_job("python-team/inner", pipeline("echo env.JOB_NAME"))
        assert server.get_job_info("python-team/inner")["fullDisplayName"] == "python-team » inner"
        info = built(server, "python-team/inner", server.build_job("python-team/inner"))
        assert "python-team/inner\n" in server.get_build_console_output("python-team/inner", info["number"])
        assert "python-team/inner" in [found["fullname"] for found in server.get_all_jobs()]
    finally:
        server.delete_job("python-team")


def test_nodes(server: jenkins.Jenkins) -> None:
    assert {"name": "Built-In Node", "offline": False} in server.get_nodes()
    server.create_node("far-away", numExecutors=1, labels="linux")
    try:
        assert server.node_exists("far-away")
        assert "far-away" in server.get_node_config("far-away")
    finally:
        server.delete_node("far-away")
    assert not server.node_exists("far-away")


def test_plugins(server: jenkins.Jenkins) -> None:
    plugins = server.get_plugins()
    assert plugins["workflow-job"]["active"]
    assert "generic-webhook-trigger" in plugins


def test_lints_a_jenkinsfile(server: jenkins.Jenkins) -> None:
    good = "pipeline { agent any\n stages { stage('a') { steps { echo 'x' } } } }"
    assert server.check_jenkinsfile_syntax(good) == []
    assert server.check_jenkinsfile_syntax("pipeline { agent any\n stagez { } }") != []


def test_quiets_down(server: jenkins.Jenkins, client: Client, job: str) -> None:
    server.quiet_down()
    try:
        assert server.get_info()["quietingDown"]
        item = server.build_job(job)
        wait_for(lambda: server.get_queue_item(item)["why"] == "Jenkins is about to shut down" or None, "the reason")
    finally:
        client.post("/cancelQuietDown")
    assert built(server, job, item)["result"] == "SUCCESS"
