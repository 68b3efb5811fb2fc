"""What builds leave: artifacts, test reports, fingerprints, stages, inputs, feeds; and how they are ended."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import datetime

import pytest
from jenkins_client import Client, Finished, pipeline, wait_for

XML = {"Content-Type": "application/xml"}
JUNIT = (
    '<testsuite name="suite"><testcase classname="p.C" name="good" time="0.25"/>'
    '<testcase classname="p.C" name="bad"><failure message="no">trace</failure></testcase></testsuite>'
)


@pytest.fixture(scope="module")
def made(client: Client) -> Finished:
    """A build with artifacts, tests and stages."""
    return client.run(
        "made",
        "stage('Make') { node { writeFile file: 'out/a.txt', text: 'A'; writeFile file: 'out/sub/b.txt', text: 'B'\n"
        f"archiveArtifacts 'out/**'; writeFile file: 'r.xml', text: '{JUNIT}'; junit 'r.xml' }} }}\n"
        "stage('Tell') { echo 'told' }",
    )


def test_artifacts_come_one_by_one_and_as_zip(client: Client, made: Finished) -> None:
    base = f"/job/made/{made.number}/artifact"
    assert {a["relativePath"] for a in made.data["artifacts"]} == {"out/a.txt", "out/sub/b.txt"}
    file = client.get(f"{base}/out/a.txt")
    assert file.content == b"A"
    known = {"If-Modified-Since": file.headers["Last-Modified"]}
    assert client.get(f"{base}/out/a.txt", headers=known).status_code == 304
    whole = zipfile.ZipFile(io.BytesIO(client.get(f"{base}/*zip*/archive.zip").content))
    assert sorted(whole.namelist()) == ["archive/out/a.txt", "archive/out/sub/b.txt"]
    part = zipfile.ZipFile(io.BytesIO(client.get(f"{base}/out/sub/*zip*/sub.zip").content))
    assert part.read("sub/b.txt") == b"B"
    assert client.get(f"{base}/nothing.txt").status_code == 404
    assert client.get(f"{base}/out").headers["Location"] == f"{base}/out/"
    assert 'href="sub/"' in client.get(f"{base}/out/").text
    viewed = client.get(f"{base}/out/a.txt/*view*/")
    assert (viewed.text, viewed.headers["Content-Type"].split(";")[0]) == ("A", "text/plain")
    assert 'href="out/"' in client.get("/job/made/ws/").text


def test_the_test_report_has_suites_and_cases(client: Client, made: Finished) -> None:
    report = client.json(f"/job/made/{made.number}/testReport/api/json")
    assert (report["failCount"], report["passCount"], report["skipCount"]) == (1, 1, 0)
    (suite,) = report["suites"]
    assert {case["name"]: case["status"] for case in suite["cases"]} in (
        {"good": "PASSED", "bad": "FAILED"},
        {"good": "PASSED", "bad": "REGRESSION"},
    )
    tree = client.json(f"/job/made/{made.number}/testReport/api/json?tree=suites[cases[className,errorDetails]]")
    assert {"p.C"} == {case["className"] for case in tree["suites"][0]["cases"]}
    for place, count in (("p", "failCount"), ("junit/p/C", "passCount")):
        assert client.json(f"/job/made/{made.number}/testReport/{place}/api/json")[count] == 1
    assert client.json(f"/job/made/{made.number}/testReport/p/C/bad/api/json")["errorStackTrace"] == "trace"
    assert client.json(f"/job/made/{made.number}/api/json")["estimatedDuration"] > 0


def test_the_test_report_tells_what_became_of_a_test(client: Client) -> None:
    def outcome(body: str) -> tuple[str, int, int]:
        report = f"<testsuite name='s'><testcase classname='p.C' name='t'>{body}</testcase></testsuite>"
        script = f"""node {{ writeFile file: 'r.xml', text: "{report}"; junit 'r.xml' }}"""
        client.post("/job/aging/config.xml", data=pipeline(script), headers=XML)
        number = client.finished(client.trigger("aging")).number
        case = client.json(f"/job/aging/{number}/testReport/api/json")["suites"][0]["cases"][0]
        return case["status"], case["age"], case["failedSince"]

    client.create("aging", pipeline("echo 'new'"))
    found = [outcome(body) for body in ("", "<failure/>", "<failure/>", "", "")]
    assert found == [("PASSED", 0, 0), ("REGRESSION", 1, 2), ("FAILED", 2, 2), ("FIXED", 0, 0), ("PASSED", 0, 0)]


def test_fingerprints_tell_who_made_a_file_and_who_used_it(client: Client) -> None:
    make = "writeFile file: 'f.txt', text: 'known again'; archiveArtifacts artifacts: 'f.txt', fingerprint: true"
    made = client.run("makes-file", f"node {{ {make} }}")
    client.run("uses-file", "node { writeFile file: 'g', text: 'known again'; fingerprint 'g' }")
    md5 = hashlib.md5(b"known again", usedforsecurity=False).hexdigest()
    found = client.json(f"/fingerprint/{md5}/api/json")
    assert (found["fileName"], found["original"]["name"], found["hash"]) == ("f.txt", "makes-file", md5)
    used = {usage["name"]: usage["ranges"]["ranges"][-1]["end"] for usage in found["usage"]}
    assert used["makes-file"] == made.number + 1
    assert "uses-file" in used
    tree = client.json(f"/job/makes-file/{made.number}/api/json?tree=fingerprint[hash]")
    assert [entry["hash"] for entry in tree["fingerprint"]] == [md5]
    assert client.get(f"/fingerprint/{'0' * 32}/api/json").status_code == 404


def test_the_stage_view(client: Client, made: Finished) -> None:
    job = client.json("/job/made/wfapi/")
    assert job["name"] == "made"
    assert job["runCount"] == made.number
    run = client.json(f"/job/made/{made.number}/wfapi/describe")
    assert [(stage["name"], stage["status"]) for stage in run["stages"]][1] == ("Tell", "SUCCESS")
    assert run["status"] == "UNSTABLE"
    node = client.json(run["stages"][1]["_links"]["self"]["href"])
    assert node["stageFlowNodes"]
    log = client.json(node["stageFlowNodes"][0]["_links"]["log"]["href"])
    assert "told" in log["text"]
    assert [a["path"] for a in client.json(run["_links"]["artifacts"]["href"])] == ["out/a.txt", "out/sub/b.txt"]
    assert client.json("/job/made/wfapi/runs?fullStages=true")[0]["stages"][0]["stageFlowNodes"]


def test_inputs_are_pending_until_somebody_answers(client: Client) -> None:
    script = (
        "def got = input(message: 'Where to?', id: 'where', parameters: [string(name: 'ENV', defaultValue: 'test')])"
    )
    client.create("asks", pipeline(script + '\necho "to $got"'))
    item = client.trigger("asks")
    path = client.started(item)
    (pending,) = wait_for(lambda: client.json(f"{path}wfapi/pendingInputActions") or None, "the question")
    assert (pending["id"], pending["message"], pending["inputs"][0]["name"]) == ("Where", "Where to?", "ENV")
    assert client.json(f"{path}wfapi/nextPendingInputAction")["id"] == "Where"
    assert client.json(f"{path}wfapi/describe")["status"] == "PAUSED_PENDING_INPUT"
    assert client.post(f"{path}input/Where/nothing").status_code == 404
    wrong = client.post(f"{path}input/Where/proceed", data={"json": '{"parameter": {"name": "X", "value": ""}}'})
    assert wrong.headers["X-Error"] == "No such parameter definition: X"
    given = '{"parameter": [{"name": "ENV", "value": "prod"}]}'
    answer = client.post(f"{path}wfapi/inputSubmit?inputId=Where", data={"json": given})
    assert answer.status_code == 200, answer.text
    assert "to prod\n" in client.finished(item).console


@pytest.mark.parametrize("kind", ["rssAll", "rssFailed", "rssLatest"])
def test_feeds(client: Client, made: Finished, kind: str) -> None:
    for place in ("", "/view/all", "/job/made"):
        answer = client.get(f"{place}/{kind}")
        assert answer.headers["Content-Type"].startswith("application/atom+xml")
        assert (f"made #{made.number}" in answer.text) is (kind != "rssFailed")


def test_a_build_is_described_named_and_kept(client: Client, made: Finished) -> None:
    path = f"/job/made/{made.number}"
    client.post(f"{path}/configSubmit", data={"json": '{"displayName": "the one", "description": "fine"}'})
    client.post(f"{path}/toggleLogKeep")
    found = client.json(f"{path}/api/json?tree=displayName,description,keepLog")
    assert (found["displayName"], found["description"], found["keepLog"]) == ("the one", "fine", True)
    refused = client.post(f"{path}/doDelete")
    assert (refused.status_code, refused.headers["X-Error"].rpartition(": ")[2]) == (
        400,
        "This record is explicitly marked to be kept.",
    )
    assert client.get("/job/made/lastBuild/buildNumber").text == str(made.number)


def test_when_a_build_began_is_told_in_javas_patterns(client: Client, made: Finished) -> None:
    path = f"/job/made/{made.number}/buildTimestamp"
    assert re.fullmatch(r"\d{1,2}/\d{1,2}/\d\d, \d{1,2}:\d\d\s[AP]M", client.get(path).text)
    told = client.get(path, params={"format": "yyyy-MM-dd'T'HH:mm:ss.SSSZ"}).text
    assert datetime.strptime(told, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000 == made.data["timestamp"]


def test_the_times_of_a_consoles_lines_are_told(client: Client) -> None:
    client.run("stamped", "timestamps { echo 'first'; echo 'second' }")

    def told(query: str) -> list[str]:
        answer = client.get(f"/job/stamped/1/timestamps/?{query}")
        assert answer.status_code == 200
        return list(answer.text.splitlines())

    shown = told("precision=1&elapsed=H:mm:ss.S&appendLog")
    assert [re.sub(r"\d", "0", line) for line in shown if line.endswith(("first", "second"))] == [
        "0.0 0:00:00.000  first",
        "0.0 0:00:00.000  second",
    ]
    assert shown[0] == "  Started by user admin"
    assert len(told("")) == len(shown)
    first = next(place for place, line in enumerate(shown, 1) if line.endswith("first"))
    assert re.fullmatch(r"\d\.\d{3}", told(f"startLine={first}&endLine={first}")[0])
    hours = [int(told(f"time=H&timeZone={zone}&startLine={first}")[0]) for zone in ("UTC", "GMT+2", "GMT-1:00")]
    assert [(hour - hours[0]) % 24 for hour in hours] == [0, 2, 23]
    assert re.fullmatch(r"\d{4}-\d\d", told("time=yyyy-MM&currentTime")[0])
    assert "IllegalArgumentException" in told("precision=many")[-1]


@pytest.mark.parametrize("verb", ["term", "kill"])
def test_a_build_that_does_not_listen_is_ended(client: Client, verb: str) -> None:
    client.create("deaf", pipeline("try { sleep 60 } finally { echo 'still here'; sleep 60 }"))
    item = client.trigger("deaf")
    path = client.started(item)
    client.post(f"{path}{verb}")
    assert client.finished(item, 30).result == "ABORTED"
