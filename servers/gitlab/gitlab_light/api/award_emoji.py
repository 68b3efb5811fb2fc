"""Emoji on merge requests and on their notes."""

from __future__ import annotations

import re
from typing import Any

from gitlab_light.api import merge_request_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.merge_requests import PATH, find
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import no_record, not_found, unauthorized
from gitlab_light.model.awards import Award

routes = Routes()
_ALL = (PATH + "/award_emoji", PATH + "/notes/:note_id/award_emoji")
_ONE = tuple(f"{place}/:award_id" for place in _ALL)
_NAME = re.compile(r"[a-z0-9_+-]{1,64}")


@routes.get(*_ALL, anonymous=True)
def list_awards(call: Call) -> Any:
    """The emoji of a merge request or note."""
    return [_entity(call, award) for award in paginate(call, call.instance.awards.of(*_target(call)))]


@routes.get(*_ONE, anonymous=True)
def show_award(call: Call) -> Any:
    """One of them."""
    return _entity(call, _find(call))


@routes.post(*_ALL)
def add_award(call: Call) -> Any:
    """Adds one; nobody adds the same twice."""
    target, name = _target(call), call.params.text("name")
    if not _NAME.fullmatch(name):
        raise not_found("Award Emoji Name is not a valid emoji name")
    award = call.instance.awards.add(*target, call.me.id, name)
    if award is None:
        raise not_found("Award Emoji Name has already been taken")
    _tell(call, award, "award")
    call.created()
    return _entity(call, award)


@routes.delete(*_ONE)
def remove_award(call: Call) -> Any:
    """Takes one's own back."""
    award = _find(call)
    if award.user_id != call.me.id and not call.me.admin:
        raise unauthorized()
    call.instance.awards.remove(award)
    _tell(call, award, "revoke")


def _tell(call: Call, award: Award, action: str) -> None:
    call.instance.events.emoji(call.project(), award, call.me, action, find(call))


def _target(call: Call) -> tuple[str, int]:
    found = find(call)
    if "note_id" not in call.arguments:
        return "MergeRequest", found.id
    note = call.instance.notes.find(call.number("note_id", "Note"))
    if note is None or note.merge_request_id != found.id:
        raise not_found("Note")
    return "Note", note.id


def _find(call: Call) -> Award:
    wanted = call.number("award_id")
    for award in call.instance.awards.of(*_target(call)):
        if award.id == wanted:
            return award
    raise no_record()


def _entity(call: Call, award: Award) -> dict[str, Any]:
    return {
        "id": award.id,
        "name": award.name,
        "user": entities.user(call.instance, award.user_id),
        "created_at": award.created_at,
        "updated_at": award.created_at,
        "awardable_id": award.target_id,
        "awardable_type": award.target_type,
        "url": None,
    }
