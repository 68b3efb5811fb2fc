"""What GitLab tells: pushes of branches and tags."""

from __future__ import annotations

import hmac
import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from portal.access.guards import ThePortal
from portal.database import now
from portal.errors import Refusal, invalid
from portal.watch.pushes import Push

router = APIRouter()
_KINDS = ("push", "tag_push")
_ZERO = "0" * 40
_LONGEST = 500


_BODY = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}


@router.post(
    "/hooks/gitlab",
    tags=["hooks"],
    status_code=204,
    response_class=Response,
    summary="GitLab's webhook",
    openapi_extra={"requestBody": _BODY},
)
async def gitlab(
    request: Request,
    portal: ThePortal,
    x_gitlab_token: Annotated[str, Header(description="the hook's secret")] = "",
) -> None:
    """Takes push and tag push hooks of the service's project; others are taken and ignored.

    `X-Gitlab-Token` has to be the hook's secret.
    """
    secret = portal.credentials.get("hook-secret")
    if not secret or not hmac.compare_digest(secret.encode(), x_gitlab_token.encode()):
        raise Refusal("hook-secret", "X-Gitlab-Token is wrong", why="The hook's secret is another one.", status=401)
    try:
        payload = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise invalid("The hook's body is no JSON") from None
    if (push := _push(payload)) and payload["project"]["path_with_namespace"] == portal.settings.project:
        portal.pushed(push)


def _push(payload: Any) -> Push | None:
    """The push that a payload tells of; None where it tells of something else or of a deletion.

    Raises:
        Refusal: it says that it is a push and lacks what a push has.
    """
    if not isinstance(payload, dict) or payload.get("object_kind") not in _KINDS:
        return None
    try:
        commit = str(payload.get("checkout_sha") or "")
        if not commit or str(payload["after"]) == _ZERO:
            return None
        head: dict[str, Any] = next((one for one in payload.get("commits") or [] if one.get("id") == commit), {})
        str(payload["project"]["path_with_namespace"])
        return Push(
            ref=_text(payload["ref"]),
            commit=_text(commit),
            author=_text((head.get("author") or {}).get("name") or payload.get("user_name") or ""),
            message=_text(head.get("title") or head.get("message") or ""),
            link=_text(head.get("url") or ""),
            who=_text(payload.get("user_username") or ""),
            at=now(),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise invalid("The hook's body is no push", why=f"{type(error).__name__}: {error}") from None


def _text(value: Any) -> str:
    lines = str(value).encode("utf-8", "replace").decode().splitlines()
    return lines[0][:_LONGEST] if lines else ""
