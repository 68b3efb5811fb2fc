"""A SonarQube that says how it is."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


class SonarQube:
    """The SonarQube.

    Attributes:
        status: what it says of itself: STARTING, UP, DOWN and the like.
    """

    def __init__(self) -> None:
        self.status = "UP"

    def application(self) -> Starlette:
        """The web API, as far as it is read."""
        return Starlette(
            routes=[Route("/api/system/status", lambda request: JSONResponse({"id": "1", "status": self.status}))]
        )
