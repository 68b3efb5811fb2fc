"""A hook's settings, checked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from gitlab_light.errors import Refusal, bad_request
from gitlab_light.model.hooks import EVENTS
from gitlab_light.model.wildcards import check_wildcard
from gitlab_light.params import Params

_FORBIDDEN_HEADERS = ("host", "content-length", "content-type", "transfer-encoding", "connection")


def new_hook(params: Params) -> dict[str, Any]:
    """The columns of a new hook; it is told of pushes unless `push_events` says no.

    Raises:
        Refusal: a setting cannot be used, worded as GitLab does.
    """
    events = {event: params.boolean(event, default=event == "push_events") for event in EVENTS}
    return {"url": hook_url(params.text("url")), "events": events, **hook_columns(params)}


def hook_columns(params: Params) -> dict[str, Any]:
    """The columns that are given, address and events apart.

    Raises:
        Refusal: 400.
    """
    columns: dict[str, Any] = {}
    for name in ("name", "description"):
        if name in params:
            columns[name] = params.optional_text(name)
    if "token" in params:
        token = params.optional_text("token") or ""
        if not token.isascii() or not token.isprintable() or len(token) > 4096:
            raise bad_request({"token": ["is invalid"]})
        columns["token"] = token
    if "enable_ssl_verification" in params:
        columns["enable_ssl_verification"] = params.boolean("enable_ssl_verification")
    if "push_events_branch_filter" in params:
        pattern = params.optional_text("push_events_branch_filter") or ""
        check_wildcard("push_events_branch_filter", pattern)
        columns["push_events_branch_filter"] = pattern
    if "branch_filter_strategy" in params:
        columns["branch_filter_strategy"] = params.choice(
            "branch_filter_strategy", ("wildcard", "all_branches"), default="wildcard"
        )
    if "custom_headers" in params:
        columns["custom_headers"] = hook_headers(
            {header.text("key"): header.text("value") for header in params.objects("custom_headers")}
        )
    return columns


def hook_headers(headers: dict[str, str]) -> dict[str, str]:
    """Headers that a hook may send.

    Raises:
        Refusal: 400.
    """
    for key, value in headers.items():
        plain = key.replace("-", "").replace("_", "").isalnum() and key.isascii()
        readable = value.isascii() and value.isprintable() and len(value) <= 2048
        if not plain or not readable or key.lower() in _FORBIDDEN_HEADERS or len(headers) > 20:
            raise bad_request({"custom_headers": ["is invalid"]})
    return headers


def hook_url(url: str) -> str:
    """An address that can be posted to; ones in the local network are what this server is for.

    Raises:
        Refusal: 422.
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good or len(url) > 2048 or not url.isascii() or not url.isprintable() or " " in url:
        raise Refusal(422, {"error": "Invalid url given"})
    return url
