"""Items beyond the plain job: folders, moving, views, parameters of every kind, tokens, limits, rotation."""

from __future__ import annotations

from xml.etree.ElementTree import canonicalize

from jenkins_client import Client, pipeline, wait_for

XML = {"Content-Type": "application/xml"}


def definitions(inner: str) -> str:
    tag = "hudson.model.ParametersDefinitionProperty"
    return f"<{tag}><parameterDefinitions>{inner}</parameterDefinitions></{tag}>"


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


def test_who_has_a_lock_is_told(client: Client) -> None:
    client.post("/createItem?name=locks", data="<com.cloudbees.hudson.plugins.folder.Folder/>", headers=XML)
    script = pipeline("lock('rest-db') { input currentBuild.fullDisplayName }")
    assert client.post("/job/locks/createItem?name=holder", data=script, headers=XML).status_code == 200
    item = client.trigger("locks/job/holder")
    client.started(item)

    def held() -> dict[str, object] | None:
        found = client.json("/lockable-resources/api/json?tree=resources[*]")["resources"]
        return next((each for each in found if each["name"] == "rest-db" and each["locked"]), None)

    resource = wait_for(held, "the lock")
    assert {name: resource[name] for name in ("buildName", "ephemeral", "reserved", "labelsAsList")} == {
        "buildName": "locks » holder #1", "ephemeral": True, "reserved": False, "labelsAsList": [],
    }  # fmt: skip
    assert client.get("/lockable-resources/").status_code == 200
    assert client.json("/plugin/lockable-resources/api/json") == client.json("/lockable-resources/api/json")
    assert client.post("/lockable-resources/reserve?resource=rest-db").status_code == 423
    assert client.post("/lockable-resources/reserve?resource=none").status_code == 404
    wait_for(lambda: client.json("/job/locks/job/holder/1/wfapi/pendingInputActions") or None, "the question")
    client.post("/job/locks/job/holder/1/stop")
    assert "locks » holder #1" in client.finished(item).console
    client.post("/job/locks/doDelete")


def test_a_view_of_a_plugin_that_is_not_there_is_refused(client: Client) -> None:
    nested = "<hudson.plugins.nested__view.NestedView/>"
    assert client.post("/createView?name=nested", data=nested, headers=XML).status_code == 400


def test_views_and_folders_are_described(client: Client) -> None:
    client.post("/createView?name=told", data="<hudson.model.ListView/>", headers=XML)
    client.post("/createItem?name=told", data="<com.cloudbees.hudson.plugins.folder.Folder/>", headers=XML)
    for path in ("/view/told", "/job/told"):
        assert client.post(f"{path}/submitDescription", data={"description": "what for"}).status_code == 302
        assert client.json(f"{path}/api/json")["description"] == "what for"
        client.post(f"{path}/doDelete")


def test_a_configuration_is_kept_as_it_is_given(client: Client) -> None:
    """Who compares what is there with what is wanted, as Ansible does, finds no difference in spaces."""

    def held() -> str:
        declaration, _, document = client.get("/job/as-given/config.xml").text.partition("?>")
        assert declaration.startswith("<?xml version='1.1'")
        return canonicalize(document)

    given = pipeline("echo 1").replace("\n", "")
    given = canonicalize(given[given.index("<flow-definition") :])
    client.create("as-given", given)
    assert held() == given
    other = given.replace("echo 1", "echo 2")
    client.post("/job/as-given/config.xml", data=other, headers=XML)
    assert held() == other
    client.post("/createItem?name=as-copied&mode=copy&from=as-given")
    assert client.get("/job/as-copied/config.xml").text == client.get("/job/as-given/config.xml").text
    client.post("/job/as-given/disable")
    assert "\n  <disabled>true</disabled>\n" in held()


def test_a_taken_name_is_told_before_the_document_is_read(client: Client) -> None:
    client.create("taken", pipeline("echo 1"))
    answer = client.post("/createItem?name=taken", data=b"", headers=XML)
    # Jetty puts a space for each letter that Latin-1 does not have.
    assert (answer.status_code, answer.headers["X-Error"]) == (400, "A job already exists with the name  taken")
    answer = client.post("/job/taken/confirmRename?newName=%20taken")
    assert answer.headers["X-Error"] == "The new name is the same as the current name."


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
    values = client.json(f"/job/kinds-of/{finished.number}/api/json?tree=actions[parameters[name]]")["actions"]
    classes = {p["name"]: p["_class"] for action in values for p in action.get("parameters", ())}
    assert (classes["T"], classes["C"]) == ("hudson.model.TextParameterValue", "hudson.model.StringParameterValue")
    refused = client.post(f"/job/kinds-of/{finished.number}/replay/rebuild")
    assert refused.headers["X-Error"] == "Replay is not allowed when password parameters are used."
    unknown = client.post("/job/kinds-of/build", data={"json": '{"parameter": {"name": "nope", "value": "1"}}'})
    assert (unknown.status_code, unknown.headers["X-Error"]) == (400, "No such parameter definition: nope")
    waiting = client.post("/job/kinds-of/buildWithParameters?delay=600sec&B=true&P=new&T=t").headers["Location"]
    item = client.json(f"/queue/item/{waiting.rstrip('/').rsplit('/', 1)[1]}/api/json")
    assert {"B=true", "P=****", "T=t"} <= set(item["params"].split("\n"))
    client.post(f"/queue/cancelItem?id={item['id']}")
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
    # The job's page tells this address to scripts and links, which GET it.
    assert client.get("/job/remote/build?token=job-token").status_code == 201
    assert client.get("/job/remote/build?token=other").status_code == 403


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
