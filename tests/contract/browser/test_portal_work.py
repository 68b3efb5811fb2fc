"""Acting in the portal: by mouse, by keyboard alone, without a script; what is seen of it."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.contract.browser.keyboard import ask, tab_to
from tests.contract.browser.operations import over, serves, take
from tests.contract.browser.portal_world.world import OPERATOR, PASSWORDS, VIEWER
from tests.contract.browser.survey import NARROW, look_at
from tests.contract.portal.conftest import Caller


def test_build_deploy_upgrade_and_roll_back_by_mouse(visit, portal, world):
    world.push("Release v3.0.0.0", "refs/tags/v3.0.0.0")
    page = visit(portal(OPERATOR), "/")
    page.get_by_role("link", name="Build", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Branch or tag").select_option(label="tag v3.0.0.0")
    expect(dialog.get_by_role("group", name="Request to jenkins")).to_contain_text("refs/tags/v3.0.0.0")
    take(page, dialog.get_by_role("button", name="Build"))
    expect(page.get_by_role("log")).to_contain_text("Unit tests")
    over(page)
    page.get_by_role("link", name="Portal").first.click()
    page.locator("#deploy-version-v3-0-0-0").click()
    dialog.get_by_label("Environment").select_option("test")
    expect(dialog.get_by_text("What will happen")).to_be_visible()
    expect(dialog.get_by_text("uuid.runner").first).to_be_visible()
    take(page, dialog.get_by_role("button", name="Deploy"))
    over(page)
    serves(page, "test", "v3.0.0.0")
    page.locator("#upgrade-test").click()
    dialog.get_by_label("Version").select_option("v2.0.0.0")
    expect(dialog.get_by_text("kubectl set image").first).to_be_visible()
    take(page, dialog.get_by_role("button", name="Upgrade"))
    over(page)
    serves(page, "test", "v2.0.0.0")
    page.goto(f"{world.url}/environments/test")
    row = page.get_by_role("region", name="Revisions").get_by_role("row").filter(has_text="v3.0.0.0")
    row.get_by_role("link", name="Roll back to this").click()
    expect(dialog.get_by_label("Revision")).to_have_value(re.compile(r"\d+"))
    take(page, dialog.get_by_role("button", name="Roll back"))
    over(page)
    serves(page, "test", "v3.0.0.0")
    page.get_by_role("link", name="History").click()
    done = page.get_by_role("region", name="Latest operations").get_by_role("row").filter(has_text="Succeeded")
    expect(done).to_have_count(4)
    expect(done.first).to_contain_text(OPERATOR)


def test_all_is_done_by_keyboard_alone(visit, portal, world):
    """Signing in, each action, its request copied, a refusal, a question: no hand leaves the keys."""
    world.push("Release v4.0.0.0", "refs/tags/v4.0.0.0")
    page = visit(portal(OPERATOR), "/sign-in", permissions=["clipboard-read", "clipboard-write"])
    page.context.clear_cookies()
    expect(page.get_by_label("User")).to_be_focused()
    page.keyboard.type(OPERATOR)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORDS[OPERATOR])
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{world.url}/")
    ask(page, "#build", "v4.0.0.0")
    _do(page)
    page.keyboard.type("gt")
    expect(page).to_have_url(f"{world.url}/environments/test")
    ask(page, "#deploy-test", "v4.0.0.0")
    _do(page)
    serves(page, "test", "v4.0.0.0")
    ask(page, "#upgrade-test", "v1.0.0.0")
    _do(page)
    serves(page, "test", "v1.0.0.0")
    page.keyboard.type("gt")
    expect(page).to_have_url(f"{world.url}/environments/test")
    row = page.get_by_role("region", name="Revisions").get_by_role("row").filter(has_text="v4.0.0.0")
    link = row.get_by_role("link", name="Roll back to this").get_attribute("id")
    ask(page, f"#{link}", "v4.0.0.0")
    _do(page)
    serves(page, "test", "v4.0.0.0")
    ask(page, "#scale-test", text="40")
    expect(page.get_by_role("dialog").get_by_label("Replicas")).to_have_accessible_description(re.compile("0 to 10"))
    page.keyboard.press("Escape")
    ask(page, "#scale-test", text="2")
    _do(page)
    ask(page, "#demo-value-test", text="green")
    _do(page)
    expect(page.get_by_role("region", name="Environment test")).to_contain_text("green")
    page.keyboard.type("gv")
    expect(page).to_have_url(f"{world.url}/versions")
    ask(page, "#promote")
    tab_to(page, "#dialog [data-copy]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -sS -X POST")
    _do(page, "v4.0.0.0 goes from test to prod")
    tab_to(page, "[role=log]")
    expect(page.get_by_role("log")).to_contain_text("prod serves v4.0.0.0")
    page.keyboard.type("gp")
    expect(page).to_have_url(f"{world.url}/environments/prod")
    ask(page, "#upgrade-prod", "v1.0.0.0")
    _do(page, "prod goes to v1.0.0.0")
    Caller(world.url, OPERATOR).done("scale", environment="test", replicas=3)


def _do(page: Page, question: str = "") -> None:
    """Reads the plan, acts, and says yes where that is asked; all by keys. Waits for the operation's end."""
    before = page.url
    expect(page.get_by_text("What will happen")).to_be_visible()
    tab_to(page, "#dialog button.main")
    page.keyboard.press("Enter")
    if question:
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(question)
        expect(page.get_by_role("button", name="Yes, do it")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page).not_to_have_url(before)
    over(page)


