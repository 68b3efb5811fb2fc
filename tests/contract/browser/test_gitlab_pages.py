"""The light GitLab's pages, as people use them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.contract.browser.conftest import Scene
from tests.contract.browser.survey import NARROW

_PAGES = [
    "", "/-/tree/master/src", "/-/blob/master/README.md", "/-/blob/master/src/Main.java",
    "/-/blame/feature/greeting/src/Main.java", "/-/commits/feature/greeting", "/-/commit/feature%2Fgreeting",
    "/-/branches", "/-/tags", "/-/compare", "/-/compare/master...feature/greeting", "/-/settings/integrations",
    "/-/hooks", "/-/merge_requests", "/-/merge_requests/new", "/-/merge_requests/1",
]  # fmt: skip
_OWN_PAGES = ["/", "/root", "/-/user_settings/personal_access_tokens", "/-/user_settings/ssh_keys"]


@pytest.fixture(scope="module")
def looks(survey, gitlab_scene):
    """Every page, looked at once."""
    found = survey(gitlab_scene, [*_OWN_PAGES, *(gitlab_scene.base + path for path in _PAGES)])
    return found | survey(Scene(gitlab_scene.url, []), ["/users/sign_in"])


def test_every_page_can_be_used_by_everybody(looks):
    assert {path: look.findings for path, look in looks.items() if look.findings} == {}


def test_a_narrow_screen_needs_no_sideways_scrolling(looks):
    assert {path: look.width for path, look in looks.items() if look.width > NARROW["width"]} == {}


def test_from_the_projects_to_a_file_with_its_syntax_marked(visit, gitlab_scene):
    page = visit(gitlab_scene, "/")
    page.get_by_role("link", name="root/uuid-service").click()
    expect(page.get_by_role("heading", name="uuid-service", level=1).first).to_be_visible()
    row = page.get_by_role("row").filter(has_text="README.md")
    expect(row).to_contain_text("Begin the service")
    page.get_by_role("link", name="src (folder)").click()
    page.get_by_role("link", name="Main.java").click()
    keyword = page.get_by_text("public", exact=True).first
    assert keyword.evaluate("e => getComputedStyle(e).color") != page.locator("body").evaluate(
        "e => getComputedStyle(e).color"
    )
    page.goto(page.url + "#L6")
    line = page.locator("#L6")
    expect(line).to_contain_text('System.out.println("hello " + 42);')
    assert line.evaluate("e => getComputedStyle(e).backgroundColor") != "rgba(0, 0, 0, 0)"


def test_a_readme_is_shown_as_meant_and_runs_nothing(visit, gitlab_scene):
    page = visit(gitlab_scene, gitlab_scene.base)
    readme = page.get_by_role("region", name="README.md")
    expect(readme.get_by_role("cell", name="/status")).to_be_visible()
    expect(readme).to_contain_text("<script>alert(1)</script>")
    readme.get_by_role("link", name="the source").click()
    expect(page).to_have_url(gitlab_scene.base + "/-/blob/master/src/Main.java")


def test_another_branch_is_chosen_on_the_page(visit, gitlab_scene):
    page = visit(gitlab_scene, gitlab_scene.base + "/-/tree/master/src")
    expect(page.get_by_role("link", name="Greeting.java")).to_have_count(0)
    page.get_by_label("Branch or tag").select_option("feature/greeting")
    expect(page).to_have_url(gitlab_scene.base + "/-/tree/feature/greeting/src")
    expect(page.get_by_role("link", name="Greeting.java", exact=True)).to_be_visible()


def test_a_commit_shows_its_changes_builds_and_comments(visit, gitlab_scene):
    page = visit(gitlab_scene, gitlab_scene.base + "/-/commits/feature/greeting")
    expect(page.get_by_role("row").filter(has_text="Greet")).to_contain_text("passed")
    page.get_by_role("link", name="Greet", exact=True).click()
    expect(page.get_by_text("More politely than before.")).to_be_visible()
    expect(page.get_by_role("link", name="uuid.image")).to_have_attribute("href", "http://jenkins/job/uuid.image/1/")
    diff = page.get_by_role("region", name="Diff of src/Main.java")
    expect(diff.locator("tr.add").last).to_contain_text(re.compile(r'6.*System\.out\.println\("good day " \+ 42\);'))
    expect(diff.locator("tr.del").last).to_contain_text('System.out.println("hello " + 42);')
    expect(page.get_by_text("2 changed files with 3 additions and 2 deletions")).to_be_visible()
    expect(page.locator("article strong").last).to_have_text("well")


def test_two_branches_are_compared(visit, gitlab_scene):
    page = visit(gitlab_scene, gitlab_scene.base + "/-/compare")
    page.get_by_label("Source").fill("feature/greeting")
    page.keyboard.press("Enter")
    expect(page).to_have_url(gitlab_scene.base + "/-/compare/master...feature/greeting")
    expect(page.get_by_role("link", name="Greet", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Diff of src/Greeting.java")).to_contain_text("class Greeting {}")


def test_a_merge_request_is_talked_about_approved_and_merged(visit, gitlab_scene):
    page = visit(gitlab_scene, gitlab_scene.base)
    page.keyboard.type("gm")
    page.get_by_role("link", name="Greet politely").click()
    expect(page).to_have_url(gitlab_scene.base + "/-/merge_requests/1")
    expect(page.locator("strong", has_text="manners")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="uuid.image")).to_contain_text("passed")
    page.get_by_text("Reply", exact=True).first.click()
    page.get_by_label("Reply").fill("It is too short.")
    page.get_by_role("button", name="Add reply").click()
    thread = page.get_by_role("article", name="Discussion 1")
    expect(thread).to_contain_text("It is too short.")
    page.get_by_label("Comment").fill("Well *done*")
    page.get_by_role("button", name="Comment").click()
    expect(page.get_by_role("article", name="Discussion 2").locator("em")).to_have_text("done")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved by Administrator.")).to_be_visible()
    page.get_by_role("button", name="Close merge request").click()
    expect(page.get_by_text("The changes were not merged.")).to_be_visible()
    page.get_by_role("button", name="Reopen merge request").click()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("region", name="Merging")).to_contain_text("Merged by Administrator")
    page.goto(gitlab_scene.base + "/-/blob/master/src/Greeting.java")
    expect(page.get_by_text("Greeting", exact=True).first).to_be_visible()


def test_a_merge_request_is_made_and_a_conflict_is_told(visit, gitlab_scene):
    project = gitlab_scene.client.projects.get(gitlab_scene.base.removeprefix(gitlab_scene.url + "/"))
    for branch, start, text in (("left", "master", "left"), ("right", "master", "right"), ("left-2", "left", "more")):
        action = {"action": "update", "file_path": "deploy/uuid.yaml", "content": f"kind: {text}\n"}
        project.commits.create(
            {"branch": branch, "start_branch": start, "commit_message": f"Go {text}", "actions": [action]}
        )
    page = visit(gitlab_scene, gitlab_scene.base + "/-/merge_requests")
    page.get_by_role("link", name="New merge request").click()
    page.get_by_label("Source branch", exact=True).select_option("left-2")
    page.get_by_label("Target branch").select_option("right")
    page.get_by_label("Title").fill("Left over right")
    page.get_by_role("button", name="Create merge request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Left over right")
    expect(page.get_by_role("region", name="Merging")).to_contain_text("Merge blocked: There are merge conflicts")
    expect(page.get_by_role("region", name="Diff of deploy/uuid.yaml")).to_contain_text("kind: more")


def test_blame_names_the_commit_of_each_line(visit, gitlab_scene):
    page = visit(gitlab_scene, gitlab_scene.base + "/-/blob/feature/greeting/src/Main.java")
    page.keyboard.press("b")
    expect(page).to_have_url(gitlab_scene.base + "/-/blame/feature/greeting/src/Main.java")
    expect(page.locator("#L6")).to_contain_text("Greet")
    expect(page.locator("#L1")).to_contain_text("Begin the service")


def test_a_webhook_is_made_tested_and_its_delivery_resent(visit, gitlab_scene):
    page = visit(gitlab_scene, gitlab_scene.base + "/-/settings/integrations")
    page.get_by_role("main").get_by_role("link", name="Webhooks").click()
    page.get_by_label("URL").fill(gitlab_scene.receiver.url)
    page.get_by_label("Secret token").fill("s3cret")
    page.get_by_role("button", name="Add webhook").click()
    page.get_by_role("button", name="Test push", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivery")
    expect(page.get_by_role("row").filter(has_text="X-Gitlab-Event").first).to_contain_text("Push Hook")
    expect(page.get_by_role("region", name="Request body")).to_contain_text('"object_kind": "push"')
    expect(page.get_by_text("s3cret")).to_have_count(0)
    delivery = page.url
    page.get_by_role("button", name="Resend Request").click()
    expect(page).not_to_have_url(delivery)  # each attempt has a page of its own
    page.get_by_role("link", name="All deliveries").click()
    expect(page.get_by_role("row").filter(has_text="Push Hook")).to_have_count(2)
    assert len(gitlab_scene.receiver.wait_for(2)) == 2


def test_a_key_is_added_and_removed(visit, gitlab_scene):
    page = visit(gitlab_scene, "/-/user_settings/ssh_keys")
    page.get_by_label("Public key").fill("ssh-rsa nonsense me@laptop")
    page.get_by_role("button", name="Add key").click()
    expect(page.get_by_role("alert")).to_contain_text("key is invalid")
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC" + "A" * 41 + "B me@laptop"
    page.get_by_label("Public key").fill(key)
    page.get_by_role("button", name="Add key").click()
    expect(page.get_by_role("row").filter(has_text="me@laptop")).to_contain_text("SHA256:")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove me@laptop").click()
    expect(page.get_by_text("None yet.")).to_be_visible()


def test_the_keyboard_is_enough(visit, gitlab_scene):
    page = visit(gitlab_scene, gitlab_scene.base)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.type("gc")
    expect(page).to_have_url(gitlab_scene.base + "/-/commits/master")
    page.keyboard.press("/")
    page.keyboard.type("uuid")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="root/uuid-service")).to_be_visible()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Search projects")
    expect(dialog.get_by_role("checkbox")).to_be_checked()


def test_pages_work_without_a_script(visit, gitlab_scene):
    page = visit(gitlab_scene, gitlab_scene.base, java_script_enabled=False)
    page.get_by_label("Branch or tag").select_option("feature/greeting")
    page.get_by_role("button", name="Go").click()
    expect(page).to_have_url(gitlab_scene.base + "/-/tree/feature/greeting")
