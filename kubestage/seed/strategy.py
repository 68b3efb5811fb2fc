"""The strategy in knowledge_share's uuid.yaml: written there, or set by Pulumi in each environment."""

from __future__ import annotations

import re

from kubestage.secrets import Secrets
from kubestage.seed.git import BRANCH
from kubestage.seed.gitlab import found_or_none, gitlab_client, speaking_to_gitlab
from kubestage.seed.projects import KNOWLEDGE
from kubestage.settings import Settings

MANIFEST = "demo/k8s/uid/uuid.yaml"

_NOTE = "# kubestage sets the strategy in each environment, as its stacks/Pulumi.<environment>.yaml say."
# A Deployment's own key stands two spaces deep; what belongs to it stands deeper.
_WRITTEN = re.compile(r"^  strategy:[ \t]*\n((?:    .*\n)+)", re.MULTILINE)
_NOTED = re.compile(rf"^  {re.escape(_NOTE)}\n(  # strategy:\n(?:  #   .*\n)+)", re.MULTILINE)


def seed_strategy(settings: Settings, secrets: Secrets, *, by_pulumi: bool) -> bool:
    """Commits uuid.yaml with its strategy, or with a note in its place, and tells whether that was a change.

    Nothing else in the file changes, which may be the user's work by now.

    Args:
        settings: tells where GitLab answers.
        secrets: root's token.
        by_pulumi: whether the stacks differ from the file.

    Raises:
        PartError: GitLab refuses or does not answer.
    """
    with speaking_to_gitlab(settings):
        files = gitlab_client(settings, secrets).projects.get(KNOWLEDGE.path).files
        file = found_or_none(lambda: files.get(MANIFEST, ref=BRANCH))
        if file is None:
            return False
        before = file.decode().decode("utf-8")
        after = without_strategy(before) if by_pulumi else with_strategy(before)
        if after == before:
            return False
        title = "The strategy is set in each environment" if by_pulumi else "The strategy is this file's again"
        file.content = after
        file.save(branch=BRANCH, commit_message=title)
    return True


def without_strategy(text: str) -> str:
    """The manifest with its strategy as a comment; unchanged where it has none."""

    def noted(found: re.Match[str]) -> str:
        lines = ["  strategy:", *found[1].rstrip("\n").split("\n")]
        return f"  {_NOTE}\n" + "".join(f"  # {line[2:]}\n" for line in lines)

    return _WRITTEN.sub(noted, text)


def with_strategy(text: str) -> str:
    """The manifest with the strategy that the comment holds; unchanged where there is no such comment."""
    return _NOTED.sub(lambda found: re.sub(r"^  # ", "  ", found[1], flags=re.MULTILINE), text)
