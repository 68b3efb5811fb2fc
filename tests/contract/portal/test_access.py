"""Who is let in, as what, and what is refused before anything is looked at."""

from __future__ import annotations

import pytest
import requests

from tests.contract.browser.portal_world.world import OPERATOR, PASSWORDS, VIEWER, World
from tests.contract.portal.conftest import Caller

PROBLEM = "application/problem+json"


def signed_in(world: World, user: str) -> tuple[requests.Session, dict]:
    session = requests.Session()
    session.trust_env = False
    answer = session.post(f"{world.url}/api/v1/session", json={"user": user, "password": PASSWORDS[user]}, timeout=10)
    assert answer.status_code == 200, answer.text
    return session, answer.json()


def test_an_account_of_jenkins_signs_in_and_out(world: World) -> None:
    session, known = signed_in(world, OPERATOR)
    (cookie,) = session.cookies
    assert cookie.name == world.cookie
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"
    assert (known["user"], known["role"]) == (OPERATOR, "operator")
    assert session.get(f"{world.url}/api/v1/session", timeout=10).json() == known
    kept = {"Cookie": f"{world.cookie}={cookie.value}"}
    headers = {"X-CSRF-Token": known["csrf"]}
    assert session.delete(f"{world.url}/api/v1/session", headers=headers, timeout=10).status_code == 204
    assert requests.get(f"{world.url}/api/v1/session", headers=kept, timeout=10).status_code == 401


def test_a_sign_in_ends_the_session_that_the_browser_had(world: World) -> None:
    session, _ = signed_in(world, VIEWER)
    former = {"Cookie": f"{world.cookie}={session.cookies[world.cookie]}"}
    body = {"user": OPERATOR, "password": PASSWORDS[OPERATOR]}
    assert session.post(f"{world.url}/api/v1/session", json=body, timeout=10).json()["user"] == OPERATOR
    assert requests.get(f"{world.url}/api/v1/session", headers=former, timeout=10).status_code == 401
    assert session.get(f"{world.url}/api/v1/session", timeout=10).json()["user"] == OPERATOR


def test_a_wrong_password_is_refused_and_noted(world: World, operator: Caller) -> None:
    answer = requests.post(f"{world.url}/api/v1/session", json={"user": OPERATOR, "password": "no"}, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, PROBLEM)
    assert answer.json()["detail"] == "Neither Jenkins nor GitLab knows them."
    told = operator.get(f"/audit?who=NOBODY&what={OPERATOR.upper()}&outcome=refused")
    assert {(one["who"], one["subject"], one["outcome"]) for one in told} == {("nobody", OPERATOR, "refused")}
    assert not operator.get(f"/audit?who=nobody&what={OPERATOR}&outcome=done")
    entry = operator.get("/audit?limit=5")[0]
    assert (entry["who"], entry["what"], entry["subject"], entry["outcome"]) == (
        "nobody",
        "sign-in",
        OPERATOR,
        "refused",
    )


@pytest.mark.parametrize("password", ["ümlaut", "\u202e", "a\nb", "🙂", "x" * 500])
def test_odd_passwords_are_wrong_ones(world: World, password: str) -> None:
    body = {"user": f"odd-{len(password)}-{ord(password[0])}", "password": password}
    assert requests.post(f"{world.url}/api/v1/session", json=body, timeout=10).status_code == 401


def test_a_cookie_changes_nothing_without_the_sessions_own_token(world: World) -> None:
    session, known = signed_in(world, OPERATOR)
    address, body = f"{world.url}/api/v1/links", {"title": "the last row"}
    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": "é".encode()}):
        refused = session.post(address, json=body, headers=headers, timeout=10)
        assert (refused.status_code, refused.json()["type"]) == (403, "csrf")
    assert session.post(address, json=body, headers={"X-CSRF-Token": known["csrf"]}, timeout=10).status_code == 201


