"""Keeps secrets out of what leaves the machine: those that are known by value, and what looks like one."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

import yaml

MASK = b"[kept out]"

_SHORTEST = 8  # a value that is shorter than any generated secret would mask ordinary words
_SHORTEST_LINE = 20

# What looks like a secret, whoever made it; the groups stay.
_LOOKS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rb"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----)",
        rb"()eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}()",  # a JSON web token, such as a ServiceAccount's
        rb"()ZXlK[\w+/-]{40,}={0,2}()",  # the same in base64
        rb"(glpat-|glrt-|gldt-|glptt-)[\w-]{16,}()",
        rb"()Z2xwYXQt[\w+/-]{16,}={0,2}()",  # glpat- in base64
        rb"(sq[uap]_)[0-9a-f]{40}()",  # SonarQube's tokens
        rb"()\$2[aby]\$\d\d\$[./\w]{53}()",  # bcrypt
        rb"(?i)(authorization[\"']?\s*[:=]\s*[\"']?(?:basic|bearer)\s+)[^\s\"',]+()",
        rb"(?i)((?:x-gitlab-token|private-token|jenkins-crumb|set-cookie|cookie)[\"']?\s*[:=]\s*[\"']?)(?!\[)[^\s\"',]+()",
        rb"(://[^/\s:@\"']*:)[^/\s@\"']+(@)",
        rb"((?:client-key-data|token):\s*)[\w+/=.-]{16,}()",  # a kubeconfig
        rb"(\"auth\":\s*\")[^\"]+(\")",  # docker's config.json
    )
)
_ENVIRONMENT_NAMES = re.compile(r"(?i)passw|token|secret|credential|_key\b|auth")


class Redactor:
    """Replaces secrets by a mask, in whatever form they stand.

    Args:
        secrets: the values that must not come out; each is also looked for in base64 (at any place in a longer text),
            quoted for URLs, escaped as in JSON, and, of several lines, line by line.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in forms_of(secret)}
        # The longest first, so that no rest of a longer one stays behind. One after the other: an expression of some
        # hundred alternatives takes seventeen times as long.
        self._known = sorted(forms, key=lambda form: (-len(form), form))

    def clean(self, data: bytes) -> bytes:
        """The data without secrets."""
        for form in self._known:
            data = data.replace(form, MASK)
        for look in _LOOKS:
            data = look.sub(rb"\g<1>" + MASK + rb"\g<2>", data)
        return data


def forms_of(secret: str) -> set[bytes]:
    """The forms in which a secret may stand in a text."""
    texts = {secret, secret.strip()}
    texts |= {line.strip() for line in secret.splitlines() if len(line.strip()) >= _SHORTEST_LINE}
    forms: set[bytes] = set()
    for text in texts:
        raw = text.encode()
        forms |= {raw, quote(text, safe="").encode(), quote_plus(text).encode(), json.dumps(text)[1:-1].encode()}
        forms |= {raw.hex().encode()}
        for encoded in _base64_anywhere(raw):
            forms |= {encoded, encoded.replace(b"+", b"-").replace(b"/", b"_"), quote(encoded, safe="").encode()}
    return {form for form in forms if len(form) >= _SHORTEST}


def _base64_anywhere(raw: bytes) -> Iterable[bytes]:
    """What base64 makes of `raw` at each of three places in a longer text, less the letters shared with neighbours."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).rstrip(b"=")
        first = -(-before * 8 // 6)
        whole = (before + len(raw)) * 8 // 6
        yield encoded[first:whole]


def secrets_in_kubeconfig(text: str) -> list[str]:
    """The keys and tokens of a kubeconfig, as they stand and, of base64, what it stands for."""
    try:
        users = (yaml.safe_load(text) or {}).get("users") or []
    except (yaml.YAMLError, AttributeError):
        return []
    found: list[str] = []
    for user in users:
        given: dict[str, Any] = user.get("user") or {}
        found += [str(given[name]) for name in ("token", "password", "client-key-data") if given.get(name)]
        if given.get("client-key-data"):
            found.append(base64.b64decode(given["client-key-data"]).decode("utf-8", "replace"))
    return found


def without_secret_values(environment: Iterable[str]) -> list[str]:
    """Environment variables ("NAME=value"), those that by their name hold a secret without the value."""
    cleaned = []
    for entry in environment:
        name, _, value = entry.partition("=")
        secret = _ENVIRONMENT_NAMES.search(name) and not name.endswith("_FILE")
        cleaned.append(f"{name}={MASK.decode() if secret else value}")
    return cleaned
