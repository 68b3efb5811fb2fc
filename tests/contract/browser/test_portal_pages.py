"""The portal's pages as people see them: the chain alive, parts that fail, restarts, small screens, rules."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.contract.browser.conftest import Scene
from tests.contract.browser.keyboard import tab_to
from tests.contract.browser.portal_world.world import OPERATOR, PASSWORDS, VIEWER
from tests.contract.browser.survey import NARROW, look_at

_PAGES = [
    "/", "/environments/test", "/environments/prod", "/versions", "/operations", "/rules", "/audit", "/health", "/api",
    "/audience", "/act/deploy?environment=test&version=v2.0.0.0", "/act/upgrade?environment=test&version=v9.9.9.9",
    "/nowhere",
]  # fmt: skip
_LOST = ("ERR_", "Failed to load resource")  # what a browser notes while a server is away


@pytest.fixture(scope="module")
def looks(survey, portal, world):
    """Every page, looked at once; what only shows at times is looked at where it does."""
    return survey(portal(OPERATOR), _PAGES) | survey(Scene(world.url, []), ["/sign-in"])


def test_every_page_can_be_used_by_everybody(looks):
    assert {path: look.findings for path, look in looks.items() if look.findings} == {}


def test_a_narrow_screen_needs_no_sideways_scrolling(looks):
    assert {path: look.width for path, look in looks.items() if look.width > NARROW["width"]} == {}


def test_it_is_dark_where_the_system_is(visit, portal):
    page = visit(portal(VIEWER), "/versions")
    ground = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    assert (light, page.evaluate(ground)) == ("rgb(255, 255, 255)", "rgb(18, 22, 29)")


def test_who_signs_in_comes_where_they_wanted_and_sees_who_they_are(visit, portal, world):
    page = visit(portal(OPERATOR), "/", noise=("401",))
    page.context.clear_cookies()
    page.goto(world.url + "/rules")
    page.get_by_label("User").fill(OPERATOR)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORDS[OPERATOR])
    page.keyboard.press("Enter")
    expect(page).to_have_url(world.url + "/rules")
    expect(page.get_by_role("banner")).to_contain_text(f"{OPERATOR} operator")
    page.get_by_role("button", name="Sign out").click()
    page.goto(world.url + "/rules")
    expect(page.get_by_role("heading", name="Sign in to the portal")).to_be_visible()


def test_who_may_only_look_is_told_why_nothing_can_be_done(visit, portal):
    page = visit(portal(VIEWER), "/")
    button = page.get_by_role("region", name="Environment test").get_by_role("button", name="Deploy")
    expect(button).to_be_disabled()
    expect(button).to_have_accessible_description(re.compile("viewer"))
    page.goto(portal(VIEWER).url + "/act/deploy?environment=test&version=v2.0.0.0")
    expect(page.get_by_role("group", name="Request to jenkins")).to_contain_text("curl ")
    expect(page.get_by_role("button", name="Deploy")).to_be_disabled()


def test_an_audience_looks_by_a_link_until_it_is_ended(visit, portal, browser):
    page = visit(portal(OPERATOR), "/audience")
    page.get_by_label("For whom").fill("the last row")
    page.get_by_role("button", name="Make a link").click()
    address = page.locator("#link").inner_text()
    with browser.new_context() as context:
        guest = context.new_page()
        guest.goto(address)
        expect(guest.get_by_role("banner")).to_contain_text("viewer")
        expect(guest.get_by_role("region", name="The delivery chain")).to_be_visible()
        page.get_by_role("row", name="the last row").get_by_role("button", name="End it").click()
        guest.reload()
        expect(guest.get_by_role("heading", name="Sign in to the portal")).to_be_visible()
        guest.goto(address)
        expect(guest.get_by_role("heading", name="The link no longer works")).to_be_visible()


def test_a_commit_travels_from_part_to_part_before_everybodys_eyes(visit, portal, world):
    pages = [visit(portal(user), "/") for user in (OPERATOR, VIEWER)]
    sha = world.push("Release v7.0.0.0", "refs/tags/v7.0.0.0")
    for page in pages:
        gitlab = page.get_by_role("list", name="Commits at GitLab")
        expect(gitlab).to_contain_text(sha[:8])
    world.hold_builds()
    world.build("refs/tags/v7.0.0.0")
    for page in pages:
        expect(page.locator("#part-jenkins")).to_contain_text("uuid.image #")
        expect(page.locator("#part-jenkins")).to_contain_text("Busy")
        expect(page.get_by_role("list", name="Commits at Jenkins")).to_contain_text(sha[:8])
    world.release_builds()
    for page in pages:
        expect(page.get_by_role("list", name="Commits at Registry")).to_contain_text("v7.0.0.0")
        expect(page.get_by_role("region", name="Versions")).to_contain_text("v7.0.0.0")
    for name, address in {
        "gitlab": "saas/uuid-service",
        "jenkins": "/",
        "registry": "/versions",
        "test": "/status",
    }.items():
        own = page.locator(f"#part-{name}").get_by_role("heading").get_by_role("link")
        expect(own).to_have_attribute("href", re.compile(f"^http.*{address}$"))


def test_a_sign_that_moves_stays_the_same_and_travels_unless_motion_is_unwanted(visit, portal, world):
    moving, still = visit(portal(VIEWER), "/", reduced_motion="no-preference"), visit(portal(VIEWER), "/")
    sha = world.push("Release v7.1.0.0", "refs/tags/v7.1.0.0")
    count = """() => { window.travels = 0; const own = Element.prototype.animate;
      Element.prototype.animate = function (...how) { window.travels += 1; return own.apply(this, how); }; }"""
    for page in (moving, still):
        token = page.locator(f"[id^=commit-{sha[:12]}]")
        expect(token).to_have_count(1)
        token.evaluate("e => { window.sign = e; }")
        page.evaluate(count)
    world.hold_builds()
    world.build("refs/tags/v7.1.0.0")
    for page in (moving, still):
        expect(page.get_by_role("list", name="Commits at Jenkins")).to_contain_text(sha[:8])
    world.release_builds()
    for page in (moving, still):
        expect(page.get_by_role("list", name="Commits at Registry")).to_contain_text("v7.1.0.0")
        assert page.evaluate("window.sign.closest('#part-registry') !== null")
    assert moving.evaluate("window.travels") >= 2
    assert still.evaluate("window.travels") == 0


def test_a_rollout_is_seen_replica_by_replica_in_every_browser(visit, portal, world):
    pages = [visit(portal(user), "/environments/test") for user in (OPERATOR, VIEWER)]
    world.hold_rollouts()
    world.deploy("test", "v2.0.0.0")
    # Steps of a rollout with Recreate: all end; then (gone, made anew) they run and are not ready yet.
    try:
        for steps, state, rollout in [(1, "Ending", "0 of 3 updated, 0 available"), (3, "Starting", "3 of 3 updated")]:
            world.step_rollouts(steps)
            for page in pages:
                replicas = page.get_by_role("list", name="Replicas of test")
                expect(replicas.get_by_text(state, exact=True)).to_have_count(3)
                expect(page.get_by_role("heading", name=rollout)).to_be_visible()
                chart = page.get_by_role("img", name="Availability of test")
                expect(chart).to_have_accessible_name(re.compile("[1-9][0-9]* failed"))
    finally:
        world.release_rollouts()
    for page in pages:
        replicas = page.get_by_role("list", name="Replicas of test")
        expect(replicas.get_by_text("v2.0.0.0", exact=True)).to_have_count(3)
        expect(replicas.get_by_text("Ready", exact=True)).to_have_count(3)
        expect(page.get_by_role("heading", name="3 of 3 replicas serve")).to_be_visible()
        chart = page.get_by_role("img", name="Availability of test")
        expect(chart).to_have_accessible_name(re.compile("answered by .*v2.0.0.0"))
        current = page.get_by_role("region", name="Revisions").get_by_role("row").filter(has_text="current")
        expect(current).to_contain_text("v2.0.0.0")
    world.deploy("test", "v1.0.0.0")
    for page in pages:  # revisions and events follow, too
        current = page.get_by_role("region", name="Revisions").get_by_role("row").filter(has_text="current")
        expect(current).to_contain_text("v1.0.0.0")
    expect(pages[0].get_by_role("list", name="Replicas of test").get_by_text("v1.0.0.0")).to_have_count(3)


@pytest.mark.parametrize(
    ("part", "boxes"),
    [
        ("gitlab", ["gitlab"]),
        ("jenkins", ["jenkins"]),
        ("sonarqube", ["sonarqube"]),
        ("registry", ["registry"]),
        ("cluster", ["test", "prod"]),
    ],
)
def test_a_part_that_is_down_says_so_with_its_fix_and_the_rest_stays_usable(visit, portal, world, part, boxes):
    page = visit(portal(OPERATOR), "/")
    world.part_down(part)
    try:
        for box in boxes:
            expect(page.locator(f"#part-{box}")).to_contain_text("Down")
            expect(page.locator(f"#part-{box}")).to_contain_text("./inv up")
        for name in {"gitlab", "jenkins", "sonarqube", "registry", "test", "prod"} - set(boxes):
            expect(page.locator(f"#part-{name}")).not_to_contain_text("Down")
        for path in ("/environments/test", "/versions", "/act/deploy?environment=test&version=v1.0.0.0", "/rules"):
            assert page.request.get(world.url + path).status == 200
        page.get_by_role("link", name="Health").click()
        expect(page.locator(f"#health-{boxes[0]}")).to_contain_text("./inv up")
        if part == "registry":
            assert look_at(page).findings == []
        if part == "cluster":
            page.goto(world.url)
            assert look_at(page).width <= NARROW["width"]
            page.get_by_role("link", name="Health").click()
    finally:
        world.part_up(part)
    for box in boxes:
        expect(page.locator(f"#health-{box}")).not_to_contain_text("Down")


def test_a_restart_in_the_middle_loses_nothing(visit, portal, world):
    page = visit(portal(OPERATOR), "/", noise=_LOST)
    expect(page.locator("#part-prod")).to_contain_text("v1.0.0.0")
    world.stop_portal()
    expect(page.get_by_text("Connection lost, trying again")).to_be_visible()
    expect(page.locator("#part-prod")).to_contain_text("v1.0.0.0")
    world.deploy("prod", "v2.0.0.0")
    world.start_portal()
    expect(page.get_by_text("Connection lost, trying again")).to_be_hidden()
    expect(page.locator("#part-prod")).to_contain_text("v2.0.0.0")
    expect(page.get_by_role("list", name="Replicas of prod").get_by_text("v2.0.0.0")).to_have_count(3)
    expect(page.get_by_role("banner")).to_contain_text(OPERATOR)
    world.deploy("prod", "v1.0.0.0")
    expect(page.get_by_role("list", name="Replicas of prod").get_by_text("v1.0.0.0")).to_have_count(3)


def test_a_page_that_nobody_sees_listens_to_nothing_until_it_is_seen_again(visit, portal, world):
    """Chromium opens six connections to a server: with seven pages open, nothing would work any more."""
    page = visit(portal(VIEWER), "/environments/prod")
    see = """hidden => { Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange")); }"""
    _until_viewers(world, 1)  # no other page any more, and this one has begun to listen
    page.evaluate(see, True)
    _until_viewers(world, 0)
    world.deploy("prod", "v2.0.0.0")
    page.evaluate(see, False)
    expect(page.get_by_role("list", name="Replicas of prod").get_by_text("v2.0.0.0")).to_have_count(3)
    assert world.viewers() == 1
    world.deploy("prod", "v1.0.0.0")
    expect(page.get_by_role("list", name="Replicas of prod").get_by_text("v1.0.0.0")).to_have_count(3)


def _until_viewers(world, count):
    deadline = time.monotonic() + 60
    while world.viewers() != count:
        assert time.monotonic() < deadline, world.viewers()
        time.sleep(0.05)


def test_rules_are_checked_at_their_fields_tried_and_saved(visit, portal):
    page = visit(portal(OPERATOR), "/rules")
    page.get_by_role("button", name="Add a guard").click()
    guards = page.get_by_role("group", name=re.compile("^Guard"))
    expect(guards).to_have_count(2)
    guard = guards.last
    guard.get_by_label("Name").fill("prod by day")
    guard.get_by_label("Only from").fill("9 o'clock")
    guard.get_by_label("until").fill("17:00")
    guard.get_by_role("checkbox", name="sun").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(guard.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(guard.get_by_label("Name")).to_be_focused()  # the first that is wrong, far down as it is
    expect(guard.get_by_label("Only from")).to_have_accessible_description(re.compile("09:00"))
    guard.get_by_label("Name").fill("prod-by-day")
    guard.get_by_label("Only from").fill("09:00")
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("region", name="Dry run")).to_be_visible()
    expect(guard.get_by_label("Name")).to_have_value("prod-by-day")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved as revision")).to_be_visible()
    guard = page.get_by_role("group", name="Guard prod-by-day")
    expect(guard.get_by_label("until")).to_have_value("17:00")
    expect(guard.get_by_role("checkbox", name="sun")).not_to_be_checked()
    guard.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("group", name="Guard prod-by-day")).to_have_count(0)


