"""What a hook sends: its custom template filled in, and its signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import Any

from gitlab_light.webhooks.settings import SIGNING_PREFIX

_FIELD = re.compile(r"\{\{(.{1,200}?)\}\}")


class BadTemplate(Exception):
    """A template filled in is no JSON; the message is GitLab's."""


def render(template: str | None, payload: str) -> str:
    """The body to send: the payload, or the template with the payload's {{fields}} in it.

    A dot leads into an object, and nothing leads into a list (GitLab's custom webhook templates).

    Raises:
        BadTemplate: what comes out is no JSON.
    """
    if not template:
        return payload
    fields = json.loads(payload)
    rendered = _FIELD.sub(lambda match: _inner_json(_dig(fields, match[1].strip())), template)
    try:
        json.loads(rendered)
    except ValueError as error:
        raise BadTemplate(f"Error while parsing rendered custom webhook template: {error}") from error
    return rendered


def signature_headers(token: str | None, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that prove where a delivery comes from, as Standard Webhooks has them; none without a token."""
    if not token:
        return {}
    secret = base64.b64decode(token.removeprefix(SIGNING_PREFIX))
    digest = hmac.digest(secret, f"{key}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _dig(fields: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(fields, dict):
            return None
        fields = fields.get(name)
    return fields


def _inner_json(value: Any) -> str:
    """A value as it stands in JSON; a text without its quotation marks, which the template has."""
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False)
    return text[1:-1] if isinstance(value, str) else text
