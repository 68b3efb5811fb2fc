"""Who may do what: nobody anything, users with password and crumb, programs with an API token."""

from __future__ import annotations

import pytest
import requests
from jenkins_client import Client, pipeline


def plain(method: str, url: str, **arguments: object) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, timeout=10, allow_redirects=False, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path", ["/", "/api/json", "/job/x/", "/queue/api/json", "/credentials/store/system/domain/_/"]
)
def test_nobody_sees_anything(client: Client, path: str) -> None:
    answer = plain("GET", client.url + path)
    assert answer.status_code == 403
    assert "Authentication required" in answer.text
    assert answer.headers["X-Jenkins"]


def test_nobody_changes_anything(client: Client) -> None:
    assert plain("POST", f"{client.url}/createItem?name=evil", data=pipeline("")).status_code == 403
    assert client.get("/job/evil/api/json").status_code == 404


def test_the_login_page_is_open(client: Client) -> None:
    answer = plain("GET", f"{client.url}/login")
    assert answer.status_code == 200
    assert "j_username" in answer.text


def test_wrong_credentials_are_401(client: Client) -> None:
    answer = plain("GET", f"{client.url}/api/json", auth=(client.user, "wrong"))
    assert answer.status_code == 401


def test_a_token_needs_no_crumb(client: Client) -> None:
    client.create("crumbless", pipeline("echo 'x'"))
    assert client.post("/job/crumbless/doDelete").status_code == 302


def test_unsafe_names_are_refused(client: Client) -> None:
    for name in ("a/b", "..", "a%3Cb", "%20", "a%00b"):
        answer = client.post(f"/createItem?name={name}", data=pipeline(""), headers={"Content-Type": "application/xml"})
        assert answer.status_code == 400, name


@pytest.mark.parametrize(
    "path", ["/static/../../secrets/master.key", "/static/%2e%2e/%2e%2e/settings.py", "/..%2fusers.json"]
)
def test_no_way_out_of_the_static_folder(client: Client, path: str) -> None:
    session = requests.Session()
    request = requests.Request("GET", client.url, auth=(client.user, client.token)).prepare()
    request.url = client.url + path
    answer = session.send(request, timeout=10)
    session.close()
    assert answer.status_code in {400, 404}


def test_xml_with_entities_is_refused(client: Client) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><flow-definition>&a;</flow-definition>'
    answer = client.post("/createItem?name=bomb", data=bomb, headers={"Content-Type": "application/xml"})
    assert answer.status_code == 400
    assert client.get("/job/bomb/api/json").status_code == 404


def test_broken_requests_are_answered_not_fatal(client: Client) -> None:
    assert (
        client.post("/createItem?name=broken", data="<flow-def", headers={"Content-Type": "text/xml"}).status_code
        == 400
    )
    assert client.get("/api/json?tree=jobs[name").status_code == 400
    assert client.get("/api/json?depth=x").status_code == 400
    assert client.get("/api/xml?xpath=//[").status_code == 400
    assert client.get("/job/nothing/build").status_code == 404
    assert client.get("/api/json").status_code == 200


def test_build_needs_post(client: Client) -> None:
    client.create("post-only", pipeline("echo 'x'"))
    assert client.get("/job/post-only/build").status_code == 405
