"""Waits that name what they wait for, are bounded, and stop early when the cause is final."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import requests

from kubestage.errors import WaitTimeout

T = TypeVar("T")


def wait_for(
    what: str,
    probe: Callable[[], T | None],
    *,
    seconds: float,
    every: float = 0.25,
    fix: str = "./inv status",
    why: Callable[[], str] | None = None,
) -> T:
    """Calls `probe` until it returns something other than None or False, and returns that.

    A probe stops the wait early by raising: any exception goes through unchanged.

    Args:
        what: what is waited for, as in "the registry answers"; part of the error.
        probe: returns None or False while it is not so yet; any other value is an answer, even one that counts as false
            (as a requests.Response of status 401 does).
        seconds: the bound.
        every: seconds between two calls.
        fix: the command to name in the error.
        why: says at the end what was last seen.

    Raises:
        WaitTimeout: the bound was reached.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = probe()
        if value is not None and value is not False:
            return value
        if time.monotonic() >= deadline:
            raise WaitTimeout(f"Waited {seconds:g} s in vain until {what}", why=why() if why else "", fix=fix)
        time.sleep(every)


def wait_for_http(
    what: str, url: str, *, seconds: float, status: int = 200, alive: Callable[[], None] | None = None
) -> requests.Response:
    """Waits until GET `url` gives `status`.

    Args:
        what: the server's name, for the error.
        url: an address on this machine.
        seconds: the bound.
        status: the HTTP status that means ready.
        alive: raises when the server has died for good, which ends the wait at once.
    """
    seen = "no answer yet"

    def probe() -> requests.Response | None:
        nonlocal seen
        if alive:
            alive()
        try:
            response = requests.get(url, timeout=2, proxies={"http": "", "https": ""})
        except requests.RequestException as error:
            seen = f"{url}: {type(error).__name__}"
            return None
        seen = f"{url}: HTTP {response.status_code}"
        return response if response.status_code == status else None

    return wait_for(f"{what} answers", probe, seconds=seconds, why=lambda: seen)
