"""The portal before the real parts: sign in, act on its page, seen in the cluster and in the audit log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright

from kubestage.sandbox.sandbox import Sandbox
from tests.contract.browser.chromium import launch

from .conftest import inv, served

_ENDED_MS = 180_000

# Beside SonarQube's first start, if it comes to that.
pytestmark = [pytest.mark.usefixtures("leaves_ci_alone"), pytest.mark.timeout(1800)]


class Visitor:
    """Somebody who has signed in with an account of the sandbox."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = f"{url}/api/v1"
        self._session = requests.Session()
        self._session.trust_env = False
        known = self.post("/session", {"user": user, "password": password})
        assert known.status_code == 200, known.text
        self.role = known.json()["role"]
        self._session.headers["X-CSRF-Token"] = known.json()["csrf"]

    def get(self, path: str) -> Any:
        answer = self._session.get(self._url + path, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> requests.Response:
        return self._session.post(self._url + path, json=body, timeout=30)

    def act(self, name: str, **parameters: Any) -> requests.Response:
        return self.post(f"/actions/{name}", {"parameters": parameters, "confirm": True})


@pytest.fixture
def page(sandbox: Sandbox) -> Iterator[Page]:
    """The portal's first page in a browser, for Jenkins' administrator."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        opened = browser.new_page()
        opened.goto(sandbox.settings.portal_url)
        opened.get_by_label("User").fill("admin")
        opened.get_by_label("Password").fill(sandbox.secrets.jenkins_admin_password)
        opened.get_by_role("button", name="Sign in").click()
        yield opened
        browser.close()


@pytest.fixture(scope="module")
def admin(sandbox: Sandbox) -> Visitor:
    """Jenkins' administrator, who may act."""
    return Visitor(sandbox.settings.portal_url, "admin", sandbox.secrets.jenkins_admin_password)


def test_the_portal_sees_the_whole_chain(admin: Visitor):
    chain = admin.get("/chain")
    states = {part["name"]: part["state"] for part in chain["parts"]}
    assert states["registry"] == "ok"
    assert states["gitlab"] in ("ok", "busy")  # it may be delivering a push that CI is to analyse
    v1 = next(version for version in chain["versions"] if version["version"] == "v1.0.0.0")
    assert (v1["build"], len(v1["commit"])) == (1, 40)
    assert "v2.0.0.0" in {version["version"] for version in chain["versions"]}


def test_a_version_is_brought_and_taken_back_on_the_page_and_the_audit_log_says_by_whom(
    page: Page, admin: Visitor, sandbox: Sandbox, kubectl: Any
):
    """By kubectl's way and by Jenkins': each is seen in the cluster and served."""
    before = served(sandbox.settings, "test")["version"]
    other = "v2.0.0.0" if before == "v1.0.0.0" else "v1.0.0.0"
    dialog = page.get_by_role("dialog")
    page.locator("#upgrade-test").click()
    dialog.get_by_label("Version").select_option(other)
    expect(dialog.get_by_text("kubectl set image").first).to_be_visible()
    dialog.get_by_role("button", name="Upgrade").click()
    succeeds(page, "test", other)
    assert served(sandbox.settings, "test")["version"] == other
    newest = admin.get("/environments/test/history")[0]
    assert (newest["version"], newest["who"], newest["how"]) == (other, "admin", "upgrade")
    image = kubectl("get deployment uuid-deploy -n ns-uuid-test -o jsonpath={.spec.template.spec.containers[0].image}")
    assert image.endswith(f"apps/uuid:{other}")
    page.get_by_role("link", name="Portal").first.click()
    page.locator(f"#deploy-version-{before.replace('.', '-')}").click()
    dialog.get_by_label("Environment").select_option("test")
    expect(dialog.get_by_text("uuid.runner").first).to_be_visible()
    dialog.get_by_role("button", name="Deploy").click()
    succeeds(page, "test", before)
    assert served(sandbox.settings, "test")["version"] == before
    told = [(one["who"], one["what"], one["outcome"]) for one in admin.get("/audit?limit=4")]
    assert told == [("admin", what, outcome) for what in ("deploy", "upgrade") for outcome in ("done", "asked")]


def succeeds(page: Page, environment: str, version: str) -> None:
    """Waits on an operation's page until it is over, and the picture shows what came of it."""
    state = page.get_by_role("region", name="State")
    expect(state).to_contain_text(re.compile("Succeeded|Failed"), timeout=_ENDED_MS)
    expect(state).to_contain_text("Succeeded")
    expect(page.locator(f"#part-{environment}")).to_contain_text(version)


def test_whatever_is_refused_says_why(admin: Visitor, sandbox: Sandbox):
    running = served(sandbox.settings, "test")["version"]
    for name, parameters, says in (
        ("deploy", {"environment": "test", "version": "v9.9.9.9"}, "v9.9.9.9 is not in the registry"),
        ("upgrade", {"environment": "test", "version": running}, f"test asks for {running} already"),
        ("rollback", {"environment": "test", "revision": 999}, "test has no revision 999"),
        ("scale", {"environment": "test", "replicas": 99}, "99 replicas are too many"),
        ("build", {"ref": "refs/heads/nowhere"}, "GitLab has no refs/heads/nowhere"),
    ):
        refused = admin.act(name, **parameters)
        assert refused.status_code in (404, 409, 422)
        assert refused.json()["title"] == says
    developer = Visitor(sandbox.settings.portal_url, "caoyong1", sandbox.secrets.gitlab_user_password)
    assert developer.role == "viewer"
    assert developer.act("scale", environment="test", replicas=2).json()["title"] == "caoyong1 may look and not act"


def test_its_account_in_the_cluster_can_do_nothing_else(kubectl: Any):
    asked = {
        "delete pods -n ns-uuid-prod": "no",
        "create deployments.apps -n ns-uuid-prod": "no",
        "get secrets -n ns-uuid-prod": "no",
        "patch deployments.apps/other -n ns-uuid-prod": "no",
        "get pods -n kube-system": "no",
        "get pods -n ns-uuid-prod": "yes",
        "patch configmaps/env-config -n ns-uuid-prod": "yes",
        "patch deployments.apps/uuid-deploy -n ns-uuid-prod": "yes",
    }
    account = "--as=system:serviceaccount:kubestage-system:portal"
    # One shell for all: the last answer, a yes, is its exit code.
    told = kubectl("; kubectl ".join(f"auth can-i {what} {account}" for what in asked))
    assert dict(zip(asked, told.split(), strict=True)) == asked


def test_its_log_can_be_read_and_holds_no_secret(sandbox: Sandbox):
    log = inv("logs", "portal", "--lines", "1000")
    assert log.code == 0, log.text
    secrets = [value for value in sandbox.secrets.model_dump().values() if "\n" not in value]
    assert not [secret for secret in secrets if secret in log.stdout]
    assert "Traceback" not in log.stdout
