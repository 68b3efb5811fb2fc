"""jenkinsapi, unmodified, drives the server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jenkins_client import Client, pipeline
from jenkinsapi.credential import SecretTextCredential, UsernamePasswordCredential
from jenkinsapi.jenkins import Jenkins


@pytest.fixture
def server(client: Client) -> Jenkins:
    return Jenkins(client.url, client.user, client.token, use_crumb=True)


@pytest.fixture
def job_name(server: Jenkins) -> Iterator[str]:
    name = "jenkinsapi"
    server.create_job(name, pipeline("echo 'hello'"))
    yield name
    if server.has_job(name):
        server.delete_job(name)


def test_builds_a_job_and_waits(server: Jenkins, job_name: str) -> None:
    item = server[job_name].invoke(block=True, delay=1)
    build = item.get_build()
    assert build.is_good()
    assert "hello" in build.get_console()
    assert server[job_name].get_last_good_buildnumber() == build.get_number()
    assert build.get_causes()[0]["shortDescription"].startswith("Started by user")


def test_job_life(server: Jenkins, job_name: str) -> None:
    job = server[job_name]
    assert job_name in set(server.keys())
    assert job.is_enabled()
    job.disable()
    assert not server[job_name].is_enabled()
    job.enable()
    job.update_config(pipeline("echo 'other'"))
    assert "other" in server[job_name].get_config()
    server.rename_job(job_name, "jenkinsapi-renamed")
    assert server.has_job("jenkinsapi-renamed")
    server.delete_job("jenkinsapi-renamed")


def test_version_nodes_plugins(server: Jenkins) -> None:
    assert server.version.startswith("2.")
    assert "Built-In Node" in set(server.nodes.keys())
    assert server.has_plugin("workflow-job")


def test_views(server: Jenkins, job_name: str) -> None:
    view = server.views.create("api-view")
    assert view.add_job(job_name, server[job_name])
    assert job_name in server.views["api-view"].get_job_dict()
    del server.views["api-view"]
    assert "api-view" not in set(server.views.keys())


def test_credentials(server: Jenkins) -> None:
    credentials = server.credentials
    credentials["api user"] = UsernamePasswordCredential(
        {"credential_id": "api-user", "description": "api user", "userName": "joe", "password": "secret-1"}
    )
    credentials["api text"] = SecretTextCredential(
        {"credential_id": "api-text", "description": "api text", "secret": "secret-2"}
    )
    assert {"api user", "api text"} <= set(server.credentials.keys())
    del server.credentials["api user"]
    del server.credentials["api text"]
    assert "api user" not in server.credentials
