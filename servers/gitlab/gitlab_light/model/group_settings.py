"""The settings of groups; but for those of default branches they are kept and shown only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gitlab_light.errors import bad_parameter
from gitlab_light.model.members import DEVELOPER, MAINTAINER, NO_ACCESS
from gitlab_light.params import Params

_CREATORS = ("noone", "owner", "maintainer", "developer", "administrator")
_SWITCHES = {
    "share_with_group_lock": False, "require_two_factor_authentication": False, "auto_devops_enabled": None,
    "emails_disabled": False, "emails_enabled": True, "mentions_disabled": None, "lfs_enabled": False,
    "request_access_enabled": True, "prevent_forking_outside_group": None, "membership_lock": False,
    "prevent_sharing_groups_outside_hierarchy": False,
}  # fmt: skip
_CHOICES = {
    "project_creation_level": (_CREATORS, "developer"),
    "subgroup_creation_level": (("owner", "maintainer"), "maintainer"),
    "shared_runners_setting": (
        ("enabled", "disabled_and_overridable", "disabled_and_unoverridable", "disabled_with_override"), "enabled"
    ),
    "wiki_access_level": (("disabled", "private", "enabled"), "enabled"),
    "enabled_git_access_protocol": (("all", "ssh", "http"), "all"),
}  # fmt: skip
_LEVELS = (NO_ACCESS, DEVELOPER, MAINTAINER)


def _protection(push: int, merge: int, *, force: bool = False, initial: bool = False) -> dict[str, Any]:
    return {
        "allowed_to_push": [{"access_level": push}], "allow_force_push": force,
        "allowed_to_merge": [{"access_level": merge}], "developer_can_initial_push": initial,
    }  # fmt: skip


# GitLab's numbers for what protects a default branch; 2, full protection, unless somebody says otherwise.
_PROTECTIONS = (
    _protection(DEVELOPER, DEVELOPER, force=True),
    _protection(DEVELOPER, MAINTAINER),
    _protection(MAINTAINER, MAINTAINER),
    _protection(MAINTAINER, DEVELOPER),
    _protection(MAINTAINER, MAINTAINER, initial=True),
)
_FULL = 2
GROUP_DEFAULTS: dict[str, Any] = {
    **_SWITCHES, **{name: default for name, (_, default) in _CHOICES.items()}, "two_factor_grace_period": 48,
    "default_branch": None, "default_branch_protection": _FULL,
    "default_branch_protection_defaults": _PROTECTIONS[_FULL],
}  # fmt: skip

# Of these, lists of groups show none, and a group alone only where it is at the top.
SHOWN_ALONE = ("enabled_git_access_protocol", "prevent_sharing_groups_outside_hierarchy")


@dataclass(frozen=True)
class DefaultProtection:
    """What protects the default branch of a new project (GitLab's Access::DefaultBranchProtection).

    Attributes:
        any: whether it is protected at all.
        push_level, merge_level: the least access levels for it.
        founder_level: the least access level for the first push.
    """

    any: bool
    push_level: int
    merge_level: int
    founder_level: int

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> DefaultProtection:
        """That of projects where these settings count."""
        rules = settings.get("default_branch_protection_defaults", _PROTECTIONS[_FULL])
        given = {kind: {one["access_level"] for one in rules[f"allowed_to_{kind}"]} for kind in ("push", "merge")}
        push, merge = (DEVELOPER if DEVELOPER in given[kind] else MAINTAINER for kind in ("push", "merge"))
        early = DEVELOPER in given["push"] or rules["developer_can_initial_push"]
        return cls(
            any=not rules["allow_force_push"] or any(levels != {DEVELOPER} for levels in given.values()),
            push_level=push, merge_level=merge, founder_level=DEVELOPER if early else MAINTAINER,
        )  # fmt: skip


def given_group_settings(params: Params) -> dict[str, Any]:
    """The settings that a call gives.

    Raises:
        Refusal: 400, one cannot be what it is to be.
    """
    given: dict[str, Any] = {name: params.boolean(name) for name in _SWITCHES if params.raw(name) is not None}
    for name, (words, default) in _CHOICES.items():
        if params.raw(name) is not None:
            given[name] = params.choice(name, words, default=default)
    if "two_factor_grace_period" in params:
        wanted = params.optional_integer("two_factor_grace_period")
        given["two_factor_grace_period"] = 48 if wanted is None else wanted
    if "default_branch" in params:
        given["default_branch"] = params.optional_text("default_branch")
    return given | given_protection(params)


def given_protection(params: Params) -> dict[str, Any]:
    """What a call gives of the protection of default branches, by GitLab's number or in full.

    Raises:
        Refusal: 400, it is none.
    """
    given: dict[str, Any] = {}
    level = params.optional_integer("default_branch_protection")
    if level is not None:
        if level not in range(len(_PROTECTIONS)):
            raise bad_parameter("default_branch_protection does not have a valid value")
        given = {"default_branch_protection": level, "default_branch_protection_defaults": _PROTECTIONS[level]}
    rules = params.raw("default_branch_protection_defaults")
    if rules is None:
        return given
    if not isinstance(rules, dict):
        raise bad_parameter("default_branch_protection_defaults is invalid")
    wanted = Params(rules)
    chosen = {
        **_PROTECTIONS[_FULL],
        **{name: _levels(wanted, name) for name in ("allowed_to_push", "allowed_to_merge") if name in wanted},
        **{name: wanted.boolean(name) for name in ("allow_force_push", "developer_can_initial_push")},
    }
    return given | {"default_branch_protection_defaults": chosen}


def _levels(rules: Params, name: str) -> list[dict[str, int]]:
    levels = [one.integer("access_level") for one in rules.objects(name)]
    if not set(levels) <= set(_LEVELS):
        raise bad_parameter(f"default_branch_protection_defaults[{name}][access_level] does not have a valid value")
    return [{"access_level": level} for level in levels]
