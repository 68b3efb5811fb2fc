"""An operation of the portal, as its pages show it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def over(page: Page, words: str = "Succeeded") -> None:
    """Waits until the operation whose page is shown has come to an end."""
    expect(page.get_by_role("region", name="State")).to_contain_text(words)


def take(page: Page, button: Locator) -> None:
    """Presses the button that begins an operation; its page comes, maybe in the place of another operation's."""
    before = page.url
    button.click()
    expect(page).not_to_have_url(before)


def serves(page: Page, environment: str, version: str) -> None:
    """Waits until the picture shows a version in all three replicas of an environment."""
    expect(page.locator(f"#part-{environment}")).to_contain_text(version)
    replicas = page.get_by_role("list", name=f"Replicas of {environment}")
    expect(replicas.get_by_text(version, exact=True)).to_have_count(3)
