"""The JUnit results of a build as the remote API shows them: whole, or by package, class and case."""

import re
from typing import Any

from starlette.responses import Response

from jenkins_light.errors import NotFoundError
from jenkins_light.model import testresults
from jenkins_light.model.builds import Build
from jenkins_light.web import api
from jenkins_light.web.export import Bean, Inline, bean
from jenkins_light.web.routing import Request, action

_PACKAGE = "hudson.tasks.junit."
Case = dict[str, Any]


@action(Build, "testReport/")
def report(request: Request, build: Build) -> Response:
    """All of it, or of a package, class or case: ``testReport/junit/<package>/<class>/<case>/api/json``."""
    *names, word, form = ["", "", *request.rest.split("/")]
    names = [name for name in names if name]
    names = names[1:] if names[:1] == ["junit"] else names
    if word != "api" or len(names) > 3:
        raise NotFoundError(f"Nothing is at testReport/{request.rest}")
    results = testresults.load(build)
    if results is None:
        raise NotFoundError(f"{build.job.full_name} {build.display_name} has no test report")
    return api.export_bean(request, _part_bean(results, names) if names else _report_bean(results), form)


def _part_bean(results: testresults.TestResults, names: list[str]) -> Bean:
    cases = [case for case in results.cases if _safe(_package(case)) == names[0]]
    if len(names) > 1:
        cases = [case for case in cases if _safe(_class(case)) == names[1]]
    if len(names) > 2:
        cases = [case for case in cases if _safe(case["name"]) == names[2]]
    if not cases:
        raise NotFoundError(f"No test result {'/'.join(names)}")
    if len(names) == 3:
        return _case_bean(cases[0])
    if len(names) == 2:
        return _class_bean(cases)
    classes: dict[str, list[Case]] = {}
    for case in cases:
        classes.setdefault(_class(case), []).append(case)
    children = [_class_bean(group) for group in classes.values()]
    return bean(f"{_PACKAGE}PackageResult", name=_package(cases[0]), child=children, **_counts(cases))


def _safe(name: str) -> str:
    """A name as addresses have it (TestObject.safe): what servers take for something else is an underscore."""
    return re.sub(r"[\\/:?#%<>]", "_", name)


def _package(case: Case) -> str:
    return str(case["className"]).rpartition(".")[0] or "(root)"


def _class(case: Case) -> str:
    return str(case["className"]).rpartition(".")[2]


def _class_bean(cases: list[Case]) -> Bean:
    children = [_case_bean(case) for case in cases]
    return bean(f"{_PACKAGE}ClassResult", name=_class(cases[0]), child=children, **_counts(cases))


def _counts(cases: list[Case]) -> dict[str, Any]:
    failed = sum(case["status"] in testresults.FAILURES for case in cases)
    skipped = sum(case["status"] == "SKIPPED" for case in cases)
    return {
        "duration": sum(case["duration"] for case in cases),
        "failCount": failed,
        "passCount": len(cases) - failed - skipped,
        "skipCount": skipped,
    }


def _case_bean(case: Case) -> Bean:
    return bean(f"{_PACKAGE}CaseResult", **{"testActions": [], "properties": {}, **case})


def _suite_bean(suite: dict[str, Any]) -> Bean:
    shown = {"enclosingBlockNames": [], "enclosingBlocks": [], "nodeId": None, "properties": {}, **suite}
    return bean(f"{_PACKAGE}SuiteResult", **{**shown, "cases": Inline(map(_case_bean, suite["cases"]))})


def _report_bean(results: testresults.TestResults) -> Bean:
    return bean(
        f"{_PACKAGE}TestResult",
        testActions=[],
        empty=results.total == 0,
        suites=Inline(map(_suite_bean, results.suites)),
        **_counts(results.cases),
    )
