"""What administrators have set for the whole server."""

from __future__ import annotations

import json
from typing import Any

from gitlab_light.model.database import Database
from gitlab_light.model.group_settings import GROUP_DEFAULTS, given_protection
from gitlab_light.model.namespaces import LEVELS, Namespace
from gitlab_light.params import Params

# What can be set. New projects follow the defaults of branches and visibility; the others are kept and shown.
DEFAULTS: dict[str, Any] = {
    "default_branch_name": None,
    "default_branch_protection": GROUP_DEFAULTS["default_branch_protection"],
    "default_branch_protection_defaults": GROUP_DEFAULTS["default_branch_protection_defaults"],
    "default_project_visibility": "private",
    "default_group_visibility": "private",
    "default_snippet_visibility": "private",
    "restricted_visibility_levels": [],
    "default_projects_limit": 100000,
    "allow_local_requests_from_hooks_and_services": True,
    "allow_local_requests_from_web_hooks_and_services": True,
    "allow_local_requests_from_system_hooks": True,
    "outbound_local_requests_whitelist": [],
    "signup_enabled": False,
    "auto_devops_enabled": False,
    "usage_ping_enabled": False,
    "gravatar_enabled": False,
    "user_oauth_applications": False,
    "import_sources": [],
    "push_event_hooks_limit": 3,
    "push_event_activities_limit": 3,
    "home_page_url": None,
}
_APART = ("default_branch_protection", "default_branch_protection_defaults")


def given_application_settings(params: Params) -> dict[str, Any]:
    """The settings that a call gives; names that nobody knows are passed over, as GitLab does.

    Raises:
        Refusal: 400, one cannot be what it is to be.
    """
    given: dict[str, Any] = {}
    for name, default in DEFAULTS.items():
        if name not in params or name in _APART:
            continue
        if name.endswith("_visibility"):
            given[name] = params.choice(name, LEVELS, default="private")
        elif isinstance(default, bool):
            given[name] = params.boolean(name)
        elif isinstance(default, int):
            number = params.optional_integer(name)
            given[name] = default if number is None else number
        elif isinstance(default, list):
            given[name] = params.texts(name) or []
        else:
            given[name] = params.optional_text(name)
    return given | given_protection(params)


class ApplicationSettings:
    """The settings that administrators have given."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> dict[str, Any]:
        """All settings by name, as they are now."""
        return DEFAULTS | self._given()

    def change(self, given: dict[str, Any]) -> None:
        """Keeps what is given."""
        with self._db.transaction():
            kept = json.dumps(self._given() | given)
            self._db.execute("INSERT OR REPLACE INTO application_settings (id, settings) VALUES (1, ?)", kept)

    def with_those_of(self, namespace: Namespace | None) -> dict[str, Any]:
        """What counts in a namespace: what its group says, else what the server says."""
        return self._given() | (namespace.settings if namespace else {})

    def _given(self) -> dict[str, Any]:
        kept = self._db.value("SELECT settings FROM application_settings WHERE id = 1")
        return json.loads(kept) if kept else {}
