"""Whole numbers from outside: Python's ``int`` would take other scripts' digits, and fail over thousands of them."""

import re

_NUMBER = re.compile(r"[0-9]{1,15}")


def whole(text: str) -> int | None:
    """The number that a text is, or None when it is none or has more than 15 digits."""
    stripped = text.strip()
    return int(stripped) if _NUMBER.fullmatch(stripped) else None
