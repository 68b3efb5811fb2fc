"""A request's parameters, from query, form and JSON alike, checked as GitLab checks them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

from gitlab_light.errors import Refusal, bad_parameter
from gitlab_light.model.database import MAX_ID

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_MOST_DEPTH = 50
_TRUE = ("true", "1", "t", "on", "yes")
_FALSE = ("false", "0", "f", "off", "no", "")


@dataclass(frozen=True)
class File:
    """A file that came in a multipart form."""

    filename: str
    content: bytes


class Params:
    """Named values; each getter refuses what is missing or malformed with GitLab's 400."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def raw(self, name: str) -> Any:
        """The value as it came; None where there is none."""
        return self._values.get(name)

    def text(self, name: str) -> str:
        """A text that must be given and not be empty."""
        value = self.optional_text(name)
        if value is None:
            raise bad_parameter(f"{name} is missing")
        if value == "":
            raise bad_parameter(f"{name} is empty")
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, if given."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, (str, int, float)):
            return str(value)
        raise bad_parameter(f"{name} is invalid")

    def require(self, *names: str) -> None:
        """Refuses a call that lacks some of these, and tells of all that it lacks."""
        if missing := [name for name in names if self._values.get(name) is None]:
            raise bad_parameter(", ".join(f"{name} is missing" for name in missing))

    def integer(self, name: str) -> int:
        """A whole number that must be given."""
        value = self.optional_integer(name)
        if value is None:
            raise bad_parameter(f"{name} is missing")
        return value

    def optional_integer(self, name: str) -> int | None:
        """A whole number, if given."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_ID:
            raise bad_parameter(f"{name} is invalid")
        return value

    def boolean(self, name: str, *, default: bool = False) -> bool:
        """A yes or no."""
        value = self._values.get(name)
        if value is None:
            return default
        word = str(value).lower() if isinstance(value, (bool, int, str)) else None
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise bad_parameter(f"{name} is invalid")

    def choice(self, name: str, allowed: Collection[str], *, default: str) -> str:
        """One of some words."""
        value = self.optional_text(name)
        if value is None:
            return default
        if value not in allowed:
            raise bad_parameter(f"{name} does not have a valid value")
        return value

    def day(self, name: str) -> date | None:
        """A day (ISO 8601), if given."""
        value = self.optional_text(name)
        if not value:
            return None
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            raise bad_parameter(f"{name} is invalid") from None

    def moment(self, name: str) -> datetime | None:
        """An ISO 8601 time, in UTC; one without a zone is UTC's.

        Raises:
            Refusal: 400, it is no time.
        """
        given = self.optional_text(name)
        if not given:
            return None
        try:
            time = datetime.fromisoformat(given)
            return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            raise bad_parameter(f"{name} is invalid") from None

    def file(self, name: str) -> File:
        """A file that must be given."""
        value = self._values.get(name)
        if value is None:
            raise bad_parameter(f"{name} is missing")
        if not isinstance(value, File):
            raise bad_parameter(f"{name} is invalid")
        return value

    def texts(self, name: str) -> list[str] | None:
        """A list of texts, if given; a text with commas is one too."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, list) and all(isinstance(part, (str, int)) for part in value):
            return [str(part) for part in value]
        raise bad_parameter(f"{name} is invalid")

    def objects(self, name: str) -> list[Params]:
        """A list of objects that must be given."""
        value = self._values.get(name)
        if value is None:
            raise bad_parameter(f"{name} is missing")
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise bad_parameter(f"{name} is invalid")
        return [Params(part) for part in value]


def read_params(query: str, content_type: str, body: bytes, fields: Iterable[tuple[str, Any]]) -> Params:
    """Puts the parameters of a request together; the body's go before the query's.

    Args:
        query: the query string, still encoded.
        content_type: the body's type.
        body: the body, unless it is a multipart form.
        fields: the fields of a multipart form.

    Raises:
        Refusal: 400, the body is no JSON or no valid text; 415, it is of a kind that no operation takes.
    """
    values = nested(_pairs(query))
    # A body of which nothing is told is JSON, as the format of GitLab's API is.
    if content_type in ("application/json", "") and body.strip():
        try:
            parsed = json.loads(body)
        except (ValueError, RecursionError):
            raise Refusal(400, {"message": "400 Bad request - Request body is not valid JSON"}) from None
        # What is no object is passed over: GitLab's Go client sends `null` where it has nothing to say.
        values |= parsed if isinstance(parsed, dict) else {}
    elif content_type == "application/x-www-form-urlencoded":
        values |= nested(_pairs(body.decode("utf-8", "replace")))
    elif body and content_type != "text/plain":
        raise Refusal(415, {"error": f"The provided content-type '{content_type}' is not supported."})
    else:
        values |= nested(fields)
    _check_text(values)
    return Params(values)


def flat_params(encoded: str) -> Params:
    """The fields of a page's form or address, under their names as they stand.

    What is no text (a NUL) is left out of the values.
    """
    return Params({name: value.replace("\0", "") for name, value in _pairs(encoded)})


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=1000, encoding="utf-8", errors="replace")
    except ValueError:
        raise Refusal(400, {"error": "Too many parameters"}) from None


def nested(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Fields named as Rails names them: `a[]` is a list, `a[b]` an object, `a[][b]` a list of objects."""
    values: dict[str, Any] = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        if match is None:
            values[key] = value
            continue
        path = re.findall(r"\[([^\[\]]*)\]", match[2])
        if len(path) <= 3:
            _put(values, match[1], path, value)
    return values


def _put(target: dict[str, Any], name: str, path: list[str], value: Any) -> None:
    if not path:
        target[name] = value
    elif path[0] == "":
        existing = target.setdefault(name, [])
        if not isinstance(existing, list):
            raise bad_parameter(f"{name} is invalid")
        if len(path) == 1:
            existing.append(value)
        else:
            if not existing or not isinstance(existing[-1], dict) or path[1] in existing[-1]:
                existing.append({})
            _put(existing[-1], path[1], path[2:], value)
    else:
        inner = target.setdefault(name, {})
        if not isinstance(inner, dict):
            raise bad_parameter(f"{name} is invalid")
        _put(inner, path[0], path[1:], value)


def _check_text(value: Any, depth: int = 0) -> None:
    """Refuses what no text can be: NULs, halves of surrogate pairs, nesting without end."""
    if depth > _MOST_DEPTH:
        raise Refusal(400, {"error": "Too many levels of nesting"})
    if isinstance(value, str):
        if "\0" in value:
            raise Refusal(400, {"message": "400 Bad request"})
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Refusal(400, {"message": "400 Bad request"}) from None
    elif isinstance(value, dict):
        for key, part in value.items():
            _check_text(key, depth + 1)
            _check_text(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            _check_text(part, depth + 1)
