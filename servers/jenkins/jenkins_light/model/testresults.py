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
    """Suites, each with its cases, both with the fields that the junit plugin exports."""

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
    """Put further suites to the build's results; each case is told what became of it since the build before."""
    results = load(build) or TestResults()
    _compare(build, suites)
    results.suites.extend(suites)
    write_json(build.folder / "junit.json", results.suites)
    return results


def _compare(build: Build, suites: list[dict[str, Any]]) -> None:
    """Set status, ``failedSince`` and ``age`` as CaseResult has them: by the last build before that has results."""
    tested = (results for earlier in build.job.builds.before(build.number) if (results := load(earlier)) is not None)
    last = next(tested, TestResults())
    before = {_key(suite, case): case for suite in last.suites for case in suite["cases"]}
    for suite in suites:
        for case in suite["cases"]:
            _compare_case(build.number, case, before.get(_key(suite, case)))


def _compare_case(number: int, case: dict[str, Any], last: dict[str, Any] | None) -> None:
    passed_before = last is not None and last["status"] in {"PASSED", "FIXED"}
    if case["status"] == "FAILED":
        failed_before = last is not None and last["status"] in FAILURES
        case["failedSince"] = (last or {}).get("failedSince", number) if failed_before else number
        case["age"] = number - case["failedSince"] + 1
        case["status"] = "REGRESSION" if passed_before else "FAILED"
    elif case["status"] == "PASSED" and last is not None and not passed_before:
        case["status"] = "FIXED"


def _key(suite: dict[str, Any], case: dict[str, Any]) -> tuple[str, str, str]:
    return suite["name"], case["className"], case["name"]
