"""A page looked at once for what keeps people from using it: axe-core in both schemes, and the narrowest screen."""

from __future__ import annotations

from dataclasses import dataclass

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

# 320 pixels are what a page of 1280 has left at 400 % (WCAG 2.2, 1.4.10), and more than any phone in use has less.
NARROW = {"width": 320, "height": 740}
# Style sheets are not fetched once more: no rule that is on by default reads them.
_AXE = "axe.run(document, {resultTypes: ['violations'], preload: false, iframes: false, elementRef: false})"
_CONTRAST = "axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations'], preload: false})"
_GRAVE = ("serious", "critical")


@dataclass(frozen=True)
class Look:
    """What was found.

    Attributes:
        findings: axe-core's serious and critical ones, light and dark.
        width: the pixels that the page takes where there are 320.
    """

    findings: list[str]
    width: int


def look_at(page: Page) -> Look:
    """Looks at the page that is shown, and leaves it as it was."""
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1).first).to_be_attached()
    # Evaluated rather than added as an element, which the pages' policy rightly forbids.
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_AXE)["violations"]
    page.emulate_media(color_scheme="dark")
    found += page.evaluate(_CONTRAST)["violations"]
    page.emulate_media(color_scheme="null")
    usual = page.viewport_size
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a dict of two numbers
    width = int(page.evaluate("document.documentElement.scrollWidth"))
    if usual:
        page.set_viewport_size(usual)
    findings = [
        f"{each['id']}: {each['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for each in found
        if each["impact"] in _GRAVE
        for node in each["nodes"]
    ]
    return Look(findings, width)
