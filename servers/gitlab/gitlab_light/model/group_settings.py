"""The settings of groups that are kept and shown; they change nothing here."""

from __future__ import annotations

from typing import Any

from gitlab_light.params import Params

_CREATORS = ("noone", "owner", "maintainer", "developer", "administrator")
_SWITCHES = {
    "share_with_group_lock": False, "require_two_factor_authentication": False, "auto_devops_enabled": None,
    "emails_disabled": False, "emails_enabled": True, "mentions_disabled": None, "lfs_enabled": False,
    "request_access_enabled": True, "prevent_forking_outside_group": None, "membership_lock": False,
}  # fmt: skip
_CHOICES = {
    "project_creation_level": (_CREATORS, "developer"),
    "subgroup_creation_level": (("owner", "maintainer"), "maintainer"),
    "shared_runners_setting": (
        ("enabled", "disabled_and_overridable", "disabled_and_unoverridable", "disabled_with_override"), "enabled"
    ),
    "wiki_access_level": (("disabled", "private", "enabled"), "enabled"),
}  # fmt: skip
_NUMBERS = {"two_factor_grace_period": 48, "default_branch_protection": 2}
GROUP_DEFAULTS: dict[str, Any] = {
    **_SWITCHES, **{name: default for name, (_, default) in _CHOICES.items()}, **_NUMBERS, "default_branch": None,
}  # fmt: skip
GROUP_DEFAULTS["default_branch_protection_defaults"] = {
    "allowed_to_push": [{"access_level": 40}], "allow_force_push": False, "allowed_to_merge": [{"access_level": 40}],
}  # fmt: skip


def given_group_settings(params: Params) -> dict[str, Any]:
    """The settings that a call gives.

    Raises:
        Refusal: 400, one cannot be what it is to be.
    """
    given: dict[str, Any] = {name: params.boolean(name) for name in _SWITCHES if params.raw(name) is not None}
    for name, (words, default) in _CHOICES.items():
        if params.raw(name) is not None:
            given[name] = params.choice(name, words, default=default)
    for name, number in _NUMBERS.items():
        if name in params:
            wanted = params.optional_integer(name)
            given[name] = number if wanted is None else wanted
    if "default_branch" in params:
        given["default_branch"] = params.optional_text("default_branch")
    return given
