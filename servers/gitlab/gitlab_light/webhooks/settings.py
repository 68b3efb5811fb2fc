"""A hook's settings, checked."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import urlsplit

from gitlab_light.errors import Refusal, bad_request
from gitlab_light.model.hooks import EVENTS, interpolated
from gitlab_light.model.wildcards import check_regex, check_wildcard
from gitlab_light.params import Params

SIGNING_PREFIX = "whsec_"
_STRATEGIES = ("wildcard", "regex", "all_branches")
_KEY_BYTES = 32
_LONGEST_TEMPLATE = 4096
_LONGEST_VALUE = 2048
_MOST_VARIABLES = 20
_VARIABLE = re.compile(r"[a-z0-9_]{1,64}")
_FORBIDDEN_HEADERS = ("host", "content-length", "content-type", "transfer-encoding", "connection")


def new_hook(params: Params) -> dict[str, Any]:
    """The columns of a new hook; it is told of pushes unless `push_events` says no.

    Raises:
        Refusal: a setting cannot be used, worded as GitLab does.
    """
    events = {event: params.boolean(event, default=event == "push_events") for event in EVENTS}
    columns = hook_columns(params)
    return {"url": hook_url(params.text("url"), columns.get("url_variables", {})), "events": events, **columns}


def hook_columns(params: Params, strategy: str = "wildcard") -> dict[str, Any]:
    """The columns that are given, address and events apart.

    Args:
        params: what is given.
        strategy: how branches have been filtered so far.

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
    strategy = params.choice("branch_filter_strategy", _STRATEGIES, default=strategy)
    if "push_events_branch_filter" in params:
        pattern = params.optional_text("push_events_branch_filter") or ""
        check = check_regex if strategy == "regex" else check_wildcard
        check("push_events_branch_filter", pattern)
        columns["push_events_branch_filter"] = pattern
    if "branch_filter_strategy" in params:
        columns["branch_filter_strategy"] = strategy
    if "signing_token" in params:
        columns["signing_token"] = _signing_token(params.optional_text("signing_token") or "")
    if "custom_webhook_template" in params:
        columns["custom_webhook_template"] = _template(params.optional_text("custom_webhook_template") or "")
    if "url_variables" in params:
        columns["url_variables"] = url_variables(
            {variable.text("key"): variable.text("value") for variable in params.objects("url_variables")}
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


def url_variables(variables: dict[str, str]) -> dict[str, str]:
    """Variables of an address.

    Raises:
        Refusal: 400.
    """
    for key, value in variables.items():
        readable = value.isascii() and value.isprintable() and 0 < len(value) <= _LONGEST_VALUE
        if not _VARIABLE.fullmatch(key) or not readable or len(variables) > _MOST_VARIABLES:
            raise bad_request({"url_variables": ["is invalid"]})
    return variables


def _signing_token(token: str) -> str | None:
    """A signing token: "whsec_" and 32 bytes in base64 (Standard Webhooks); none where it is empty."""
    if not token:
        return None
    try:
        key = base64.b64decode(token.removeprefix(SIGNING_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not token.startswith(SIGNING_PREFIX) or len(key) != _KEY_BYTES:
        raise bad_request({"signing_token": ["must be in the format whsec_<base64> encoding a 32-byte key"]})
    return token


def _template(template: str) -> str | None:
    if len(template) > _LONGEST_TEMPLATE:
        raise bad_request({"custom_webhook_template": [f"is too long (maximum is {_LONGEST_TEMPLATE} characters)"]})
    return template or None


def hook_url(template: str, variables: dict[str, str] | None = None) -> str:
    """An address that can be posted to, its {variables} filled in; ones in the local network are what this is for.

    Returns:
        The address as it was given, variables unfilled.

    Raises:
        Refusal: 422.
    """
    url = interpolated(template, variables or {})
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good or len(url) > 2048 or not url.isascii() or not url.isprintable() or " " in url:
        raise Refusal(422, {"error": "Invalid url given"})
    return template
