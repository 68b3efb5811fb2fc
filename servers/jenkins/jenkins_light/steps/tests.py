"""``junit``: test reports in JUnit's XML format become the build's test results."""

from pathlib import Path
from typing import Any

from jenkins_light import xmltree
from jenkins_light.engine.calls import StepCall
from jenkins_light.model import testresults
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, step
from jenkins_light.xmltree import Element


@step("junit", "testResults")
def junit(call: StepCall) -> dict[str, Any]:
    """Read the reports that the patterns match; failures make the build UNSTABLE.

    Source: the junit plugin (testResults, allowEmptyResults, skipMarkingBuildUnstable; what concerns checks, claims,
    long output and the job's weather is taken and does nothing).

    Returns:
        A TestResultSummary: totalCount, failCount, skipCount, passCount and duration (seconds).
    """
    call.log("Recording test results")
    reports = list(globs.find(call.folder, call.text("testResults")))
    if not reports:
        message = "No test report files were found. Configuration error?"
        if not call.flag("allowEmptyResults"):
            raise Abort(message)
        call.log(message)
    suites = [suite for report in reports for suite in _suites(report)]
    own = testresults.TestResults(suites)
    if reports and not own.total:
        message = "None of the test reports contained any result"
        if not call.flag("allowEmptyResults"):
            raise Abort(message)
        call.log(message)
    testresults.add(call.build, suites)
    if own.failed and not call.flag("skipMarkingBuildUnstable"):
        call.result = "UNSTABLE"
    fields = {
        "totalCount": own.total,
        "failCount": own.failed,
        "skipCount": own.skipped,
        "passCount": own.total - own.failed - own.skipped,
        "duration": sum(suite["duration"] for suite in suites),
    }
    return {"@type": "object", "text": f"hudson.tasks.junit.TestResultSummary@{id(fields):x}", "fields": fields}


def _suites(report: Path) -> list[dict[str, Any]]:
    root = xmltree.parse(report.read_bytes())
    elements = [root] if root.tag == "testsuite" else list(root.iter("testsuite"))
    return [_suite(element, report) for element in elements]


def _suite(element: Element, report: Path) -> dict[str, Any]:
    return {
        "name": element.get("name") or report.stem,
        "duration": _seconds(element),
        "timestamp": element.get("timestamp"),
        "id": element.get("id"),
        "stdout": element.findtext("system-out"),
        "stderr": element.findtext("system-err"),
        "cases": [_case(case, element) for case in element.iterfind("testcase")],
    }


def _case(case: Element, suite: Element) -> dict[str, Any]:
    problem = next((node for node in case if node.tag in {"failure", "error"}), None)
    skip = case.find("skipped")
    return {
        "className": case.get("classname") or suite.get("name") or "",
        "name": case.get("name") or "",
        "duration": _seconds(case),
        "status": "FAILED" if problem is not None else "SKIPPED" if skip is not None else "PASSED",
        "errorDetails": None if problem is None else problem.get("message"),
        "errorStackTrace": None if problem is None else problem.text,
        "skipped": skip is not None,
        "skippedMessage": None if skip is None else skip.get("message") or skip.text,
        "stdout": case.findtext("system-out"),
        "stderr": case.findtext("system-err"),
        "age": 0,
        "failedSince": 0,
    }


def _seconds(element: Element) -> float:
    try:
        return float((element.get("time") or "0").replace(",", ""))
    except ValueError:
        return 0.0
