"""What the portal asks before it acts: its dialogs, its questions, refusals, approvals."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.contract.browser.operations import over, serves, take
from tests.contract.browser.portal_world.world import OPERATOR, SECOND
from tests.contract.browser.survey import NARROW, look_at
from tests.contract.portal.conftest import Caller


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
    over(page)
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


def test_a_plan_that_comes_late_does_not_take_the_place_of_a_later_one(visit, portal):
    page = visit(portal(OPERATOR), "/")
    page.locator("#scale-test").click()
    dialog, late = page.get_by_role("dialog"), []
    page.route("**/act/scale", lambda asked: asked.continue_() if late else late.append(asked))
    field = dialog.get_by_label("Replicas")
    with page.expect_request("**/act/scale"):
        field.fill("4")
    field.fill("5")
    expect(dialog.locator("#plan")).to_contain_text("to 5 replicas")
    with page.expect_event("requestfinished"):
        late[0].continue_()
    page.evaluate("new Promise((over) => { setTimeout(over, 100); })")  # it would be there by now
    expect(dialog.locator("#plan")).to_contain_text("to 5 replicas")
    page.unroute("**/act/scale")


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
    take(page, dialog.get_by_role("button", name="Yes, do it"))
    over(page)
    serves(page, "prod", "v2.0.0.0")


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
    guards = page.get_by_role("group", name=re.compile("^Guard"))
    expect(guards).to_have_count(2)
    guard = guards.last
    guard.get_by_label("Name").fill("prod-needs-two")
    page.get_by_role("button", name="Save").click()
    page.goto(f"{portal(OPERATOR).url}/")
    page.locator("#scale-prod").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Replicas").fill("2")
    expect(dialog).to_contain_text("prod-needs-two")
    dialog.get_by_role("button", name="Scale").click()
    take(page, dialog.get_by_role("button", name="Yes, do it"))
    over(page, "Waits for approval")
    other = visit(portal(SECOND), "/")
    waiting = other.get_by_role("region", name="Approvals")
    expect(waiting).to_contain_text("prod-needs-two")
    assert look_at(other).findings == []
    waiting.get_by_role("link", name="Approve").click()
    assert look_at(other).findings == []
    other.get_by_label("Reason").fill("it is a quiet hour")
    page.locator("[id^=approve-]").focus()
    other.get_by_role("dialog").get_by_role("button", name="Approve").click()
    over(other)
    over(page)
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