def test_an_audience_comes_by_a_link_looks_and_may_not_act(world: World, operator: Caller) -> None:
    link = operator.request("POST", "/links", json={"title": "the hall", "hours": 2}).json()
    with requests.Session() as audience:
        audience.trust_env = False
        assert audience.get(link["url"], timeout=10, allow_redirects=False).headers["Location"] == "/"
        known = audience.get(f"{world.url}/api/v1/session", timeout=10).json()
        assert (known["user"], known["role"]) == ("audience", "viewer")
        assert audience.get(f"{world.url}/api/v1/chain", timeout=10).status_code == 200
        acts = audience.post(
            f"{world.url}/api/v1/actions/scale", timeout=10, headers={"X-CSRF-Token": known["csrf"]},
            json={"parameters": {"environment": "test", "replicas": 1}},
        )  # fmt: skip
        assert (acts.status_code, acts.json()["title"]) == (403, "audience may look and not act")
        lasting = audience.post(
            f"{world.url}/api/v1/tokens", timeout=10, headers={"X-CSRF-Token": known["csrf"]}, json={"title": "mine"}
        )
        assert (lasting.status_code, lasting.json()["type"]) == (403, "no-account")  # it would outlive the link
        with audience.get(f"{world.url}/api/v1/events", stream=True, timeout=30) as stream:
            assert operator.request("DELETE", f"/links/{link['id']}").status_code == 204
            assert b"event: chain" in b"".join(stream.iter_content(65536))  # it ends
        assert audience.get(f"{world.url}/api/v1/chain", timeout=10).status_code == 401
        assert audience.get(link["url"], timeout=10).status_code == 404
    assert all("url" not in one or not one["url"] for one in operator.get("/links"))


def test_who_is_signed_in_and_tries_a_link_stays_who_they_are(world: World, operator: Caller) -> None:
    """Else who made it would lose the account by trying it, and any page could have a browser sign out."""
    session, known = signed_in(world, OPERATOR)
    link = operator.request("POST", "/links", json={"title": "the hall"}).json()
    assert session.get(link["url"], timeout=10, allow_redirects=False).status_code == 303
    assert session.get(f"{world.url}/api/v1/session", timeout=10).json() == known
    assert operator.request("DELETE", f"/links/{link['id']}").status_code == 204


def test_a_viewers_actions_are_refused_with_the_reason_and_noted(viewer: Caller, operator: Caller) -> None:
    refused = viewer.act("upgrade", environment="test", version="v2.0.0.0")
    assert refused.status_code == 403
    assert refused.json() == {
        "type": "role", "title": f"{VIEWER} may look and not act", "status": 403, "field": "",
        "detail": "The role is viewer; this needs an operator.",
        "next": "sign in with an account that is an operator: ./inv credentials",
    }  # fmt: skip
    assert viewer.plan("upgrade", environment="test", version="v2.0.0.0").status_code == 200
    entry = operator.get("/audit?limit=1")[0]
    assert (entry["who"], entry["outcome"], entry["why"]) == (VIEWER, "refused", "The role is viewer.")


def test_what_changes_something_is_for_operators_alone(world: World, operator: Caller, viewer: Caller) -> None:
    """Each route of the document that changes something, asked by a viewer and by an audience."""
    document = operator.get("/openapi.json")
    own = {"/api/v1/session", "/api/v1/tokens", "/api/v1/tokens/{number}", "/hooks/gitlab"}
    harmless = {"/api/v1/actions/{name}/plan", "/api/v1/rules/check", "/api/v1/rules/dry-run"}
    routes = [
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if path not in own | harmless and (method != "get" or path == "/api/v1/links")
    ]
    assert len(routes) == 6
    link = operator.request("POST", "/links", json={"title": "the hall"}).json()
    with requests.Session() as audience:
        audience.trust_env = False
        audience.get(link["url"], timeout=10)
        csrf = audience.get(f"{world.url}/api/v1/session", timeout=10).json()["csrf"]
        for method, path in routes:
            address = path.replace("{name}", "scale").replace("{number}", str(link["id"]))
            asked = viewer.request(method, address.removeprefix("/api/v1"), json={})
            assert (asked.status_code, asked.json()["type"]) == (403, "role"), path
            asked = audience.request(method, world.url + address, json={}, headers={"X-CSRF-Token": csrf}, timeout=10)
            assert (asked.status_code, asked.json()["type"]) == (403, "role"), path
    assert operator.request("DELETE", f"/links/{link['id']}").status_code == 204


