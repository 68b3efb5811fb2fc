"""Acting in the portal: by mouse, by keyboard alone, without a script; refusals, questions, approvals."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

from tests.contract.browser.keyboard import ask, tab_to
from tests.contract.browser.portal_world.world import OPERATOR, PASSWORDS, SECOND, VIEWER
from tests.contract.browser.survey import NARROW, look_at
from tests.contract.portal.conftest import Caller


def _over(page: Page, words: str = "Succeeded") -> None:
    """Waits until the operation whose page is shown has come to an end."""
    expect(page.get_by_role("region", name="State")).to_contain_text(words)


def _take(page: Page, button: Locator) -> None:
    """Presses the button that begins an operation; its page comes, maybe in the place of another operation's."""
    before = page.url
    button.click()
    expect(page).not_to_have_url(before)


def _serves(page: Page, environment: str, version: str) -> None:
    expect(page.locator(f"#part-{environment}")).to_contain_text(version)
    replicas = page.get_by_role("list", name=f"Replicas of {environment}")
    expect(replicas.get_by_text(version, exact=True)).to_have_count(3)


def test_build_deploy_upgrade_and_roll_back_by_mouse(visit, portal, world):
    world.push("Release v3.0.0.0", "refs/tags/v3.0.0.0")
    page = visit(portal(OPERATOR), "/")
    page.get_by_role("link", name="Build", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Branch or tag").select_option(label="tag v3.0.0.0")
    expect(dialog.get_by_role("group", name="Request to jenkins")).to_contain_text("refs/tags/v3.0.0.0")
    _take(page, dialog.get_by_role("button", name="Build"))
    expect(page.get_by_role("log")).to_contain_text("Unit tests")
    _over(page)
    page.get_by_role("link", name="Portal").first.click()
    page.locator("#deploy-version-v3-0-0-0").click()
    dialog.get_by_label("Environment").select_option("test")
    expect(dialog.get_by_text("What will happen")).to_be_visible()
    expect(dialog.get_by_text("uuid.runner").first).to_be_visible()
    _take(page, dialog.get_by_role("button", name="Deploy"))
    _over(page)
    _serves(page, "test", "v3.0.0.0")
    page.locator("#upgrade-test").click()
    dialog.get_by_label("Version").select_option("v2.0.0.0")
    expect(dialog.get_by_text("kubectl set image").first).to_be_visible()
    _take(page, dialog.get_by_role("button", name="Upgrade"))
    _over(page)
    _serves(page, "test", "v2.0.0.0")
    page.goto(f"{world.url}/environments/test")
    row = page.get_by_role("region", name="Revisions").get_by_role("row").filter(has_text="v3.0.0.0")
    row.get_by_role("link", name="Roll back to this").click()
    expect(dialog.get_by_label("Revision")).to_have_value(re.compile(r"\d+"))
    _take(page, dialog.get_by_role("button", name="Roll back"))
    _over(page)
    _serves(page, "test", "v3.0.0.0")
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
    _serves(page, "test", "v4.0.0.0")
    ask(page, "#upgrade-test", "v1.0.0.0")
    _do(page)
    _serves(page, "test", "v1.0.0.0")
    page.keyboard.type("gt")
    expect(page).to_have_url(f"{world.url}/environments/test")
    row = page.get_by_role("region", name="Revisions").get_by_role("row").filter(has_text="v4.0.0.0")
    link = row.get_by_role("link", name="Roll back to this").get_attribute("id")
    ask(page, f"#{link}", "v4.0.0.0")
    _do(page)
    _serves(page, "test", "v4.0.0.0")
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
    _over(page)


def test_a_dialog_is_left_with_escape_and_the_focus_is_where_it_was(visit, portal):
    page = visit(portal(OPERATOR), "/")
    opener = page.locator("#scale-test")
    opener.click()
    expect(page.get_by_role("dialog", name="Scale")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_label("Environment")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_dialog_needs_no_sideways_scrolling_on_a_phone(visit, portal):
    page = visit(portal(OPERATOR), "/versions")
    usual = page.viewport_size
    page.set_viewport_size(NARROW)
    page.locator("#promote").click()
    expect(page.get_by_text("What will happen")).to_be_visible()  # with a whole digest
    assert page.get_by_role("dialog").evaluate("e => e.scrollWidth <= e.clientWidth")
    page.set_viewport_size(usual)


def test_a_second_click_is_no_second_order(visit, portal, world):
    world.push("Release v6.0.0.0", "refs/tags/v6.0.0.0")
    page = visit(portal(OPERATOR), "/")
    page.get_by_role("link", name="Build", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Branch or tag").select_option(label="tag v6.0.0.0")
    dialog.get_by_role("button", name="Build").evaluate("e => { e.click(); e.click(); }")
    _over(page)
    done = Caller(world.url, OPERATOR).get("/operations")
    assert [one["title"] for one in done].count("build tags/v6.0.0.0") == 1


def test_who_acts_while_the_portal_is_away_keeps_the_page_and_what_was_typed(visit, portal):
    page = visit(portal(OPERATOR), "/", noise=("ERR_",))
    dialog = page.get_by_role("dialog")
    page.locator("#scale-test").click()
    dialog.get_by_label("Replicas").fill("4")
    expect(dialog.get_by_text("What will happen")).to_be_visible()
    page.route("**/act/**", lambda asked: asked.abort())
    dialog.get_by_role("button", name="Scale").click()
    expect(dialog.get_by_role("alert")).to_contain_text("does not answer just now")
    expect(dialog.get_by_label("Replicas")).to_have_value("4")
    page.keyboard.press("Escape")
    page.locator("#upgrade-test").click()
    expect(page.get_by_role("dialog", name="Upgrade")).to_contain_text("does not answer just now")
    page.keyboard.press("Escape")
    expect(page.locator("#upgrade-test")).to_be_focused()
    page.unroute("**/act/**")


def test_what_goes_to_prod_asks_once_and_says_what_will_happen(visit, portal):
    page = visit(portal(OPERATOR), "/")
    page.locator("#deploy-prod").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Version").select_option("v2.0.0.0")
    dialog.get_by_role("button", name="Deploy").click()
    expect(dialog.get_by_role("alert")).to_contain_text("prod")
    expect(dialog.get_by_role("button", name="Yes, do it")).to_be_focused()
    assert look_at(page).findings == []
    dialog.get_by_role("link", name="No").click()
    expect(dialog).to_be_hidden()
    page.locator("#deploy-prod").click()
    dialog.get_by_label("Version").select_option("v2.0.0.0")
    dialog.get_by_role("button", name="Deploy").click()
    _take(page, dialog.get_by_role("button", name="Yes, do it"))
    _over(page)
    _serves(page, "prod", "v2.0.0.0")


def test_replicas_and_the_demo_value_are_changed(visit, portal):
    page = visit(portal(OPERATOR), "/")
    page.locator("#scale-test").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Replicas").fill("5")
    _take(page, dialog.get_by_role("button", name="Scale"))
    _over(page)
    expect(page.get_by_role("list", name="Replicas of test").get_by_role("listitem")).to_have_count(5)
    page.locator("#scale-test").click()
    dialog.get_by_label("Replicas").fill("3")
    _take(page, dialog.get_by_role("button", name="Scale"))
    _over(page)
    page.locator("#demo-value-test").click()
    dialog.get_by_label(re.compile("value", re.IGNORECASE)).fill("blue")
    _take(page, dialog.get_by_role("button").filter(has_text=re.compile("value", re.IGNORECASE)).first)
    _over(page)
    expect(page.get_by_role("region", name="Environment test")).to_contain_text("blue")
    look = look_at(page)
    assert look.findings == []
    assert look.width <= NARROW["width"]


def test_a_refusal_stands_beside_its_field_and_nothing_was_done(visit, portal):
    page = visit(portal(OPERATOR), "/")
    page.locator("#scale-test").click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("Replicas")
    field.evaluate("e => { e.removeAttribute('max'); e.removeAttribute('min'); }")
    field.fill("4000")
    dialog.get_by_role("button", name="Scale").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("10"))
    expect(field).to_have_value("4000")
    page.keyboard.press("Escape")
    page.goto(f"{portal(OPERATOR).url}/act/upgrade?environment=test&version=v9.9.9.9")
    expect(page.get_by_label("Version")).to_have_accessible_description(re.compile("v9.9.9.9 is not in the registry"))
    expect(page.get_by_label("Version")).to_have_value("")  # and no other version is offered in its place
    page.goto(f"{portal(OPERATOR).url}/")
    page.get_by_role("link", name="Build", exact=True).click()
    dialog.get_by_label("Branch or tag").select_option(label="tag v1.0.0.0")
    expect(dialog.get_by_text("is in the registry already")).to_be_visible()
    expect(page.locator("#part-test")).to_contain_text("3 of 3 replicas")


def test_the_request_can_be_copied_as_it_is_shown(visit, portal):
    page = visit(portal(OPERATOR), "/", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#deploy-test").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Version").select_option("v2.0.0.0")
    shown = dialog.get_by_role("group", name="Request to jenkins")
    expect(shown).to_contain_text("v2.0.0.0")
    dialog.get_by_role("button", name="Copy the request to jenkins").click()
    expect(dialog.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == shown.inner_text()


def test_what_a_rule_guards_waits_for_another_operator(visit, portal):
    page = visit(portal(OPERATOR), "/rules")
    page.get_by_role("button", name="Add a guard").click()
    guard = page.get_by_role("group", name=re.compile("^Guard")).last
    guard.get_by_label("Name").fill("prod-needs-two")
    page.get_by_role("button", name="Save").click()
    page.goto(f"{portal(OPERATOR).url}/")
    page.locator("#scale-prod").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Replicas").fill("2")
    expect(dialog).to_contain_text("prod-needs-two")
    dialog.get_by_role("button", name="Scale").click()
    _take(page, dialog.get_by_role("button", name="Yes, do it"))
    _over(page, "Waits for approval")
    other = visit(portal(SECOND), "/")
    waiting = other.get_by_role("region", name="Approvals")
    expect(waiting).to_contain_text("prod-needs-two")
    assert look_at(other).findings == []
    waiting.get_by_role("link", name="Approve").click()
    assert look_at(other).findings == []
    other.get_by_label("Reason").fill("it is a quiet hour")
    page.locator("[id^=approve-]").focus()
    other.get_by_role("dialog").get_by_role("button", name="Approve").click()
    _over(other)
    _over(page)
    # What had the focus is gone: Tab goes on from there, not from the page's top.
    expect(page.get_by_role("region", name="Approvals")).to_be_focused()
    expect(page.get_by_role("list", name="Replicas of prod").get_by_role("listitem")).to_have_count(2)
    other.goto(f"{portal(SECOND).url}/audit?what=approve")
    expect(other.get_by_role("row").filter(has_text="it is a quiet hour")).to_contain_text(SECOND)
    page.goto(f"{portal(OPERATOR).url}/rules")
    page.get_by_role("group", name="Guard prod-needs-two").get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as revision")).to_be_visible()
    expect(page.get_by_role("group", name="Guard prod-needs-two")).to_have_count(0)


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
    _over(page)
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
    _serves(page, "test", "v2.0.0.0")


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
