"""The server about itself."""

from __future__ import annotations

from typing import Any

from gitlab_light import GITLAB_VERSION
from gitlab_light.api.call import Call
from gitlab_light.api.routing import Routes

routes = Routes()
_REVISION = "light"


@routes.get("/version", scopes=["read_user"])
def show_version(_: Call) -> Any:
    """The GitLab release that is followed."""
    return {"version": GITLAB_VERSION, "revision": _REVISION}


@routes.get("/metadata", scopes=["read_user"])
def show_metadata(_: Call) -> Any:
    """The same, and more."""
    agent = {"enabled": False, "externalUrl": None, "externalK8sProxyUrl": None, "version": None}
    return {"version": GITLAB_VERSION, "revision": _REVISION, "kas": agent, "enterprise": False}