def test_the_audit_log_is_filtered(visit, portal):
    page = visit(portal(OPERATOR), "/audit")
    page.get_by_label("What", exact=True).fill("sign-in")
    page.get_by_role("button", name="Filter").click()
    rows = page.get_by_role("row").filter(has=page.get_by_role("cell"))
    expect(rows.first).to_contain_text("sign-in")
    page.get_by_label("Who").fill("nobody by that name")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("Nothing like that.")).to_be_visible()


def test_the_api_is_listed_as_its_document_describes_it(visit, portal):
    page = visit(portal(VIEWER), "/api")
    page.get_by_text("/api/v1/actions/{name}/plan").click()
    expect(page.get_by_text("Body: ActionRequest as application/json").first).to_be_visible()
    document = page.request.get(portal(VIEWER).url + "/api/v1/openapi.json").json()
    routes = sum(len([m for m in item if m in ("get", "post", "put", "delete")]) for item in document["paths"].values())
    expect(page.locator("details:has(.method)")).to_have_count(routes)


def test_keys_lead_from_page_to_page(visit, portal):
    page = visit(portal(VIEWER), "/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.type("gh")
    expect(page).to_have_url(re.compile("/health$"))


def test_who_wants_no_shortcuts_switches_them_off_for_good(visit, portal):
    page = visit(portal(VIEWER), "/health")
    opener, dialog = page.get_by_role("button", name="Keyboard shortcuts"), page.get_by_role("dialog")
    switch = dialog.get_by_role("checkbox", name="Shortcuts work on these pages")
    tab_to(page, "[data-shortcuts] button")
    page.keyboard.press("Enter")
    tab_to(page, "#shortcuts input")
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    page.keyboard.press("Escape")
    for _ in range(2):
        page.keyboard.type("?gr")
        expect(dialog).to_be_hidden()
        expect(page).to_have_url(re.compile("/health$"))
        expect(page.locator(".foot kbd")).to_be_hidden()
        page.reload()
    opener.click()
    switch.check()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.type("gr")
    expect(page).to_have_url(re.compile("/rules$"))


def test_times_go_on_without_the_server(visit, portal):
    page = visit(portal(VIEWER), "/health")
    first = page.locator("time[data-ago]").first
    for seconds, words in ((40, re.compile("^4[0-9] s ago$")), (3 * 3600, "3 h ago")):
        first.evaluate("(e, s) => { e.dateTime = new Date(Date.now() - s * 1000).toISOString(); }", seconds)
        expect(first).to_have_text(words)
