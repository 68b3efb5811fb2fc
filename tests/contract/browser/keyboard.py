"""The keyboard: how a page is used without a pointer."""

from __future__ import annotations

from playwright.sync_api import Page, expect

#: How many times the Tab key has to be pressed to come to what a selector names; what a modal dialog covers is skipped.
_WAY = """(selector) => {
  const within = document.querySelector("dialog[open]") || document;
  const all = [...within.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  const stops = all.filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility());
  const from = stops.indexOf(document.activeElement), to = stops.findIndex((e) => e.matches(selector));
  return to < 0 ? -1 : (to - from + stops.length) % stops.length;
}"""


def tab_to(page: Page, selector: str) -> None:
    """Moves the focus with the Tab key until it is there; from a dialog's end the browser's own bar is passed, too."""
    for _ in range(5):
        way = page.evaluate(_WAY, selector)
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        for _ in range(max(way, 1)):
            page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not come to {selector}")


def ask(page: Page, opener: str, choice: str = "", text: str = "") -> None:
    """Opens an action's dialog, chooses in its list what holds `choice`, writes a text; all by keys."""
    tab_to(page, opener)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    if choice:
        listed = dialog.get_by_role("combobox").filter(has_text=choice)
        tab_to(page, f"#{listed.get_attribute('id')}")
        for _ in range(20):
            if choice in listed.evaluate("e => e.selectedOptions[0].textContent"):
                break
            page.keyboard.press("ArrowDown")
    if text:
        tab_to(page, "#dialog input:not([type=hidden])")
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
