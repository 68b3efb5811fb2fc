"""The settings of projects that are kept, with what GitLab 17 has where nobody has said anything.

Most of them are for parts of GitLab that are not here: they are shown as they were given, and change nothing.
"""

from __future__ import annotations

from typing import Any

from gitlab_light.params import Params

_OFF = ("disabled", "private", "enabled")
_LEVELS = (*_OFF, "public")
# Where a part is off altogether, its level says so too.
_BY_SWITCH = {
    "issues_enabled": "issues_access_level", "merge_requests_enabled": "merge_requests_access_level",
    "wiki_enabled": "wiki_access_level", "jobs_enabled": "builds_access_level",
    "snippets_enabled": "snippets_access_level", "container_registry_enabled": "container_registry_access_level",
}  # fmt: skip
_SWITCHES: dict[str, bool] = {
    "issues_enabled": False, "merge_requests_enabled": True, "wiki_enabled": False, "jobs_enabled": False,
    "snippets_enabled": False, "container_registry_enabled": False, "service_desk_enabled": False,
    "shared_runners_enabled": False, "group_runners_enabled": False, "lfs_enabled": False, "packages_enabled": False,
    "request_access_enabled": True, "public_jobs": True, "auto_devops_enabled": False,
    "only_allow_merge_if_pipeline_succeeds": False, "allow_merge_on_skipped_pipeline": False,
    "only_allow_merge_if_all_discussions_are_resolved": False, "remove_source_branch_after_merge": True,
    "printing_merge_request_link_enabled": True, "resolve_outdated_diff_discussions": False,
    "autoclose_referenced_issues": True, "emails_disabled": False, "emails_enabled": True,
    "show_default_award_emojis": True, "keep_latest_artifact": True, "enforce_auth_checks_on_uploads": True,
    "warn_about_potentially_unwanted_characters": True, "ci_forward_deployment_enabled": True,
    "ci_forward_deployment_rollback_allowed": True, "ci_job_token_scope_enabled": False, "ci_separated_caches": True,
    "ci_allow_fork_pipelines_to_run_in_parent_project": True, "restrict_user_defined_variables": False,
}  # fmt: skip
_CHOICES: dict[str, tuple[tuple[str, ...], str]] = {
    "merge_method": (("merge", "rebase_merge", "ff"), "merge"),
    "squash_option": (("default_off", "never", "always", "default_on"), "default_off"),
    "build_git_strategy": (("fetch", "clone"), "fetch"),
    "auto_cancel_pending_pipelines": (("enabled", "disabled"), "enabled"),
    "auto_devops_deploy_strategy": (("continuous", "manual", "timed_incremental"), "continuous"),
    **dict.fromkeys(
        ("issues_access_level", "wiki_access_level", "builds_access_level", "snippets_access_level",
         "container_registry_access_level"), (_OFF, "disabled"),
    ),
    **dict.fromkeys(
        ("merge_requests_access_level", "repository_access_level", "forking_access_level", "analytics_access_level",
         "security_and_compliance_access_level", "releases_access_level", "environments_access_level",
         "feature_flags_access_level", "infrastructure_access_level", "monitor_access_level",
         "model_experiments_access_level", "model_registry_access_level"), (_LEVELS, "enabled"),
    ),
    "pages_access_level": (_LEVELS, "private"),
    "requirements_access_level": (_OFF, "enabled"),
}  # fmt: skip
_TEXTS = (
    "ci_config_path", "suggestion_commit_message", "merge_commit_template", "squash_commit_template",
    "issue_branch_template", "merge_requests_template", "issues_template",
)  # fmt: skip
_NUMBERS = {"build_timeout": 3600, "ci_default_git_depth": 20}
_LONGEST = 10_000
DEFAULTS: dict[str, Any] = {
    **_SWITCHES, **{name: default for name, (_, default) in _CHOICES.items()}, **dict.fromkeys(_TEXTS), **_NUMBERS,
    "ci_config_path": "", "can_create_merge_request_in": True,
}  # fmt: skip


def given_settings(params: Params) -> dict[str, Any]:
    """The settings that a call gives.

    Raises:
        Refusal: 400, one cannot be what it is to be.
    """
    given: dict[str, Any] = {name: params.boolean(name) for name in _SWITCHES if name in params}
    for name, (words, default) in _CHOICES.items():
        if name in params:
            given[name] = params.choice(name, words, default=default)
    for name in _TEXTS:
        if name in params:
            given[name] = (params.optional_text(name) or "")[:_LONGEST] or None
    for name, number in _NUMBERS.items():
        if name in params:
            given[name] = params.optional_integer(name) or number
    for switch, level in _BY_SWITCH.items():
        if level in given and switch not in given:
            given[switch] = given[level] != "disabled"
        elif switch in given and level not in given:
            given[level] = "enabled" if given[switch] else "disabled"
    return given
