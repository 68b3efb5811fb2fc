"""The real browser of these tests: Debian's Chromium without a window, which costs two thirds of the one with."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

PROGRAM = "chromium-headless-shell"
# Chromium's sandbox needs rights that a container's root does not have; the pages are our own.
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-proxy-server"]


def launch(playwright: Playwright, *options: str) -> Browser:
    """Starts it; whoever does ends it."""
    program = shutil.which(PROGRAM)
    assert program, f"{PROGRAM} is not installed: ./inv test says how"
    return playwright.chromium.launch(executable_path=program, args=[*_OPTIONS, *options])
