"""The service's next version in GitLab: a commit and a tag, pushed once."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from gitlab.v4.objects import Project

from kubestage.errors import InputError, PartError
from kubestage.secrets import Secrets
from kubestage.seed.git import BRANCH, WorkTree
from kubestage.seed.gitlab import found_or_none, git_account, gitlab_client, speaking_to_gitlab
from kubestage.seed.projects import KNOWLEDGE, SAMPLES, SERVICE
from kubestage.settings import Settings

_PATCHES = SAMPLES / "patches"
_POM = "pom.xml"
_MAVEN = "{http://maven.apache.org/POM/4.0.0}"
_COMMITTED = "2024-02-01T09:00:00Z"
# By these words in a tag's message the pipeline of uuid.image leaves test as it is: the tour deploys by hand first.
_NOT_DEPLOYED = "[skip deploy]"


def push_release(settings: Settings, secrets: Secrets, version: str) -> bool:
    """Pushes a version's commit and tag in one push, on top of what master holds.

    The commit's title is "Release <version>". By that the job uuid.image leaves the branch's hook alone and builds
    at the tag's, so that the push is built once.

    Args:
        settings: tells where GitLab answers.
        secrets: root's token.
        version: one that sample-app/patches has a patch for, such as "v2.0.0.0".

    Returns:
        Whether it was pushed; false when GitLab has the tag already.

    Raises:
        InputError: there is no such patch, or it does not fit what master holds by now.
        CommandFailed: GitLab refuses or does not answer.
    """
    patch = _PATCHES / f"{version}.patch"
    if not patch.is_file():
        known = ", ".join(sorted(file.stem for file in _PATCHES.glob("*.patch")))
        raise InputError(f"There is no release {version!r} to push", why=f"{_PATCHES} has {known}.", fix="./inv status")
    url = SERVICE.url(settings)
    with tempfile.TemporaryDirectory(prefix="kubestage-") as folder:
        tree = WorkTree(Path(folder), git_account(settings, secrets))
        tree.clone(url)
        if tree.has_remote_tag(url, version):
            return False
        applied = tree.apply(patch)
        if applied.code != 0:
            raise InputError(
                f"The release {version} does not fit {SERVICE.path}",
                why=f"Its {BRANCH} was changed since it was seeded:\n{applied.tail(5)}",
                fix=f"set {version} in {_POM} yourself, commit, tag and push",
            )
        tree.commit(f"Release {version}", _COMMITTED)
        tree.tag(version, _COMMITTED, f"{version} {_NOT_DEPLOYED}")
        tree.push(url, BRANCH, version)
    return True


def knowledge_files(settings: Settings, secrets: Secrets, paths: list[str]) -> dict[str, str]:
    """Files of knowledge_share's master by their last name; those that are not there are left out.

    Raises:
        PartError: GitLab refuses or does not answer.
    """
    with speaking_to_gitlab(settings):
        project = gitlab_client(settings, secrets).projects.get(KNOWLEDGE.path, lazy=True)
        found = {path: found_or_none(partial(project.files.raw, path, ref=BRANCH)) for path in paths}
    return {Path(path).name: text.decode() for path, text in found.items() if isinstance(text, bytes)}


def declared_release(settings: Settings, secrets: Secrets, ref: str = BRANCH) -> str:
    """The version that the service's pom declares at a branch or tag, and so the one that CI builds from it.

    Raises:
        InputError: there is no such branch or tag.
        PartError: GitLab refuses or does not answer, or there is no pom with a version.
    """
    with speaking_to_gitlab(settings):
        project = gitlab_client(settings, secrets).projects.get(SERVICE.path, lazy=True)
        pom = found_or_none(lambda: project.files.raw(_POM, ref=ref))
        if not isinstance(pom, bytes):
            _require_ref(project, ref)
            raise _undeclared(ref, f"It has no {_POM}.")
    return _pom_version(ref, pom)


def _require_ref(project: Project, ref: str) -> None:
    refs = {one.name for one in [*project.branches.list(iterator=True), *project.tags.list(iterator=True)]}
    if ref not in refs:
        raise InputError(
            f"{SERVICE.path} has no branch or tag {ref!r}",
            why=f"It has {', '.join(sorted(refs)) or 'none'}.",
            fix="push it to GitLab, or take one of these",
        )


def _pom_version(ref: str, pom: bytes) -> str:
    try:
        root = ElementTree.fromstring(pom)  # noqa: S314  the user's own repository
    except ElementTree.ParseError as error:
        raise _undeclared(ref, f"Its {_POM} is no XML: {error}.") from error
    version = (root.findtext(f"{_MAVEN}version") or "").strip()
    if not version:
        raise _undeclared(ref, f"Its {_POM} has no version of its own.")
    return version


def _undeclared(ref: str, why: str) -> PartError:
    return PartError(f"{ref} of {SERVICE.path} declares no version", why=why, fix=f"look at {SERVICE.path} in GitLab")
