"""The remote API's forms: JSON, XML and Python, cut by tree, depth and XPath; curl lines of Jenkins' documentation."""

from __future__ import annotations

import ast
import base64
import json
import subprocess

import pytest
from jenkins_client import Client, Finished, pipeline, wait_for

LINTER = "/pipeline-model-converter"


@pytest.fixture(scope="module")
def built(client: Client) -> Finished:
    finished = client.run("rest", "echo 'x'")
    assert finished.result == "SUCCESS"
    return finished


def curl(client: Client, *arguments: str) -> str:
    command = [
        "curl",
        "--silent",
        "--show-error",
        "--globoff",
        "--noproxy",
        "*",
        "--user",
        f"{client.user}:{client.token}",
    ]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=True).stdout


def test_tree_picks_properties(client: Client, built: Finished) -> None:
    found = client.json("/api/json?tree=jobs[name,builds[number,result]{0,1}]")
    job = next(job for job in found["jobs"] if job["name"] == "rest")
    assert job["builds"] == [{"_class": job["builds"][0]["_class"], "number": built.number, "result": "SUCCESS"}]
    assert set(found) == {"_class", "jobs"}


def test_depth_opens_what_is_below(client: Client, built: Finished) -> None:
    flat = client.json("/job/rest/api/json")["builds"][0]
    assert set(flat) == {"_class", "number", "url"}
    deep = client.json("/job/rest/api/json?depth=1")["builds"][0]
    assert deep["result"] == "SUCCESS"
    assert deep["fullDisplayName"] == f"rest #{built.number}"


def test_a_job_in_a_list_shows_name_address_and_colour(client: Client, built: Finished) -> None:
    job = next(job for job in client.json("/api/json")["jobs"] if job["name"] == "rest")
    assert set(job) == {"_class", "name", "url", "color"}
    assert job["_class"] == "org.jenkinsci.plugins.workflow.job.WorkflowJob"


def test_causes_parameters_and_classes(client: Client, built: Finished) -> None:
    cause = built.data["actions"][0]["causes"][0]
    assert cause["_class"] == "hudson.model.Cause$UserIdCause"
    assert cause["userId"] == client.user
    assert built.data["_class"] == "org.jenkinsci.plugins.workflow.job.WorkflowRun"


def test_xml_and_xpath(client: Client, built: Finished) -> None:
    assert "<workflowRun _class=" in client.get(f"/job/rest/{built.number}/api/xml").text
    assert client.get("/job/rest/api/xml?xpath=/workflowJob/name").text == "<name>rest</name>"
    for text in ("/workflowJob/name/text()", "string(/workflowJob/name)", "concat(//name,'x')"):
        assert client.get("/job/rest/api/xml", params={"xpath": text}).status_code == 403, text
    wrapped = client.get("/job/rest/api/xml?xpath=//build/number&wrapper=all").text
    assert wrapped == f"<all><number>{built.number}</number></all>"
    texts = client.get("/job/rest/api/xml?xpath=//build/number/text()&wrapper=all").text
    assert texts == f"<all>{built.number}</all>"
    none, many = (client.get(f"/job/rest/api/xml?xpath=//{name}") for name in ("nothing", "url"))
    assert (none.status_code, none.text) == (404, "XPath //nothing didn\u2019t match")
    assert many.status_code == 500
    assert "only matches one" in many.text
    assert client.get("/job/rest/api/xml?xpath=//name&wrapper=1x").status_code == 400
    assert "<name>" not in client.get("/job/rest/api/xml?exclude=//name").text


def test_python(client: Client, built: Finished) -> None:
    assert ast.literal_eval(client.get("/job/rest/api/python").text)["name"] == "rest"


def test_other_forms_of_the_api(client: Client, built: Finished) -> None:
    assert '"name" : "rest"' in client.get("/job/rest/api/json?pretty=true").text
    assert client.get("/job/rest/api/json?jsonp=f").status_code == 403
    assert client.request("HEAD", "/job/rest/api/json/").status_code == 200
    assert client.json("/crumbIssuer/api/json/api/json")["crumbRequestField"] == "Jenkins-Crumb"
    assert "REST" in client.get("/job/rest/api/").text or "Remote API" in client.get("/job/rest/api/").text


