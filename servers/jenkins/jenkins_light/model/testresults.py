"""JUnit results of a build, kept in junit.json beside its record."""

from dataclasses import dataclass, field
from typing import Any

from jenkins_light.files import read_json, write_json
from jenkins_light.model.builds import Build

#: A case's statuses that stand for a failure.
FAILURES = frozenset({"FAILED", "REGRESSION"})


@dataclass(frozen=True)
class Package:
    """The cases of one Java package, or of what reports name in its place."""

    name: str
    cases: list[dict[str, Any]]

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(case["status"] in FAILURES for case in self.cases)


@dataclass
class TestResults:
    """Suites, each with its cases; a case has className, name, duration, status, errorDetails, errorStackTrace."""

    __test__ = False

    suites: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cases(self) -> list[dict[str, Any]]:
        """All cases of all suites."""
        return [case for suite in self.suites for case in suite["cases"]]

    @property
    def total(self) -> int:
        """How many cases."""
        return len(self.cases)

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(case["status"] in FAILURES for case in self.cases)

    @property
    def skipped(self) -> int:
        """How many were skipped."""
        return sum(case["status"] == "SKIPPED" for case in self.cases)

    def packages(self) -> list[Package]:
        """The cases by package, in the packages' order."""
        found: dict[str, list[dict[str, Any]]] = {}
        for case in self.cases:
            found.setdefault(str(case["className"]).rpartition(".")[0], []).append(case)
        return [Package(name, cases) for name, cases in sorted(found.items())]


def load(build: Build) -> TestResults | None:
    """The build's results, or None when no ``junit`` step ran."""
    stored = read_json(build.folder / "junit.json")
    return None if stored is None else TestResults(stored)


def add(build: Build, suites: list[dict[str, Any]]) -> TestResults:
    """Put further suites to the build's results."""
    results = load(build) or TestResults()
    results.suites.extend(suites)
    write_json(build.folder / "junit.json", results.suites)
    return results
