"""The remote API beyond jobs: files, feeds, stage view, inputs, accounts, nodes, moving, parameters of every kind."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
import requests
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


def definitions(inner: str) -> str:
    tag = "hudson.model.ParametersDefinitionProperty"
    return f"<{tag}><parameterDefinitions>{inner}</parameterDefinitions></{tag}>"


def test_artifacts_come_one_by_one_and_as_zip(client: Client, made: Finished) -> None:
    base = f"/job/made/{made.number}/artifact"
    assert {a["relativePath"] for a in made.data["artifacts"]} == {"out/a.txt", "out/sub/b.txt"}
    assert client.get(f"{base}/out/a.txt").content == b"A"
    whole = zipfile.ZipFile(io.BytesIO(client.get(f"{base}/*zip*/archive.zip").content))
    assert sorted(whole.namelist()) == ["archive/out/a.txt", "archive/out/sub/b.txt"]
    part = zipfile.ZipFile(io.BytesIO(client.get(f"{base}/out/sub/*zip*/sub.zip").content))
    assert part.read("sub/b.txt") == b"B"
    assert client.get(f"{base}/nothing.txt").status_code == 404


def test_the_test_report_has_suites_and_cases(client: Client, made: Finished) -> None:
    report = client.json(f"/job/made/{made.number}/testReport/api/json")
    assert (report["failCount"], report["passCount"], report["skipCount"]) == (1, 1, 0)
    (suite,) = report["suites"]
    assert {case["name"]: case["status"] for case in suite["cases"]} == {"good": "PASSED", "bad": "FAILED"} or {
        case["name"]: case["status"] for case in suite["cases"]
    } == {"good": "PASSED", "bad": "REGRESSION"}
    tree = client.json(f"/job/made/{made.number}/testReport/api/json?tree=suites[cases[className,errorDetails]]")
    assert {"p.C"} == {case["className"] for case in tree["suites"][0]["cases"]}


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
    assert client.get("/job/made/lastBuild/buildNumber").text == str(made.number)


def test_folders_nest_and_jobs_move(client: Client) -> None:
    folder = "<com.cloudbees.hudson.plugins.folder.Folder/>"
    for place, name in (("", "outer"), ("/job/outer", "inner")):
        assert client.post(f"{place}/createItem?name={name}", data=folder, headers=XML).status_code == 200
    client.run("mover", "echo 'x'")
    client.post("/job/mover/move/move", data={"destination": "/outer/inner"})
    assert client.json("/job/outer/job/inner/job/mover/1/api/json")["result"] == "SUCCESS"
    assert client.get("/job/mover/api/json").status_code == 404
    assert client.post("/job/outer/move/move", data={"destination": "/outer/inner"}).status_code == 400
    recursive = (
        "<hudson.model.ListView><includeRegex>.*mover</includeRegex><recurse>true</recurse></hudson.model.ListView>"
    )
    client.post("/createView?name=everywhere", data=recursive, headers=XML)
    assert [job["name"] for job in client.json("/view/everywhere/api/json")["jobs"]] == ["mover"]
    client.post("/view/everywhere/doDelete")
    client.post("/job/outer/doDelete")
    assert client.get("/job/outer/job/inner/api/json").status_code == 404


def test_a_view_of_a_plugin_that_is_not_there_is_refused(client: Client) -> None:
    nested = "<hudson.plugins.nested__view.NestedView/>"
    assert client.post("/createView?name=nested", data=nested, headers=XML).status_code == 400


def test_credentials_of_a_folder_are_seen_below_it_only(client: Client) -> None:
    client.post("/createItem?name=vault", data="<com.cloudbees.hudson.plugins.folder.Folder/>", headers=XML)
    text = "org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl"
    secret = f"<{text}><scope>GLOBAL</scope><id>of-folder</id><secret>folder-secret</secret></{text}>"
    store = "/job/vault/credentials/store/folder/domain/_"
    assert client.post(f"{store}/createCredentials", data=secret, headers=XML).status_code == 200
    assert [c["id"] for c in client.json(f"{store}/api/json?tree=credentials[id]")["credentials"]] == ["of-folder"]
    script = (
        "node { withCredentials([string(credentialsId: 'of-folder', variable: 'T')]) { sh 'test $T = folder-secret' } }"
    )
    client.post("/job/vault/createItem?name=inside", data=pipeline(script), headers=XML)
    assert client.finished(client.trigger("vault/job/inside")).result == "SUCCESS"
    assert client.run("outside", script).result == "FAILURE"
    client.post("/job/vault/doDelete")


def test_parameters_of_every_kind(client: Client) -> None:
    kinds = "".join(
        f"<hudson.model.{kind}ParameterDefinition><name>{name}</name>{more}</hudson.model.{kind}ParameterDefinition>"
        for kind, name, more in (
            ("String", "S", "<defaultValue>s</defaultValue><trim>true</trim>"),
            ("Text", "T", "<defaultValue>two\nlines</defaultValue>"),
            ("Boolean", "B", "<defaultValue>false</defaultValue>"),
            ("Choice", "C", "<choices><a class='string-array'><string>x</string><string>y</string></a></choices>"),
            ("Password", "P", "<defaultValue>old-secret</defaultValue>"),
            ("File", "F", ""),
        )
    )  # fmt: skip
    plugin = "io.jenkins.plugins.file__parameters.Base64FileParameterDefinition"
    kinds += f"<{plugin}><name>E</name></{plugin}>"
    stored = "com.cloudbees.plugins.credentials.CredentialsParameterDefinition"
    kinds += f"<{stored}><name>I</name><defaultValue>some-id</defaultValue></{stored}>"
    run = "hudson.model.RunParameterDefinition"
    kinds += f"<{run}><name>R</name><projectName>made</projectName></{run}>"
    shown = "|".join(f"${{params.{name}}}" for name in "STBCFEIR")
    script = f'echo "{shown}|" + params.P.toString().length()'
    client.create("kinds-of", pipeline(script, definitions(kinds)))
    files = {"F": ("report.txt", b"content of the file"), "E": ("e.bin", b"bytes")}
    given = {"S": " trimmed ", "B": "true", "C": "y", "P": "new", "R": "made#1"}
    answer = client.post("/job/kinds-of/buildWithParameters", data=given, files=files)
    assert answer.status_code == 201
    finished = client.finished(int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]))
    assert "trimmed|two\nlines|true|y|report.txt|Ynl0ZXM=|some-id|made#1|3\n" in finished.console
    file = f"/job/kinds-of/{finished.number}/parameters/parameter/F/report.txt"
    assert client.get(file).content == b"content of the file"
    assert client.post("/job/kinds-of/buildWithParameters", data={"C": "z"}).status_code == 400
    pointing = '{"parameter": [{"name": "S", "value": "s2"}, {"name": "F", "file": "file0"}]}'
    answer = client.post("/job/kinds-of/build", data={"json": pointing}, files={"file0": ("other.txt", b"2")})
    finished = client.finished(int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]))
    assert "s2|two\nlines|false|x|other.txt|" in finished.console
    shown = {p["name"]: p["type"] for p in client.json("/job/kinds-of/api/json")["property"][0]["parameterDefinitions"]}
    assert shown["F"] == "FileParameterDefinition"
    assert "old-secret" not in client.get("/job/kinds-of/api/json?depth=2").text


def test_the_jobs_own_token_says_who_called(client: Client) -> None:
    config = pipeline("echo 1").replace("<disabled>", "<authToken>job-token</authToken><disabled>")
    client.create("remote", config)
    answer = client.post("/job/remote/build?token=job-token&cause=because")
    finished = client.finished(int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1]))
    assert finished.console.startswith("Started by remote host ")
    assert "with note: because" in finished.console
    assert client.post("/job/remote/build?token=other").status_code == 403


@pytest.fixture
def guest(client: Client) -> Iterator[tuple[str, str]]:
    """An account of somebody else."""
    form = {
        "username": "guest",
        "password1": "guest-pw",
        "password2": "guest-pw",
        "fullname": "A Guest",
        "email": "g@x",
    }
    client.post("/securityRealm/user/guest/doDelete")
    assert client.post("/securityRealm/createAccountByAdmin", data=form).status_code == 302
    yield "guest", "guest-pw"
    client.post("/securityRealm/user/guest/doDelete")


def test_accounts(client: Client, guest: tuple[str, str]) -> None:
    with requests.Session() as session:
        session.trust_env, session.auth = False, guest
        assert session.get(f"{client.url}/me/api/json").json()["fullName"] == "A Guest"
        assert session.post(f"{client.url}/createItem?name=x", data=b"<project/>", headers=XML).status_code == 403
        crumb = session.get(f"{client.url}/crumbIssuer/api/json").json()
        session.headers[crumb["crumbRequestField"]] = crumb["crumb"]
        tokens = f"{client.url}/me/descriptorByName/jenkins.security.ApiTokenProperty"
        made = session.post(f"{tokens}/generateNewToken", data={"newTokenName": "mine"}).json()["data"]
        with requests.Session() as program:
            program.trust_env, program.auth = False, ("guest", made["tokenValue"])
            assert program.get(f"{client.url}/api/json").status_code == 200
            session.post(f"{tokens}/revoke", data={"tokenUuid": made["tokenUuid"]})
            assert program.get(f"{client.url}/api/json").status_code == 401
    listed = client.json("/asynchPeople/api/json")["users"]
    assert {"A Guest"} <= {entry["user"]["fullName"] for entry in listed}
    other = client.post("/user/guest/descriptorByName/jenkins.security.ApiTokenProperty/generateNewToken")
    assert other.status_code == 403


def test_the_built_in_nodes_executors_change(client: Client) -> None:
    before = client.json("/computer/api/json")["totalExecutors"]
    client.post("/computer/(built-in)/configSubmit", data={"json": '{"numExecutors": 5}'})
    assert client.json("/computer/(built-in)/api/json")["numExecutors"] == 5
    assert client.json("/computer/(built-in)/executors/4/api/json")["number"] == 4
    client.post("/computer/(built-in)/configSubmit", data={"json": f'{{"numExecutors": {before}}}'})
    assert client.json("/computer/api/json")["totalExecutors"] == before
    assert client.json("/label/built-in/api/json")["totalExecutors"] == before
    assert client.json("/overallLoad/api/json?depth=3")["busyExecutors"]["min"]["latest"] == 0


def test_a_node_that_is_taken_offline_starts_nothing(client: Client) -> None:
    client.create("waits", pipeline("node { echo 'in' }"))
    client.post("/computer/(built-in)/toggleOffline?offlineMessage=maintenance")
    try:
        state = client.json("/computer/(built-in)/api/json")
        assert (state["temporarilyOffline"], state["offlineCauseReason"]) == (True, "maintenance")
        item = client.trigger("waits")
        path = client.started(item)
        wait_for(lambda: "waiting for" in client.get(f"{path}consoleText").text.lower() or None, "the reason")
        assert client.json(f"{path}api/json")["building"] is True
    finally:
        client.post("/computer/(built-in)/toggleOffline")
    assert client.finished(item).result == "SUCCESS"


def test_throttled_jobs_wait(client: Client) -> None:
    tag = "hudson.plugins.throttleconcurrents.ThrottleJobProperty"
    inner = "<maxConcurrentTotal>1</maxConcurrentTotal><throttleEnabled>true</throttleEnabled>"
    number = "<hudson.model.StringParameterDefinition><name>N</name></hudson.model.StringParameterDefinition>"
    client.create("throttled", pipeline("sleep 2", f"<{tag}>{inner}</{tag}>" + definitions(number)))
    items = [client.trigger("throttled", {"N": str(n)}) for n in range(2)]
    client.started(items[0])

    def blocked() -> str | None:
        item = client.json(f"/queue/item/{items[1]}/api/json")
        return item["why"] if item["blocked"] else None

    assert wait_for(blocked, "the second to wait") == "Already running 1 builds across all nodes"
    assert [client.finished(item).result for item in items] == ["SUCCESS", "SUCCESS"]


@pytest.mark.parametrize("verb", ["term", "kill"])
def test_a_build_that_does_not_listen_is_ended(client: Client, verb: str) -> None:
    client.create("deaf", pipeline("try { sleep 60 } finally { echo 'still here'; sleep 60 }"))
    item = client.trigger("deaf")
    path = client.started(item)
    client.post(f"{path}{verb}")
    assert client.finished(item, 30).result == "ABORTED"


def test_a_newer_build_may_end_the_older(client: Client) -> None:
    script = """pipeline { agent none
      options { disableConcurrentBuilds(abortPrevious: true) }
      parameters { string(name: 'SECONDS', defaultValue: '0') }
      stages { stage('s') { steps { sleep time: params.SECONDS as int } } } }"""
    client.run("newest", script)
    old = client.trigger("newest", {"SECONDS": "60"})
    client.started(old)
    new = client.trigger("newest", {"SECONDS": "0"})
    assert client.finished(old).result == "NOT_BUILT"
    assert client.finished(new).result == "SUCCESS"


def test_old_builds_and_artifacts_go(client: Client) -> None:
    strategy = "<numToKeep>3</numToKeep><daysToKeep>-1</daysToKeep><artifactNumToKeep>1</artifactNumToKeep>"
    tag = "jenkins.model.BuildDiscarderProperty"
    script = "node { writeFile file: 'a', text: 'x'; archiveArtifacts 'a' }"
    discard = f'<{tag}><strategy class="hudson.tasks.LogRotator">{strategy}</strategy></{tag}>'
    client.create("rotated", pipeline(script, discard))
    for _ in range(5):
        client.finished(client.trigger("rotated"))

    def settled() -> list[tuple[int, int]] | None:
        builds = client.json("/job/rotated/api/json?tree=allBuilds[number,artifacts[fileName]]")["allBuilds"]
        found = [(build["number"], len(build["artifacts"])) for build in builds]
        return found if found == [(5, 1), (4, 0), (3, 0)] else None

    wait_for(settled, "rotation", 10)


def test_scripts_need_no_approval_and_the_console_is_off(client: Client) -> None:
    assert "switched off" in client.get("/scriptApproval/").text
    assert client.post("/scriptText", data={"script": "println 1"}).status_code == 404