_ENDLESS = "9" * 5000
_ODD_FORMS = [
    ("/audience", {"end": "9" * 30}), ("/audience", {"title": "x", "hours": _ENDLESS}),
    ("/rules", {"intent": "check", "revision": _ENDLESS}), ("/rules", {"intent": f"up-{_ENDLESS}"}),
    ("/act/scale", {"environment": "test", "replicas": _ENDLESS}),
    ("/act/scale", {"environment": "prod", "replicas": "2", "confirmed": "é"}),
    (f"/approvals/{'9' * 30}", {"approve": "yes"}),
]  # fmt: skip


def test_no_address_and_no_form_of_a_page_is_a_fault(world: World) -> None:
    """Numbers that no database has, and letters where none are meant; what is no number is none that is there."""
    session, known = signed_in(world, OPERATOR)
    for path in ("/operations/{}", "/approvals/{}", "/audit?before={}", "/act/rollback?environment=test&revision={}"):
        for number in ("9" * 30, _ENDLESS, "²", "x"):
            answer = session.get(world.url + path.format(number), timeout=10)
            assert answer.status_code == (404 if path.endswith("s/{}") else 200), path
    for asked in (f"log={_ENDLESS}", f"log=1&from={'9' * 30}", f"region=operation-{_ENDLESS}"):
        with session.get(f"{world.url}/live?{asked}", stream=True, timeout=10) as stream:
            assert next(stream.iter_content(20)).startswith(b": listening")
    for path, fields in _ODD_FORMS:
        sent = {**fields, "csrf": known["csrf"]}
        answer = session.post(world.url + path, data=sent, timeout=10, allow_redirects=False)
        assert answer.status_code < 500, (path, answer.text)
    assert "Traceback" not in world.log(), world.log()


def test_rules_that_no_field_is_to_blame_for_are_refused_with_the_reason(world: World) -> None:
    session, known = signed_in(world, OPERATOR)
    sent = {"csrf": known["csrf"], "intent": "check"}
    for number in range(51):
        at = f"rules.{number}"
        sent |= {f"{at}.kind": "trigger", f"{at}.name": f"r{number}", f"{at}.on": "tag", f"{at}.matching": "v*",
                 f"{at}.do": "build"}  # fmt: skip
    page = session.post(f"{world.url}/rules", data=sent, timeout=10).text
    assert "List should have at most 50 items" in page


FORMS = [
    *(f"/act/{name}" for name in ("build", "deploy", "promote", "upgrade", "rollback", "scale", "demo-value")),
    "/approvals/1", "/rules", "/audience", "/sign-out",
]  # fmt: skip


def test_no_form_is_taken_without_its_sessions_token_nor_from_a_viewer(world: World, operator: Caller) -> None:
    rules = operator.get("/rules")
    answers: dict[str, list[int]] = {}
    viewers, known = signed_in(world, VIEWER)
    session, _ = signed_in(world, OPERATOR)
    for path in FORMS:
        sent = {"environment": "test", "replicas": "0", "intent": "save", "revision": str(rules["revision"])}
        for csrf in ("", "guessed", known["csrf"]):
            answer = session.post(world.url + path, data={**sent, "csrf": csrf}, timeout=10, allow_redirects=False)
            answers.setdefault(path, []).append(answer.status_code)
    assert answers == {path: [403] * 3 for path in FORMS}
    for path in FORMS[:-1]:
        sent = {"environment": "test", "replicas": "0", "intent": "save", "revision": str(rules["revision"])}
        answer = viewers.post(world.url + path, data={**sent, "csrf": known["csrf"]}, timeout=10, allow_redirects=False)
        assert answer.status_code in (200, 403, 404), path  # the form again with the reason, and nothing done
    assert operator.get("/rules") == rules
    assert session.get(f"{world.url}/api/v1/session", timeout=10).json()["user"] == OPERATOR


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:0"])
def test_signing_in_leads_to_no_other_site(world: World, elsewhere: str) -> None:
    form = {"user": OPERATOR, "password": PASSWORDS[OPERATOR], "next": elsewhere}
    answer = requests.post(f"{world.url}/sign-in", data=form, timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_a_token_has_at_most_its_owners_role_and_ends_when_it_is_revoked(world: World, viewer: Caller) -> None:
    token = viewer.request("POST", "/tokens", json={"title": "script", "role": "operator"}).json()
    assert token["role"] == "viewer"
    headers = {"Authorization": f"Bearer {token['token']}"}
    assert requests.get(f"{world.url}/api/v1/chain", headers=headers, timeout=10).status_code == 200
    assert viewer.get("/tokens")[0]["token"] == ""
    heir = requests.post(
        f"{world.url}/api/v1/tokens", headers=headers, json={"title": "for ever", "hours": 700}, timeout=10
    ).json()
    assert heir["expires"] == token["expires"]
    assert viewer.request("DELETE", f"/tokens/{token['id']}").status_code == 204
    assert requests.get(f"{world.url}/api/v1/chain", headers=headers, timeout=10).status_code == 401


def test_failed_sign_ins_of_an_account_are_slowed_down_and_those_of_others_not(world: World, operator: Caller) -> None:
    address = f"{world.url}/api/v1/session"
    codes = [requests.post(address, json={"user": "eve", "password": "x"}, timeout=10) for _ in range(12)]
    assert codes[0].status_code == 401
    assert codes[-1].status_code == 429
    assert int(codes[-1].headers["Retry-After"]) >= 1
    page = requests.post(f"{world.url}/sign-in", data={"user": "eve", "password": "x"}, timeout=10)
    assert (page.status_code, "Too many failed sign-ins" in page.text) == (429, True)
    assert int(page.headers["Retry-After"]) >= 1
    assert operator.request("GET", "/session").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "["])
