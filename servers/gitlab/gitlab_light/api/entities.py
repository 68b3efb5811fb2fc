"""What the API answers of users, groups, projects and hooks, field by field as GitLab's entities have it."""

from __future__ import annotations

from typing import Any

from gitlab_light.instance import Instance
from gitlab_light.links import Links
from gitlab_light.model.database import kept
from gitlab_light.model.group_settings import GROUP_DEFAULTS, SHOWN_ALONE
from gitlab_light.model.keys import Key
from gitlab_light.model.members import Member
from gitlab_light.model.namespaces import Namespace
from gitlab_light.model.project_settings import DEFAULTS
from gitlab_light.model.projects import Project
from gitlab_light.model.tokens import Token
from gitlab_light.model.users import User


def basic_user(links: Links, user: User) -> dict[str, Any]:
    """A user, as others see them in passing."""
    return {
        "id": user.id,
        "username": user.username,
        "public_email": user.profile.get("public_email") or None,
        "name": user.name,
        "state": user.state,
        "locked": False,
        "avatar_url": user.profile.get("avatar_url"),
        "web_url": links.user(user.username),
    }


def public_user(links: Links, user: User) -> dict[str, Any]:
    """A user, as others see their profile."""
    profile = user.profile
    return basic_user(links, user) | {
        "created_at": user.created_at,
        "bio": profile.get("bio", ""),
        "location": profile.get("location", ""),
        "website_url": profile.get("website_url", ""),
        "organization": profile.get("organization", ""),
        "job_title": profile.get("job_title", ""),
        "linkedin": profile.get("linkedin", ""),
        "twitter": profile.get("twitter", ""),
        "discord": profile.get("discord", ""),
        "pronouns": profile.get("pronouns"),
        "bot": user.bot,
        "followers": 0,
        "following": 0,
        "work_information": None,
        "local_time": None,
    }


def full_user(instance: Instance, user: User) -> dict[str, Any]:
    """A user, as they themselves and administrators see them."""
    namespace = instance.namespaces.of_user(user.id)
    return public_user(instance.links, user) | {
        "email": user.email,
        "commit_email": user.email,
        "confirmed_at": user.created_at,
        "last_sign_in_at": None,
        "current_sign_in_at": None,
        "last_activity_on": user.last_activity_on,
        "theme_id": 1,
        "color_scheme_id": 1,
        "projects_limit": user.projects_limit,
        "identities": [],
        "can_create_group": user.can_create_group,
        "can_create_project": user.projects_limit > 0,
        "two_factor_enabled": False,
        "external": user.external,
        "private_profile": False,
        "is_admin": user.admin,
        "namespace_id": namespace.id if namespace else None,
        "note": user.profile.get("note"),
    }


def namespace(instance: Instance, found: Namespace) -> dict[str, Any]:
    """A namespace, as projects and the list of namespaces show it."""
    personal = found.kind == "user"
    return {
        "id": found.id,
        "name": found.name,
        "path": found.path,
        "kind": found.kind,
        "full_path": found.full_path,
        "parent_id": found.parent_id,
        "avatar_url": None,
        "web_url": instance.links.user(found.path) if personal else instance.links.group(found.full_path),
    }


def group(instance: Instance, found: Namespace) -> dict[str, Any]:
    """A group, as lists show it."""
    settings = {name: value for name, value in (GROUP_DEFAULTS | found.settings).items() if name not in SHOWN_ALONE}
    return {
        "id": found.id,
        "web_url": instance.links.group(found.full_path),
        "name": found.name,
        "path": found.path,
        "description": found.description,
        "visibility": found.visibility,
        **settings,
        "avatar_url": None,
        "full_name": instance.namespaces.full_name(found),
        "full_path": found.full_path,
        "created_at": found.created_at,
        "parent_id": found.parent_id,
    }


def public_group(instance: Instance, found: Namespace) -> dict[str, Any]:
    """A group in few words."""
    names = ("id", "web_url", "name", "avatar_url", "full_name", "full_path")
    shown = group(instance, found)
    return {name: shown[name] for name in names}


def shares(instance: Instance, source: str, source_id: int) -> list[dict[str, Any]]:
    """The groups that a project or group is shared with."""
    found = [(share, instance.namespaces.find(share.group_id)) for share in instance.shares.of(source, source_id)]
    return [
        {
            "group_id": share.group_id,
            "group_name": group.name,
            "group_full_path": group.full_path,
            "group_access_level": share.access_level,
            "expires_at": share.expires_at,
        }
        for share, group in found if group
    ]  # fmt: skip


def basic_project(instance: Instance, found: Project) -> dict[str, Any]:
    """A project in few words."""
    links = instance.links
    parent = instance.namespaces.find(found.namespace_id)
    return project_identity(instance, found) | {
        "default_branch": found.default_branch,
        "tag_list": found.topics,
        "topics": found.topics,
        "ssh_url_to_repo": links.ssh(found),
        "http_url_to_repo": links.clone(found),
        "web_url": links.project(found),
        "readme_url": None,
        "forks_count": _forks(instance, found),
        "avatar_url": None,
        "star_count": int(instance.database.value("SELECT count(*) FROM stars WHERE project_id = ?", found.id)),
        "last_activity_at": found.last_activity_at,
        "visibility": found.visibility,
        "namespace": namespace(instance, parent) if parent else None,
    }


