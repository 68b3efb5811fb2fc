"""What the API answers of repositories: commits, branches, tags, files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from gitlab_light.git import history
from gitlab_light.git.repository import Ref, Repository
from gitlab_light.instance import Instance
from gitlab_light.links import Links
from gitlab_light.model.projects import Project
from gitlab_light.model.protected import ProtectedRef
from gitlab_light.model.users import User


def commit(links: Links, found_in: Project, found: history.Commit) -> dict[str, Any]:
    """A commit."""
    return {
        "id": found.id,
        "short_id": found.short_id,
        "created_at": _time(found.committed_date),
        "parent_ids": list(found.parents),
        "title": found.title,
        "message": found.message,
        "author_name": found.author_name,
        "author_email": found.author_email,
        "authored_date": _time(found.authored_date),
        "committer_name": found.committer_name,
        "committer_email": found.committer_email,
        "committed_date": _time(found.committed_date),
        "trailers": {},
        "extended_trailers": {},
        "web_url": links.page(found_in, "commit", found.id),
    }


def _time(iso: str) -> str:
    """Git's ISO time with milliseconds, as GitLab writes commits' times."""
    return iso.replace("Z", "+00:00")[:19] + ".000" + iso.replace("Z", "+00:00")[19:]


def branch(
    instance: Instance, found_in: Project, user: User | None, ref: Ref, tip: history.Commit, *, merged: bool
) -> dict[str, Any]:
    """A branch with its latest commit; `merged` tells whether the default branch has all of it."""
    rules = instance.protected.matching(found_in.id, "branch", ref.name)
    level = instance.members.project_level(user, found_in)
    return {
        "name": ref.name,
        "commit": commit(instance.links, found_in, tip),
        "merged": merged,
        "protected": bool(rules),
        "developers_can_push": any(0 < rule.push_level <= 30 for rule in rules),
        "developers_can_merge": any(0 < rule.merge_level <= 30 for rule in rules),
        "can_push": level >= 30 and instance.protected.allows(found_in.id, "branch", ref.name, level),
        "default": ref.name == found_in.default_branch,
        "web_url": instance.links.page(found_in, "tree", ref.name),
    }


def tag(instance: Instance, found_in: Project, ref: Ref, commit_behind: history.Commit) -> dict[str, Any]:
    """A tag with its commit; `target` is the tag object's id where it is annotated."""
    release = instance.releases.by_tag(found_in.id, ref.name)
    created = ref.tagged_at if ref.target != ref.commit else commit_behind.committed_date
    return {
        "name": ref.name,
        "message": ref.message,
        "target": ref.target,
        "commit": commit(instance.links, found_in, commit_behind),
        "release": {"tag_name": release.tag, "description": release.description} if release else None,
        "protected": bool(instance.protected.matching(found_in.id, "tag", ref.name)),
        "created_at": _time(created) if created else None,
    }


def trailers(repository: Repository, shas: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The trailers of commits' messages, by the commits' ids: of each name the last value, and all of them."""
    form = "--format=%H%x1f%(trailers:only,unfold,separator=%x1f)%x1e"
    told = {}
    for entry in repository.text("log", "--no-walk=unsorted", form, *shas).split("\x1e")[:-1]:
        sha, *lines = entry.strip("\n").split("\x1f")
        every: dict[str, list[str]] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if colon:
                every.setdefault(name, []).append(value.strip())
        last = {name: values[-1] for name, values in every.items()}
        told[sha] = {"trailers": last, "extended_trailers": every}
    return told


def diffs(found: Iterable[history.FileDiff], *, unidiff: bool) -> list[dict[str, Any]]:
    """What happened to files; with `unidiff` each diff begins with the lines that name its file, as patch wants it."""
    return [_diff(one, unidiff=unidiff) for one in found]


def _diff(found: history.FileDiff, *, unidiff: bool) -> dict[str, Any]:
    old = "/dev/null" if found.new_file else f"a/{found.old_path}"
    new = "/dev/null" if found.deleted_file else f"b/{found.new_path}"
    names = f"--- {old}\n+++ {new}\n" if unidiff and found.diff.startswith("@@") else ""
    return {
        "diff": names + found.diff,
        "collapsed": False,
        "too_large": found.too_large,
        "new_path": found.new_path,
        "old_path": found.old_path,
        "a_mode": "0" if found.new_file else found.old_mode,
        "b_mode": "0" if found.deleted_file else found.new_mode,
        "new_file": found.new_file,
        "renamed_file": found.renamed_file,
        "deleted_file": found.deleted_file,
        "generated_file": False,
    }


def file_head(repository: Repository, path: str, ref: str, commit_id: str, blob_id: str) -> dict[str, Any]:
    """What is told of a file beside its content."""
    content = repository.blob(blob_id)
    last = history.log(repository, [commit_id], path=path, limit=1)
    entry = repository.entry(commit_id, path)
    return {
        "file_name": path.rsplit("/", 1)[-1],
        "file_path": path,
        "size": len(content),
        "encoding": "base64",
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "ref": ref,
        "blob_id": blob_id,
        "commit_id": commit_id,
        "last_commit_id": last[0].id if last else commit_id,
        "execute_filemode": bool(entry and entry.mode == "100755"),
    }


def protected_branch(rule: ProtectedRef) -> dict[str, Any]:
    """A protected branch."""
    return {
        "id": rule.id,
        "name": rule.name,
        "push_access_levels": [_level(rule.id, rule.push_level)],
        "merge_access_levels": [_level(rule.id, rule.merge_level)],
        "allow_force_push": rule.allow_force_push,
    }


def protected_tag(rule: ProtectedRef) -> dict[str, Any]:
    """A protected tag."""
    return {"name": rule.name, "create_access_levels": [_level(rule.id, rule.push_level)]}


def _level(rule_id: int, level: int) -> dict[str, Any]:
    names = {0: "No one", 30: "Developers + Maintainers", 40: "Maintainers", 60: "Administrators"}
    return {"id": rule_id, "access_level": level, "access_level_description": names.get(level, str(level))}