def test_another_name_than_the_portals_is_refused(world: World, host: str) -> None:
    answer = requests.get(f"{world.url}/api/v1/chain", headers={"Host": host}, timeout=10)
    assert answer.status_code == 421 if host else answer.status_code in (400, 421)


def test_people_are_told_by_a_page_that_it_has_another_name(world: World) -> None:
    answer = requests.get(world.url, headers={"Host": "evil.example", "Accept": "text/html"}, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (421, "text/html; charset=utf-8")
    assert "The portal is not called" in answer.text


def test_a_callers_own_words_about_where_it_is_from_count_for_nothing(world: World) -> None:
    """Else one caller would be many, none of whom asks too often."""
    session, _ = signed_in(world, VIEWER)
    said = {"X-Forwarded-For": "10.0.0.7", "X-Forwarded-Proto": "https"}
    page = session.get(f"{world.url}/api", headers=said, timeout=10).text
    assert f"{world.url}/api/v1/chain" in page  # the address as it came


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost.evil.example"])
def test_another_pages_requests_are_refused(world: World, origin: str) -> None:
    answer = requests.post(
        f"{world.url}/api/v1/session", json={"user": OPERATOR, "password": PASSWORDS[OPERATOR]},
        headers={"Origin": origin}, timeout=10,
    )  # fmt: skip
    assert (answer.status_code, answer.json()["type"]) == (403, "origin")


def test_a_long_body_is_refused_whether_it_tells_its_length_or_not(world: World, operator: Caller) -> None:
    long = b"[" + b" " * 300_000 + b"]"
    assert operator.request("POST", "/rules/check", data=long).status_code == 413
    chunked = operator.request("POST", "/rules/check", data=(piece for piece in (long[:200_000], long[200_000:])))
    assert chunked.status_code == 413


def test_head_is_answered_as_get_without_a_body(operator: Caller, world: World) -> None:
    """As monitors ask, such as `wget --spider`."""
    for path in ("/healthz", "/sign-in", "/api/v1/openapi.json", "/api/v1/operations/999999"):
        told = [
            requests.request(method, world.url + path, auth=(operator.user, PASSWORDS[operator.user]), timeout=30)
            for method in ("HEAD", "GET")
        ]
        assert len({(one.status_code, one.headers["Content-Type"], one.headers["Content-Length"]) for one in told}) == 1
        assert (told[0].content, bool(told[1].content)) == (b"", True)


def test_every_answer_forbids_frames_foreign_scripts_and_sniffing(world: World) -> None:
    for path in ("/api/v1/chain", "/sign-in", "/healthz"):
        headers = requests.get(world.url + path, timeout=10).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_secrets_of_the_portal_are_in_no_log(world: World) -> None:
    assert not any(secret in world.log() for secret in (*PASSWORDS.values(), "hook-secret-of-the-world"))