def _forks(instance: Instance, found: Project) -> int:
    return int(instance.database.value("SELECT count(*) FROM projects WHERE forked_from_id = ?", found.id))


def project(instance: Instance, found: Project, user: User | None) -> dict[str, Any]:
    """A project, as a user sees it."""
    api = instance.links.api(f"/projects/{found.id}")
    owner = None
    parent = instance.namespaces.find(found.namespace_id)
    if parent and parent.kind == "user" and parent.owner_id:
        owner = instance.users.find(parent.owner_id)
    source = instance.projects.find(found.forked_from_id) if found.forked_from_id else None
    repository = instance.repositories.of(found.id)
    answer = basic_project(instance, found) | {
        "_links": {
            "self": api,
            "merge_requests": f"{api}/merge_requests",
            "labels": f"{api}/labels",
            "repo_branches": f"{api}/repository/branches",
            "members": f"{api}/members",
            "events": f"{api}/events",
        },
        "empty_repo": repository.is_empty(),
        "archived": found.archived,
        "creator_id": found.creator_id,
        "updated_at": found.last_activity_at,
        "import_status": "none" if found.forked_from_id is None else "finished",
        "import_url": None,
        "import_type": None,
        "import_error": None,
        "open_issues_count": 0,
        "shared_with_groups": shares(instance, "project", found.id),
        **DEFAULTS,
        **found.features,
        "permissions": _permissions(instance, found, user),
    }
    if owner:
        answer["owner"] = basic_user(instance.links, owner)
    if source and instance.members.can_see_project(user, source):
        answer["forked_from_project"] = basic_project(instance, source)
    return answer


def _permissions(instance: Instance, found: Project, user: User | None) -> dict[str, Any]:
    if user is None:
        return {"project_access": None, "group_access": None}
    direct = instance.members.find("project", found.id, user.id)
    groups = [
        instance.members.find("group", parent.id, user.id)
        for parent in instance.namespaces.with_ancestors(found.namespace_id)
    ]
    inherited = max((member.access_level for member in groups if member), default=None)
    if inherited is None and direct is None:
        inherited = instance.members.granted_level(user, found) or None  # by a share
    return {
        "project_access": {"access_level": direct.access_level, "notification_level": 3} if direct else None,
        "group_access": {"access_level": inherited, "notification_level": 3} if inherited else None,
    }


def project_identity(instance: Instance, found: Project) -> dict[str, Any]:
    """A project's names."""
    parent = instance.namespaces.find(found.namespace_id)
    above = instance.namespaces.full_name(parent) if parent else ""
    return {
        "id": found.id,
        "description": found.description,
        "name": found.name,
        "name_with_namespace": f"{above} / {found.name}",
        "path": found.path,
        "path_with_namespace": found.full_path,
        "created_at": found.created_at,
    }


def key(instance: Instance, found: Key) -> dict[str, Any]:
    """A user's SSH key; its comment becomes the user's name, as GitLab publishes it."""
    user = instance.users.find(found.user_id) if found.user_id else None
    kind, blob = found.key.split(None, 2)[:2]
    comment = f" {user.name} ({instance.settings.host_name})" if user else ""
    return _key(found) | {"key": f"{kind} {blob}{comment}", "usage_type": found.usage_type}


def deploy_key(found: Key) -> dict[str, Any]:
    """A deploy key."""
    prints = {"fingerprint": found.fingerprint, "fingerprint_sha256": found.fingerprint_sha256}
    return _key(found) | {"key": found.key, "usage_type": found.usage_type} | prints


def _key(found: Key) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "created_at": found.created_at,
        "expires_at": found.expires_at,
        "last_used_at": found.last_used_at,
    }


def member(instance: Instance, found: Member) -> dict[str, Any]:
    """A member of a group or project."""
    user = kept(instance.users.find(found.user_id))
    author = instance.users.find(found.created_by_id) if found.created_by_id else None
    answer = basic_user(instance.links, user) | {
        "access_level": found.access_level,
        "created_at": found.created_at,
        "expires_at": found.expires_at,
        "membership_state": "active",
    }
    return answer | ({"created_by": basic_user(instance.links, author)} if author else {})


def token(found: Token, *, access_level: int | None = None, secret: str | None = None) -> dict[str, Any]:
    """An access token; `secret` only right after it was made."""
    answer: dict[str, Any] = {
        "id": found.id,
        "name": found.name,
        "revoked": found.revoked,
        "created_at": found.created_at,
        "description": found.description or None,
        "scopes": found.scopes,
        "user_id": found.user_id,
        "last_used_at": found.last_used_at,
        "active": found.active,
        "expires_at": found.expires_at,
    }
    if access_level is not None:
        answer["access_level"] = access_level
    return answer | ({"token": secret} if secret else {})
