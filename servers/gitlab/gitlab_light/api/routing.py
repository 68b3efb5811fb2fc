"""Which function answers which method and path.

Paths are matched before they are decoded: GitLab's clients write a project's or file's path as one part of the
address, with its slashes as %2F.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from gitlab_light.api.call import Call

Handler = Callable[[Call], Any]
Declare = Callable[[Handler], Handler]
_PARAMETER = re.compile(r":([a-z_]+)")
_REST = re.compile(r"\*([a-z_]+)")


@dataclass(frozen=True)
class Route:
    """One operation of the API.

    Attributes:
        template: its path; `:name` is one part of it, `*name` all the parts that are left.
        anonymous: whether it may be called without signing in.
        scopes: token scopes besides `api` (and `read_api`, for reading) that suffice.
    """

    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler
    anonymous: bool
    scopes: tuple[str, ...]


class Routes:
    """The operations of one part of the API, filled by decorators."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def get(self, *templates: str, anonymous: bool = False, scopes: Iterable[str] = ()) -> Declare:
        """Declares what answers GET, and HEAD where nothing else does."""
        return self._declare("GET", templates, anonymous, scopes)

    def head(self, *templates: str, anonymous: bool = False, scopes: Iterable[str] = ()) -> Declare:
        """Declares what answers HEAD in another way than GET."""
        return self._declare("HEAD", templates, anonymous, scopes)

    def post(self, *templates: str, anonymous: bool = False, scopes: Iterable[str] = ()) -> Declare:
        """Declares what answers POST."""
        return self._declare("POST", templates, anonymous, scopes)

    def put(self, *templates: str, anonymous: bool = False, scopes: Iterable[str] = ()) -> Declare:
        """Declares what answers PUT."""
        return self._declare("PUT", templates, anonymous, scopes)

    def patch(self, *templates: str) -> Declare:
        """Declares what answers PATCH."""
        return self._declare("PATCH", templates, anonymous=False, scopes=())

    def delete(self, *templates: str, scopes: Iterable[str] = ()) -> Declare:
        """Declares what answers DELETE."""
        return self._declare("DELETE", templates, anonymous=False, scopes=scopes)

    def _declare(self, method: str, templates: tuple[str, ...], anonymous: bool, scopes: Iterable[str]) -> Declare:
        def declare(handler: Handler) -> Handler:
            for template in templates:
                pattern = re.compile(_REST.sub(r"(?P<\1>.+)", _PARAMETER.sub(r"(?P<\1>[^/]+)", template)))
                self.all.append(Route(method, template, pattern, handler, anonymous, tuple(scopes)))
            return handler

        return declare


class Router:
    """Finds the operation for a request."""

    def __init__(self, parts: Iterable[Routes]) -> None:
        # A path without parameters goes before one that would take its word for an id.
        self._routes = sorted((route for part in parts for route in part.all), key=lambda r: r.template.count(":"))

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """The operation, and the decoded parameters in its path."""
        path = raw_path.rstrip("/")
        for wanted in ("HEAD", "GET") if method == "HEAD" else (method,):
            for route in self._routes:
                match = route.pattern.fullmatch(path) if route.method == wanted else None
                if match:
                    return route, {name: unquote(value, errors="replace") for name, value in match.groupdict().items()}
        return None

    def methods(self, raw_path: str) -> list[str]:
        """The methods that a path answers, HEAD apart."""
        path = raw_path.rstrip("/")
        return sorted({route.method for route in self._routes if route.pattern.fullmatch(path)} - {"HEAD"})
