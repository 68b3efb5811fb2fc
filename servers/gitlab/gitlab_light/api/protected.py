"""Protected branches and tags."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import branches
from gitlab_light.api import code_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, no_record, not_found
from gitlab_light.model.members import DEVELOPER, MAINTAINER
from gitlab_light.model.protected import ProtectedRef
from gitlab_light.model.wildcards import check_wildcard
from gitlab_light.params import Params

routes = Routes()
_BRANCHES, _TAGS = "/projects/:id/protected_branches", "/projects/:id/protected_tags"
_PLAINLY = "/projects/:id/repository/branches/:branch"
_LEVELS = (0, DEVELOPER, MAINTAINER, 60)


@routes.get(_BRANCHES)
def list_branches(call: Call) -> Any:
    """A project's protected branches."""
    project = call.project(MAINTAINER)
    rules = call.instance.protected.all_of(project.id, "branch")
    return [entities.protected_branch(rule) for rule in paginate(call, rules)]


@routes.get(_BRANCHES + "/:name")
def show_branch(call: Call) -> Any:
    """One protected branch."""
    return entities.protected_branch(_rule(call, "branch"))


@routes.post(_BRANCHES)
def protect_branch(call: Call) -> Any:
    """Protects a branch, or all whose names fit a pattern."""
    project = call.project(MAINTAINER)
    rule = call.instance.protected.add(
        project.id, "branch", _name(call), _level(call.params, "push_access_level"),
        _level(call.params, "merge_access_level"), force=call.params.boolean("allow_force_push"),
    )  # fmt: skip
    call.created()
    return entities.protected_branch(rule)


@routes.patch(_BRANCHES + "/:name")
def change_branch(call: Call) -> Any:
    """Allows or forbids forced pushes to a protected branch."""
    rule = _rule(call, "branch")
    if "allow_force_push" in call.params:
        force = call.params.boolean("allow_force_push")
        call.instance.database.update("protected_refs", rule.id, allow_force_push=force)
    return entities.protected_branch(_rule(call, "branch"))


@routes.delete(_BRANCHES + "/:name")
def unprotect_branch(call: Call) -> Any:
    """Ends a branch's protection."""
    call.instance.protected.remove(_rule(call, "branch"))


@routes.put(_PLAINLY + "/protect")
def protect_plainly(call: Call) -> Any:
    """Protects a branch, as clients did before there were protected branches of their own."""
    project, protected, name = call.project(MAINTAINER), call.instance.protected, _existing(call)
    rule = protected.find(project.id, "branch", name)
    rule = rule or protected.add(project.id, "branch", name, MAINTAINER, MAINTAINER)
    for kind in ("push", "merge"):
        if (given := f"developers_can_{kind}") in call.params:
            level = DEVELOPER if call.params.boolean(given) else MAINTAINER
            call.instance.database.update("protected_refs", rule.id, **{f"{kind}_level": level})
    return branches.show_branch(call)


@routes.put(_PLAINLY + "/unprotect")
def unprotect_plainly(call: Call) -> Any:
    """Ends such a protection."""
    project = call.project(MAINTAINER)
    if rule := call.instance.protected.find(project.id, "branch", _existing(call)):
        call.instance.protected.remove(rule)
    return branches.show_branch(call)


def _existing(call: Call) -> str:
    ref = call.repository()[1].branch(call.arguments["branch"])
    if ref is None:
        raise not_found("Branch")
    return ref.name


@routes.get(_TAGS)
def list_tags(call: Call) -> Any:
    """A project's protected tags."""
    project = call.project(MAINTAINER)
    return [entities.protected_tag(rule) for rule in paginate(call, call.instance.protected.all_of(project.id, "tag"))]


@routes.get(_TAGS + "/:name")
def show_tag(call: Call) -> Any:
    """One protected tag."""
    return entities.protected_tag(_rule(call, "tag"))


@routes.post(_TAGS)
def protect_tag(call: Call) -> Any:
    """Protects a tag, or all whose names fit a pattern."""
    project = call.project(MAINTAINER)
    level = _level(call.params, "create_access_level")
    rule = call.instance.protected.add(project.id, "tag", _name(call), level, level)
    call.created()
    return entities.protected_tag(rule)


@routes.delete(_TAGS + "/:name")
def unprotect_tag(call: Call) -> Any:
    """Ends a tag's protection."""
    call.instance.protected.remove(_rule(call, "tag"))


def _rule(call: Call, kind: str) -> ProtectedRef:
    project = call.project(MAINTAINER)
    rule = call.instance.protected.find(project.id, kind, call.arguments["name"])
    if rule is None:
        raise no_record()
    return rule


def _name(call: Call) -> str:
    name = call.params.text("name")
    check_wildcard("name", name)
    return name


def _level(params: Params, name: str) -> int:
    level = params.optional_integer(name)
    if level is None:
        return MAINTAINER
    if level not in _LEVELS:
        raise bad_parameter(f"{name} does not have a valid value")
    return level
