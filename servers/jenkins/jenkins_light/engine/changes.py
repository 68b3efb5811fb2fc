"""The commits that a checkout brings since the one before it, as the git plugin finds them."""

from typing import Any

from jenkins_light.engine.git import Git, Log, Revision
from jenkins_light.model.builds import Build
from jenkins_light.model.definitions import GitScm

Change = dict[str, Any]

_FORM = "--format=%x1e%H%x1f%an%x1f%ae%x1f%ct%x1f%ci%x1f%s%x1f%B%x1d"
#: The plugin takes no more commits than this (GitSCM.MAX_CHANGELOG).
_MOST = "1024"
#: Of git's letters; all others are edits.
_EDITS = {"A": "add", "D": "delete"}


def since(build: Build, git: Git, scm: GitScm, revision: Revision, log: Log) -> list[Change]:
    """What is in a revision and was not in the last one that an earlier build took from that branch, newest first.

    Source: git plugin, GitSCM.computeChangeLog.
    """
    to_branch = scm.extensions.get("ChangelogToBranch")
    if to_branch is not None:
        log("Using 'Changelog to branch' strategy.")
        return _listed(git, f"^{to_branch.get('compareRemote')}/{to_branch.get('compareTarget')}", revision.commit)
    before = _before(build, scm, revision)
    if before and git.find("rev-list", "--no-walk", before) is not None:
        return _listed(git, f"^{before}", revision.commit)
    if scm.extensions.get("FirstBuildChangelog", {}).get("makeChangelog", "").lower() == "true":
        log("First time build. Latest changes added to changelog.")
        return _listed(git, "--max-count=1", revision.commit)
    log("First time build. Skipping changelog.")
    return []


def _before(build: Build, scm: GitScm, revision: Revision) -> str | None:
    """The commit that an earlier build took last from that branch."""
    for earlier in build.job.builds.before(build.number):
        for taken in reversed(earlier.record.scm):
            if (taken["url"], taken["branch"]) == (scm.url, revision.branch):
                return taken["commit"]
    return None


def _listed(git: Git, *revisions: str) -> list[Change]:
    listed = git.find("log", f"--max-count={_MOST}", "--no-merges", "--name-status", _FORM, *revisions) or ""
    return [_change(entry) for entry in filter(None, listed.split("\x1e"))]


def _change(entry: str) -> Change:
    head, _, files = entry.partition("\x1d")
    sha, author, email, seconds, date, message, comment = head.split("\x1f", 6)
    paths = [line.split("\t") for line in files.splitlines() if "\t" in line]
    edits = [{"editType": _EDITS.get(kind[:1], "edit"), "file": names[-1]} for kind, *names in paths]
    return {
        "commitId": sha, "author": author, "email": email, "timestamp": int(seconds) * 1000, "date": date,
        "message": message, "comment": comment, "files": [edit["file"] for edit in edits], "paths": edits,
    }  # fmt: skip
