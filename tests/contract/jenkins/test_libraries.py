"""Shared libraries of a folder, loaded without being asked for, and what a later build and a replay get."""

from __future__ import annotations

from corpus_library import LIBRARY_FILES, library_configuration
from git_host import GitHost
from jenkins_client import Client, pipeline, wait_for

PACKAGE = "org.jenkinsci.plugins.workflow.libs"
TAG = "com.cloudbees.hudson.plugins.folder.Folder"


def test_a_folder_brings_its_library_to_its_jobs(client: Client, git_host: GitHost) -> None:
    url = git_host.add("libraries/team", LIBRARY_FILES["v1"], tag="v1")
    library = library_configuration("team", url, "master", implicit=True)
    properties = f"<{PACKAGE}.FolderLibraries><libraries>{library}</libraries></{PACKAGE}.FolderLibraries>"
    client.post("/job/team/doDelete")
    made = client.post(
        "/createItem?name=team",
        data=f"<{TAG}><properties>{properties}</properties></{TAG}>".encode(),
        headers={"Content-Type": "application/xml"},
    )
    assert made.status_code == 200, made.text
    made = client.post(
        "/job/team/createItem?name=greets",
        data=pipeline("greet 'team'").encode(),
        headers={"Content-Type": "application/xml"},
    )
    assert made.status_code == 200, made.text

    first = _built(client, 1)
    assert "Loading library team@master" in first
    assert "v1 greets team" in first

    git_host.add("libraries/team", LIBRARY_FILES["v2"], "changed")
    assert "v2 greets team" in _built(client, 2)
    replayed = _built(client, 3, "2/replay/run", json='{"mainScript": "greet \'replay\'"}')
    assert "Loading library team@master" in replayed
    assert "v2 greets replay" in replayed


def test_outside_the_folder_the_library_is_unknown(client: Client) -> None:
    finished = client.run("outside", "@Library('team') _\necho 'x'")
    assert finished.result == "FAILURE"
    assert "ERROR: Could not find any definition of libraries [team]" in finished.console


def _built(client: Client, number: int, action: str = "build", **form: str) -> str:
    """The console of the build that an action starts."""
    job = "/job/team/job/greets"
    answer = client.post(f"{job}/{action}", data=form)
    assert answer.status_code in {201, 302}, answer.text

    def over() -> str | None:
        known = client.get(f"{job}/{number}/api/json")
        done = known.status_code == 200 and not known.json()["building"]
        return client.get(f"{job}/{number}/consoleText").text if done else None

    return str(wait_for(over, f"build {number}"))
