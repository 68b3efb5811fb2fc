"""The light Jenkins' pages, as people use them."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.contract.browser.survey import NARROW

_PAGES = [
    "/", "/view/demo/", "/view/demo/job/uuid.image/", "/job/uuid.image/build?delay=0sec", "/job/uuid.image/changes",
    "/view/demo/job/uuid.image/configure", "/job/uuid.image/buildTimeTrend", "/job/uuid.image/1/",
    "/job/uuid.image/1/console", "/job/uuid.image/1/testReport/", "/job/uuid.image/1/flowGraphTable/",
    "/job/uuid.image/1/replay/", "/job/uuid.image/1/artifact/", "/job/uuid.image/1/parameters/", "/newJob", "/manage/",
    "/computer/", "/credentials/", "/pluginManager/", "/user/admin/", "/job/nothing/",
]  # fmt: skip


@pytest.fixture(scope="module")
def looks(survey, jenkins):
    """Every page, looked at once."""
    return survey(jenkins, ["/login", *_PAGES])


def test_every_page_can_be_used_by_everybody(looks):
    assert {path: look.findings for path, look in looks.items() if look.findings} == {}


def test_a_narrow_screen_needs_no_sideways_scrolling(looks):
    assert {path: look.width for path, look in looks.items() if look.width > NARROW["width"]} == {}


def test_a_person_signs_in_and_out(visit, jenkins):
    page = visit(jenkins, "/")
    page.context.clear_cookies()
    page.goto(jenkins.url + "/login?from=%2Fview%2Fdemo%2F")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("correct horse")
    page.keyboard.press("Enter")
    expect(page).to_have_url(jenkins.url + "/view/demo/")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(jenkins.url + "/login")


def test_the_dashboard_shows_jobs_by_view_with_their_last_builds(visit, jenkins):
    page = visit(jenkins, "/")
    page.get_by_role("navigation", name="Views").get_by_role("link", name="demo").click()
    row = page.get_by_role("row").filter(has_text="uuid.image")
    expect(row.get_by_role("img", name="Success")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="broken")).to_have_count(0)
    row.get_by_role("link", name="uuid.image", exact=True).click()
    expect(page).to_have_url(jenkins.url + "/view/demo/job/uuid.image/")
    expect(page.get_by_role("heading", name="Build Queue")).to_have_count(0)
    page.goto(jenkins.url)
    expect(page.get_by_role("heading", name="Build Executor Status")).to_be_visible()


def test_the_stage_view_sets_builds_against_stages(visit, jenkins):
    page = visit(jenkins, "/job/uuid.image/")
    matrix = page.get_by_role("region", name="Stage view")
    heads = [words.split("\n")[0] for words in matrix.get_by_role("columnheader").all_inner_texts()]
    assert heads[1:5] == ["Check out", "Compile and package", "Unit tests", "Deploy"]
    first = matrix.get_by_role("row").filter(has_text="#1")
    expect(first.get_by_role("img", name="Skipped")).to_have_count(1)
    first.get_by_role("link").nth(2).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compile and package")
    log = page.get_by_role("region", name="Log of stage")
    expect(log).to_contain_text("Building v1.0.0.0 for test, dry run true")
    expect(log).not_to_contain_text("Checked out")


def test_test_results_are_a_tree_with_messages_and_a_trend(visit, jenkins):
    page = visit(jenkins, "/job/uuid.image/")
    trend = page.get_by_role(
        "img", name=re.compile("Test results of the last builds: .* 0 failed, 1 skipped, 3 passed")
    )
    expect(trend).to_be_visible()
    page.goto(jenkins.url + "/job/uuid.image/1/testReport/")
    expect(page.get_by_text("4 tests: 1 failed, 1 skipped, 2 passed")).to_be_visible()
    expect(page.get_by_text("expected: <prod> but was: <test>")).to_be_visible()
    expect(page.get_by_text("at StatusTest.java:42")).to_be_visible()
    expect(page.get_by_role("cell", name="neverRepeats")).to_be_hidden()
    page.get_by_text("org.example.uuid.id", exact=True).click()
    expect(page.get_by_role("cell", name="neverRepeats")).to_be_visible()


def test_parameters_are_asked_for_and_the_build_appears_by_itself(visit, jenkins):
    page = visit(jenkins, "/job/uuid.image/")
    builds = page.get_by_role("table", name="Builds").get_by_role("row")
    before = builds.count()
    page.get_by_role("link", name="Build with Parameters").click()
    expect(page).to_have_url(jenkins.url + "/job/uuid.image/build?delay=0sec")
    page.get_by_label("VERSION").fill("v3.0.0.0")
    page.get_by_label("ENVIRONMENT").select_option("prod")
    page.get_by_label("DRY_RUN").uncheck()
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page).to_have_url(jenkins.url + "/job/uuid.image/")
    expect(builds).to_have_count(before + 1)
    newest = builds.nth(1)
    expect(newest).to_contain_text("Success")
    newest.get_by_role("link").first.click()
    facts = dict(zip(page.locator("dt").all_inner_texts(), page.locator("dd").all_inner_texts(), strict=True))
    assert facts == {"VERSION": "v3.0.0.0", "ENVIRONMENT": "prod", "DRY_RUN": "False", "SECRET": "••••"}
    page.get_by_role("link", name="notes/release.txt").click()
    expect(page.get_by_text("v3.0.0.0")).to_be_visible()


def test_the_console_grows_and_follows_until_somebody_scrolls_up(visit, jenkins):
    page = visit(jenkins, "/job/slow/", viewport={"width": 1000, "height": 300})
    page.get_by_role("button", name="Build Now").click()
    page.get_by_role("link", name="Console of").first.click()
    console = page.get_by_role("log", name="Console output")
    assert console.get_attribute("aria-live") == "polite"
    expect(console).to_contain_text("line 3 <b>not bold</b>")
    end = "scrollY + innerHeight >= document.documentElement.scrollHeight - 40"
    _until(page, end)
    page.keyboard.press("Home")
    _until(page, "scrollY === 0")  # the browser scrolls there smoothly
    expect(page.get_by_label("Follow the output")).not_to_be_checked()
    expect(console).to_contain_text("Finished: SUCCESS")
    assert page.evaluate("scrollY") == 0
    expect(page.get_by_role("status")).to_have_text("Finished: SUCCESS")


def _until(page, condition: str) -> None:
    """Waits for a condition; Playwright's own wait is a script that the page's policy forbids."""
    deadline = time.monotonic() + 20
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        time.sleep(0.05)


def _until_answered(page, url: str) -> None:
    """Waits for a build to leave the queue, without a page that says that there is none."""
    deadline = time.monotonic() + 20
    while page.request.get(url).status != 200:
        assert time.monotonic() < deadline, url
        time.sleep(0.05)


def test_a_question_is_answered_on_the_builds_page(visit, jenkins):
    page = visit(jenkins, "/")
    with page.expect_navigation():
        page.get_by_role("button", name="Build gated").click()
    _until_answered(page, jenkins.url + "/job/gated/lastBuild/")
    page.goto(jenkins.url + "/job/gated/lastBuild/")
    question = page.get_by_role("region", name="Paused for input")
    expect(question).to_contain_text("Deploy to prod?")
    question.get_by_label("REASON").fill("it is Friday")
    question.get_by_role("button", name="Deploy").click()
    # As in Jenkins, the answer leads to the console, which goes on to tell.
    expect(page).to_have_url(re.compile(r"/job/gated/\d+/console$"))
    expect(page.get_by_role("log")).to_contain_text("because of it is Friday")
    expect(page.get_by_role("log")).to_contain_text("Finished: SUCCESS")


def test_a_build_is_replayed_with_another_script(visit, jenkins):
    page = visit(jenkins, "/job/broken/1/replay/")
    page.get_by_label("Main script").fill("node { stage('Mended') { echo 'good luck' } }")
    page.get_by_role("button", name="Run").click()
    expect(page).to_have_url(jenkins.url + "/job/broken/")
    newest = page.get_by_role("table", name="Builds").get_by_role("row").nth(1)
    expect(newest).to_contain_text("Success")
    expect(newest).to_contain_text("Replayed #1")


def test_the_keyboard_is_enough(visit, jenkins):
    page = visit(jenkins, "/view/demo/job/uuid.image/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Configure")
    expect(dialog.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.type("je")
    expect(page).to_have_url(re.compile("/job/uuid.image/configure$"))
    expect(page.get_by_label("config.xml")).to_have_value(re.compile("<flow-definition"))


def test_a_missing_page_says_so(visit, jenkins):
    page = visit(jenkins, "/")
    answer = page.request.get(jenkins.url + "/job/nothing/")
    assert answer.status == 404
    assert "No such item: nothing" in answer.text()
