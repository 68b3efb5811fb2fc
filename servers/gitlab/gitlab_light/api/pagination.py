"""Lists in pages, by offset or by keyset, with GitLab's headers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from gitlab_light.api.call import Call
from gitlab_light.errors import bad_parameter

Item = TypeVar("Item")
_DEFAULT_SIZE, _MOST = 20, 100
_MOST_COUNTED = 10_000


def window(call: Call) -> tuple[int, int]:
    """The page and its size that the caller asks for.

    Raises:
        Refusal: 400, a number below one.
    """
    page, size = call.params.optional_integer("page"), call.params.optional_integer("per_page")
    if page is not None and page < 1:
        raise bad_parameter("page does not have a valid value")
    if size is not None and size < 1:
        raise bad_parameter("per_page does not have a valid value")
    return min(page or 1, 10**9), min(size or _DEFAULT_SIZE, _MOST)


def paginate(call: Call, items: Sequence[Item]) -> list[Item]:
    """The items of the page that is asked for; sets the headers."""
    page, size = window(call)
    set_headers(call, len(items))
    return list(items[(page - 1) * size : page * size])


def asks_keyset(call: Call) -> bool:
    """Whether the caller asks for pages by keyset."""
    return call.params.optional_text("pagination") == "keyset"


def keyset(call: Call, items: Sequence[Item], key: Callable[[Item], str]) -> list[Item]:
    """The items after the one whose key `page_token` is; the Link header leads on by the last one's key."""
    _, size = window(call)
    token = call.params.optional_text("page_token")
    start = 0
    if token:
        start = next((number + 1 for number, item in enumerate(items) if key(item) == token), len(items))
    page = list(items[start : start + size])
    if start + size < len(items):
        kept = [
            pair for pair in parse_qsl(call.query, keep_blank_values=True)
            if pair[0] not in ("page_token", "private_token")
        ]  # fmt: skip
        query = urlencode([*kept, ("page_token", key(page[-1]))])
        call.headers["Link"] = f'<{call.instance.links.api(call.path)}?{query}>; rel="next"'
    return page


def set_headers(call: Call, total: int) -> None:
    """Tells by headers where in how many items this page is (https://docs.gitlab.com/api/rest/#pagination).

    Of more than ten thousand items GitLab tells neither how many they are nor where the last page is.
    """
    page, size = window(call)
    pages = max(1, math.ceil(total / size))
    counted = total <= _MOST_COUNTED
    call.headers |= {"X-Total": str(total), "X-Total-Pages": str(pages)} if counted else {}
    call.headers |= {
        "X-Per-Page": str(size),
        "X-Page": str(page),
        "X-Next-Page": str(page + 1) if page < pages else "",
        "X-Prev-Page": str(page - 1) if 1 < page <= pages + 1 else "",
    }
    links = {"first": 1} | ({"last": pages} if counted else {})
    if page > 1:
        links = {"prev": page - 1} | links
    if page < pages:
        links = {"next": page + 1} | links
    call.headers["Link"] = ", ".join(f'<{_address(call, number, size)}>; rel="{rel}"' for rel, number in links.items())


def _address(call: Call, page: int, size: int) -> str:
    kept = [
        pair for pair in parse_qsl(call.query, keep_blank_values=True)
        if pair[0] not in ("page", "per_page", "private_token")
    ]  # fmt: skip
    query = urlencode([*kept, ("page", page), ("per_page", size)])
    return call.instance.links.api(call.path) + f"?{query}"
