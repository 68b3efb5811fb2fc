"""The corpus: Jenkinsfiles that say in their first lines what they show and what they must come to.

A line ``// key: value`` is one of

* ``shows``: names of rows of docs/jenkins.md, with commas between them,
* ``result``: the build's result,
* ``prints``, ``hides``: a text that the console must or must not hold,
* ``before``: two texts, ``a >> b``; the first must come earlier,
* ``parameter``: ``NAME=value``, given to the build,
* ``answers``: the id of an ``input`` and its parameters as JSON; somebody proceeds,
* ``aborts``: the id of an ``input`` that somebody aborts,
* ``from``: ``scm`` when the file comes from a repository,
* ``needs``: ``docker`` or ``home`` (files that the server must find in its home).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[3] / "tests" / "contract" / "jenkins" / "corpus"


@dataclass(frozen=True)
class CorpusFile:
    """One Jenkinsfile of the corpus."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name, which is its job's too."""
        return self.path.name.removesuffix(".Jenkinsfile")

    @property
    def text(self) -> str:
        """The whole file."""
        return self.path.read_text()

    def all(self, key: str) -> list[str]:
        """The values of the lines with this key."""
        start = f"// {key}: "
        return [line.removeprefix(start) for line in self.text.splitlines() if line.startswith(start)]

    @property
    def shows(self) -> list[str]:
        """The rows of the table that the file is the test of."""
        return [name.strip() for line in self.all("shows") for name in line.split(",")]

    def check(self, result: str, console: str, filled: Callable[[str], str] = str) -> None:
        """Compare a build with what the file says; ``filled`` puts addresses in the place of marks."""
        assert [result] == self.all("result"), console
        for text in map(filled, self.all("prints")):
            assert text in console, f"{text!r} is missing:\n{console}"
        for text in self.all("hides"):
            assert text not in console, f"{text!r} must not be there:\n{console}"
        for pair in self.all("before"):
            first, second = pair.split(" >> ")
            assert -1 < console.find(first) < console.find(second), f"{pair!r}:\n{console}"


def corpus(*needs: str) -> list[CorpusFile]:
    """The files that need nothing but these things."""
    files = map(CorpusFile, sorted(CORPUS.rglob("*.Jenkinsfile")))
    return [file for file in files if set(file.all("needs")) <= set(needs)]