def test_what_wants_a_post_says_so(client: Client, built: Finished) -> None:
    for path in ("/quietDown", "/job/rest/doDelete", "/job/rest/build", f"/job/rest/{built.number}/stop"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST"), path
        assert "<form" in answer.text, path


def test_what_only_tells_answers_to_a_post_too(client: Client, built: Finished) -> None:
    # Some clients follow a redirect with the method that led there.
    for path in ("/job/rest/", "/", f"/job/rest/{built.number}/", "/pluginManager/updates/", "/job/rest/wfapi/runs"):
        assert client.post(path).status_code == 200, path
    assert client.json("/job/rest/wfapi/runs/api/json")[0]["id"] == str(built.number)
    assert client.request("PUT", "/job/rest/config.xml", data="<x/>").status_code == 405


def test_permalinks(client: Client, built: Finished) -> None:
    for name in ("lastBuild", "lastSuccessfulBuild", "lastStableBuild", "lastCompletedBuild"):
        assert client.json(f"/job/rest/{name}/api/json")["number"] == built.number
    assert client.get("/job/rest/lastFailedBuild/api/json").status_code == 404


def test_versions_in_headers(client: Client) -> None:
    headers = client.get("/api/json").headers
    assert headers["X-Jenkins"].startswith("2.")
    page = client.request("HEAD", "/").headers
    assert headers["X-Jenkins-Session"] == page["X-Jenkins-Session"]
    assert base64.b64decode(page["X-Instance-Identity"]).startswith(b"\x30")
    assert headers["Content-Type"].startswith("application/json")


def test_the_documented_crumb_line(client: Client) -> None:
    path = '/crumbIssuer/api/xml?xpath=concat(//crumbRequestField,":",//crumb)'
    name, _, crumb = curl(client, client.url + path).partition(":")
    assert name == "Jenkins-Crumb"
    assert len(crumb) >= 32


def test_the_documented_build_lines(client: Client, built: Finished) -> None:
    answer = curl(client, "--include", "--request", "POST", f"{client.url}/job/rest/build?delay=0sec")
    assert answer.startswith("HTTP/1.1 201")
    assert f"ocation: {client.url}/queue/item/" in answer
    item = int(answer.split("/queue/item/")[1].split("/")[0])
    assert client.finished(item).result == "SUCCESS"


def test_the_documented_linter_line(client: Client) -> None:
    good = "pipeline { agent any\n stages { stage('s') { steps { echo 'x' } } } }"
    address = f"{client.url}{LINTER}/validate"
    assert "Jenkinsfile successfully validated." in curl(client, "--form", f"jenkinsfile={good}", address)
    assert "Errors encountered validating Jenkinsfile" in curl(client, "--form", "jenkinsfile=pipeline { }", address)
    assert "did not contain the 'pipeline' step" in curl(client, "--form", "jenkinsfile=echo 'x'", address)
    assert curl(client, "--request", "POST", address) == "No Jenkinsfile specified\n"
    one, many = (
        client.post(f"{LINTER}/validateJenkinsfile", data={"jenkinsfile": script}).json()["data"]
        for script in ("echo 'x'", "pipeline { }")
    )
    assert (one["result"], one["errors"]) == (
        "failure",
        [{"error": "Jenkinsfile content 'echo 'x'' did not contain the 'pipeline' step"}],
    )
    assert len(many["errors"][0]["error"]) == 2


def _over(client: Client, path: str) -> str:
    """The console of a build once it is over."""

    def over() -> str | None:
        known = client.get(f"{path}api/json?tree=building")
        return client.get(f"{path}consoleText").text if known.ok and not known.json()["building"] else None

    return str(wait_for(over, path))


def test_the_script_of_a_form_is_checked(client: Client, built: Finished) -> None:
    place = "/job/rest/descriptorByName/org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition/checkScriptCompile"
    assert client.post(place, data={"value": "node { echo 'x' }"}).json()["status"] == "success"
    (wrong,) = client.post(place, data={"value": "node {\n  echo ("}).json()
    assert (wrong["status"], wrong["line"]) == ("fail", 2)


def test_replay_runs_another_script_once(client: Client, built: Finished) -> None:
    number = client.json("/job/rest/api/json?tree=nextBuildNumber")["nextBuildNumber"]
    for verb, form in (("run", {"json": json.dumps({"mainScript": "echo 'replayed'"})}), ("rebuild", {})):
        answer = client.post(f"/job/rest/{built.number}/replay/{verb}", data=form)
        assert (answer.status_code, answer.headers["Location"].rpartition("/job/")[2]) == (302, "rest/")
    replayed, rebuilt = (_over(client, f"/job/rest/{n}/") for n in (number, number + 1))
    assert "replayed" in replayed
    assert f"Replayed #{built.number}" in replayed
    assert f"Rebuilt #{built.number}" in rebuilt
    assert "replayed" not in rebuilt
    causes = client.json(f"/job/rest/{number}/api/json?tree=actions[causes[userId]]")["actions"][0]["causes"]
    assert [cause.get("userId") for cause in causes] == [client.user, None]
    assert client.post(f"/job/rest/{built.number}/replay/run").status_code == 400
    assert "replayed" not in client.finished(client.trigger("rest")).console


def test_pages_answer(client: Client, built: Finished) -> None:
    view = "<hudson.model.ListView><name>pages</name></hudson.model.ListView>"
    client.post("/createView?name=pages", data=view, headers={"Content-Type": "application/xml"})
    client.post("/view/pages/addJobToView?name=rest")
    for verb in ("addJobToView", "removeJobFromView"):
        assert client.post(f"/view/pages/{verb}?name=nobody").status_code == 400
    number = built.number
    job = ["/job/rest/", "/view/pages/job/rest/configure", f"/job/rest/{number}/", f"/job/rest/{number}/console"]
    others = ["/", "/view/pages/", "/computer/", "/newJob", "/credentials/store/system/domain/_/", "/pluginManager/"]
    for path in [*job, *others]:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.text.startswith("<!doctype html>"), path
    client.post("/view/pages/doDelete")
    assert client.get("/job/rest").headers["Location"] == "/job/rest/"


def test_what_a_job_is_called_is_escaped_in_pages(client: Client) -> None:
    described = "<description>&lt;script&gt;1</description>"
    client.create("plain", pipeline("echo 1").replace("<description></description>", described))
    assert "<script>1" not in client.get("/job/plain/").text
