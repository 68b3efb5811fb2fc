"""What developers push while others deploy: CI takes it up at once, and builds one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubestage.delivery.jenkins import Build
from kubestage.sandbox.sandbox import Sandbox
from kubestage.waits import wait_for

from .repositories import Work

NOT_COMPILING = "package saas.uuid;\n\nclass Broken {\n    int broken = ;\n}\n"
FAILING_TEST = """package saas.uuid;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PlantedTest {

    @Test
    void twoIsThree() {
        assertEquals(3, 2);
    }
}
"""
# A condition that is always true: what SonarQube calls a bug of severity Major (java:S1764).
BUG = """package saas.uuid;

class Planted {

    boolean same(int version) {
        return version == version;
    }
}
"""
Changes = dict[str, dict[str, str]]  # files by branch
EVERYDAY: Changes = {
    "master": {"NOTES.md": "one more line\n"},
    "feature/greeting": {"GREETING.md": "hello\n"},
    "broken-code": {"src/main/java/saas/uuid/Broken.java": NOT_COMPILING},
    "broken-test": {"src/test/java/saas/uuid/PlantedTest.java": FAILING_TEST},
}
ANALYSED: Changes = {
    "analysed": {"ANALYSED.md": "good\n"},
    "planted-bug": {"src/main/java/saas/uuid/Planted.java": BUG},
}


@dataclass(frozen=True)
class Pushes:
    """One commit on each of the branches.

    Attributes:
        sandbox: whose CI builds them.
        commits: their names by branch.
        released: the digest that v2.0.0.0 had before.
    """

    sandbox: Sandbox
    commits: dict[str, str]
    released: str

    @classmethod
    def make(cls, sandbox: Sandbox, changes: Changes) -> Pushes:
        """Commits all the changes."""
        work, released = Work(sandbox), sandbox.registry.require("v2.0.0.0")
        return cls(sandbox, {on: work.commit(on, f"Work on {on}", files) for on, files in changes.items()}, released)

    def statuses(self, branch: str) -> list[Any]:
        """What CI has told GitLab of the branch's commit."""
        return list(Work(self.sandbox).project.commits.get(self.commits[branch]).statuses.list(get_all=True))

    def build(self, branch: str) -> Build:
        """The build of the branch's commit, found by what GitLab shows of it, once it has ended."""
        told = wait_for(f"CI takes up the push to {branch}", lambda: self.statuses(branch) or None, seconds=180)
        number = int(told[0].target_url.rstrip("/").rpartition("/")[2])
        return self.sandbox.jenkins.follow_build("uuid.image", number, lambda text: None)
