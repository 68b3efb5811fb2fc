"""Accounts, nodes, plugins, and what of Jenkins' administration is off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from jenkins_client import Client, pipeline, wait_for

XML = {"Content-Type": "application/xml"}


@pytest.fixture
def guest(client: Client) -> Iterator[tuple[str, str]]:
    """An account of somebody else."""
    form = {
        "username": "guest",
        "password1": "guest-pw",
        "password2": "guest-pw",
        "fullname": "A Guest",
        "email": "g@x",
    }
    client.post("/securityRealm/user/guest/doDelete")
    assert client.post("/securityRealm/createAccountByAdmin", data=form).status_code == 302
    yield "guest", "guest-pw"
    client.post("/securityRealm/user/guest/doDelete")


def test_accounts(client: Client, guest: tuple[str, str]) -> None:
    with requests.Session() as session:
        session.trust_env, session.auth = False, guest
        assert session.get(f"{client.url}/me/api/json").json()["fullName"] == "A Guest"
        assert session.post(f"{client.url}/createItem?name=x", data=b"<project/>", headers=XML).status_code == 403
        crumb = session.get(f"{client.url}/crumbIssuer/api/json").json()
        session.headers[crumb["crumbRequestField"]] = crumb["crumb"]
        tokens = f"{client.url}/me/descriptorByName/jenkins.security.ApiTokenProperty"
        made = session.post(f"{tokens}/generateNewToken", data={"newTokenName": "mine"}).json()["data"]
        with requests.Session() as program:
            program.trust_env, program.auth = False, ("guest", made["tokenValue"])
            assert program.get(f"{client.url}/api/json").status_code == 200
            session.post(f"{tokens}/revoke", data={"tokenUuid": made["tokenUuid"]})
            assert program.get(f"{client.url}/api/json").status_code == 401
    listed = client.json("/asynchPeople/api/json")["users"]
    assert {"A Guest"} <= {entry["user"]["fullName"] for entry in listed}
    other = client.post("/user/guest/descriptorByName/jenkins.security.ApiTokenProperty/generateNewToken")
    assert other.status_code == 403


def test_the_built_in_nodes_executors_change(client: Client) -> None:
    before = client.json("/computer/api/json")["totalExecutors"]
    client.post("/computer/(built-in)/configSubmit", data={"json": '{"numExecutors": 5}'})
    assert client.json("/computer/(built-in)/api/json")["numExecutors"] == 5
    assert client.json("/computer/(built-in)/executors/4/api/json")["number"] == 4
    client.post("/computer/(built-in)/configSubmit", data={"json": f'{{"numExecutors": {before}}}'})
    assert client.json("/computer/api/json")["totalExecutors"] == before
    assert client.json("/label/built-in/api/json")["totalExecutors"] == before
    assert client.json("/overallLoad/api/json?depth=3")["busyExecutors"]["min"]["latest"] == 0


def test_a_node_that_is_taken_offline_starts_nothing(client: Client) -> None:
    client.create("waits", pipeline("node { echo 'in' }"))
    client.post("/computer/(built-in)/toggleOffline?offlineMessage=maintenance")
    try:
        state = client.json("/computer/(built-in)/api/json")
        assert (state["temporarilyOffline"], state["offlineCauseReason"]) == (True, "maintenance")
        item = client.trigger("waits")
        path = client.started(item)
        wait_for(lambda: "waiting for" in client.get(f"{path}consoleText").text.lower() or None, "the reason")
        assert client.json(f"{path}api/json")["building"] is True
    finally:
        client.post("/computer/(built-in)/toggleOffline")
    assert client.finished(item).result == "SUCCESS"


def test_scripts_need_no_approval_and_the_console_is_off(client: Client) -> None:
    assert "switched off" in client.get("/scriptApproval/").text
    assert client.post("/scriptText", data={"script": "println 1"}).status_code == 404


def test_agents_are_declared_changed_and_forgotten(client: Client) -> None:
    client.post("/computer/doCreateItem?name=declared", data={"json": '{"numExecutors": 2, "labelString": "a b"}'})
    client.post("/computer/declared/configSubmit", data={"json": '{"labelString": "c", "nodeDescription": "said"}'})
    found = client.json("/manage/computer/declared/api/json")
    assert ({label["name"] for label in found["assignedLabels"]}, found["description"]) == ({"declared", "c"}, "said")
    assert client.post("/computer/declared/doDisconnect").status_code == 302
    assert client.post("/computer/(built-in)/doDisconnect").status_code == 404
    assert "<feed" in client.get("/computer/(built-in)/rssAll").text
    assert client.post("/computer/declared/doDelete").status_code == 302


def test_plugins_whose_work_is_done_count_as_installed(client: Client) -> None:
    def install(name: str) -> int:
        document = f'<jenkins><install plugin="{name}@latest"/></jenkins>'
        return client.post("/pluginManager/installNecessaryPlugins", data=document, headers=XML).status_code

    assert install("git") == 302
    assert install("nothing-of-the-kind") == 404
    assert client.json("/pluginManager/plugin/git/api/json")["shortName"] == "git"
    assert client.get("/pluginManager/plugin/nothing/api/json").status_code == 404
    for verb in ("makeEnabled", "pin", "unpin"):
        assert client.post(f"/pluginManager/plugin/git/{verb}").status_code == 200
        assert client.post(f"/pluginManager/plugin/nothing/{verb}").status_code == 404
    assert client.json("/updateCenter/api/json?depth=1")["restartRequiredForCompletion"] is False


def test_nobody_may_ask_who_that_is(client: Client) -> None:
    nobody = requests.get(f"{client.url}/whoAmI/api/json", timeout=30).json()
    assert (nobody["name"], nobody["anonymous"]) == ("anonymous", True)
    somebody = client.json("/whoAmI/api/json")
    assert (somebody["name"], somebody["anonymous"], somebody["authenticated"]) == (client.user, False, True)


def test_the_load_is_told_as_deep_as_is_asked(client: Client) -> None:
    assert client.json("/overallLoad/api/json")["busyExecutors"] == {}
    assert set(client.json("/overallLoad/api/json?depth=1")["totalExecutors"]) == {"hour", "min", "sec10"}
    assert client.json("/overallLoad/api/json?tree=totalExecutors[min[latest]]")["totalExecutors"]["min"]["latest"] > 0
