"""Takes the pictures of docs/portal.md from a portal among small parts.

python -m tests.contract.browser.portal_pictures docs/images
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.contract.browser.chromium import launch
from tests.contract.browser.portal_world.world import OPERATOR, PASSWORDS, World

_PROJECTOR = {"width": 1440, "height": 900}
_PHONE = {"width": 390, "height": 844}
_PATIENCE_MS = 60_000


def main(folder: Path) -> None:
    """Writes portal-*.png into a folder."""
    expect.set_options(timeout=_PATIENCE_MS)
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        world = World(Path(state))
        world.start()
        browser = launch(playwright)
        try:
            _take(world, browser, folder)
        finally:
            browser.close()
            world.stop()


def _take(world: World, browser: Browser, folder: Path) -> None:
    page = _open(world, browser, viewport=_PROJECTOR)
    cookies = page.context.cookies()
    world.deploy("test", "v2.0.0.0")
    replicas = page.get_by_role("list", name="Replicas of test")
    expect(replicas.get_by_text("v2.0.0.0", exact=True)).to_have_count(3)
    expect(page.get_by_role("heading", name="3 of 3 replicas serve").first).to_be_visible()
    world.push("Release v3.0.0.0", "refs/tags/v3.0.0.0")
    world.hold_builds()
    world.build("refs/tags/v3.0.0.0")
    expect(page.locator("#part-jenkins")).to_contain_text("Unit tests")
    expect(page.get_by_role("list", name="Commits at Jenkins")).to_contain_text("v3.0.0.0")
    page.wait_for_timeout(1500)  # until what travels has arrived
    page.screenshot(path=folder / "portal-overview.png")
    phone = _open(world, browser, cookies, viewport=_PHONE, color_scheme="dark")
    phone.wait_for_timeout(1500)
    phone.screenshot(path=folder / "portal-phone.png")
    page.locator("#deploy-prod").click()
    page.get_by_role("dialog").get_by_label("Version").select_option("v2.0.0.0")
    expect(page.get_by_role("dialog").get_by_text("What will happen")).to_be_visible()
    page.screenshot(path=folder / "portal-action.png")
    page.keyboard.press("Escape")
    world.part_down("registry")
    expect(page.locator("#part-registry")).to_contain_text("Down")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=folder / "portal-down.png")
    world.part_up("registry")
    world.release_builds()
    page.goto(f"{world.url}/rules")
    page.screenshot(path=folder / "portal-rules.png")


def _open(world: World, browser: Browser, cookies: Any = None, **options: Any) -> Page:
    """The overview, signed in."""
    context = browser.new_context(**options)
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    if cookies:
        context.add_cookies(cookies)
        page.goto(world.url)
        return page
    page.goto(f"{world.url}/sign-in")
    page.get_by_label("User").fill(OPERATOR)
    page.get_by_label("Password").fill(PASSWORDS[OPERATOR])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#part-test")).to_contain_text("v1.0.0.0")
    return page


if __name__ == "__main__":
    main(Path(sys.argv[1]))