def test_replicas_and_the_demo_value_are_changed(visit, portal):
    page = visit(portal(OPERATOR), "/")
    page.locator("#scale-test").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Replicas").fill("5")
    take(page, dialog.get_by_role("button", name="Scale"))
    over(page)
    expect(page.get_by_role("list", name="Replicas of test").get_by_role("listitem")).to_have_count(5)
    page.locator("#scale-test").click()
    dialog.get_by_label("Replicas").fill("3")
    take(page, dialog.get_by_role("button", name="Scale"))
    over(page)
    page.locator("#demo-value-test").click()
    dialog.get_by_label(re.compile("value", re.IGNORECASE)).fill("blue")
    take(page, dialog.get_by_role("button").filter(has_text=re.compile("value", re.IGNORECASE)).first)
    over(page)
    expect(page.get_by_role("region", name="Environment test")).to_contain_text("blue")
    look = look_at(page)
    assert look.findings == []
    assert look.width <= NARROW["width"]


def test_a_log_goes_on_after_a_restart_in_its_middle(visit, portal, world):
    world.push("Release v5.0.0.0", "refs/tags/v5.0.0.0")
    page = visit(portal(OPERATOR), "/", noise=("ERR_", "Failed to load resource"))
    page.get_by_role("link", name="Build", exact=True).click()
    page.get_by_role("dialog").get_by_label("Branch or tag").select_option(label="tag v5.0.0.0")
    page.get_by_role("dialog").get_by_role("button", name="Build").click()
    log = page.get_by_role("log")
    expect(log).to_contain_text("Compile")
    world.stop_portal()
    expect(page.get_by_text("Connection lost, trying again")).to_be_visible()
    world.start_portal()
    over(page)
    expect(log).to_contain_text("Finished: SUCCESS")
    shown = log.inner_text()
    page.reload()
    assert page.get_by_role("log").inner_text() == shown
    assert shown.count("(Compile)") == 1


def test_forms_work_where_scripts_do_not(visit, portal):
    page = visit(portal(OPERATOR), "/", java_script_enabled=False)
    page.locator("#upgrade-test").click()
    page.get_by_label("Version").select_option("v2.0.0.0")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_text("What will happen")).to_be_visible()
    expect(page.get_by_role("group", name="Request to kubernetes")).to_contain_text("curl ")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("button", name="Upgrade").click()
    again = page.get_by_role("link", name="Load it again")
    replicas = page.get_by_role("list", name="Replicas of test").get_by_text("v2.0.0.0", exact=True)
    deadline = time.monotonic() + 20
    # Without a script a page shows what was when it was loaded.
    while "Succeeded" not in page.get_by_role("region", name="State").inner_text() or replicas.count() < 3:
        assert time.monotonic() < deadline
        with page.expect_navigation():
            again.click()
    serves(page, "test", "v2.0.0.0")


def test_pods_tell_their_logs_and_events(visit, portal):
    page = visit(portal(VIEWER), "/environments/test")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("group", name=re.compile("^Log of uuid-deploy"))).to_contain_text("Listening on 30001")
    expect(page.get_by_role("region", name="Events")).to_contain_text("Successfully assigned")


def test_a_form_from_elsewhere_changes_nothing(visit, portal, world):
    page = visit(portal(OPERATOR), "/")
    answer = page.request.post(f"{world.url}/act/scale", form={"environment": "test", "replicas": "0"})
    assert answer.status == 403
    answer = page.request.post(f"{world.url}/sign-out", form={"csrf": "guessed"})
    assert answer.status == 403
    page.reload()
    expect(page.get_by_role("banner")).to_contain_text(OPERATOR)
