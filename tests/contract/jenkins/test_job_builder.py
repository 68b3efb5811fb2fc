"""jenkins-job-builder, unmodified, keeps folders, pipelines with all their parts, and views on the server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jenkins_client import Client

JOBS = """
- job: {name: jjb-team, project-type: folder, description: of jenkins-job-builder}
- job:
    name: jjb-team/jjb-pipeline
    project-type: pipeline
    description: made by jenkins-job-builder
    display-name: The pipeline
    concurrent: false
    parameters:
      - string: {name: VERSION, default: v1, description: what, trim: true}
      - choice: {name: ENV, choices: [test, prod]}
      - bool: {name: DRY, default: true}
      - text: {name: NOTES, default: none}
      - password: {name: SECRET, default: hidden-word}
      - file: {name: upload.txt}
    properties:
      - build-discarder: {num-to-keep: 7, artifact-num-to-keep: 2}
      - throttle: {max-total: 3, option: project}
    triggers:
      - timed: H 4 * * 1-5
      - pollscm: {cron: H/15 * * * *}
      - reverse: {jobs: jjb-other, result: unstable}
      - generic-webhook-trigger:
          token: jjb-token
          print-contrib-var: true
          regex-filter-text: $version
          regex-filter-expression: ^v\\d+$
          post-content-params:
            - {type: JSONPath, key: version, value: $.version}
    dsl: |
      echo 'version ' + params.VERSION + ' to ' + params.ENV
- job:
    name: jjb-scm
    project-type: pipeline
    pipeline-scm:
      script-path: ci/Jenkinsfile
      lightweight-checkout: true
      scm:
        - git: {url: 'http://gitlab:8080/a/b.git', branches: ['*/main'], credentials-id: git}
- job:
    name: jjb-shell
    project-type: freestyle
    concurrent: true
    logrotate: {numToKeep: 2}
    builders:
      - shell: echo "shell says $((40 + 2))"
- view: {name: jjb-view, view-type: list, regex: 'jjb-s.*', recurse: true}
"""


@pytest.fixture
def jjb(client: Client, tmp_path: Path) -> Callable[..., str]:
    """Runs ``jenkins-jobs``, each time with an empty cache: nothing but the server knows what is there."""
    (tmp_path / "jobs.yaml").write_text(JOBS)
    (tmp_path / "jjb.ini").write_text(
        f"[jenkins]\nurl={client.url}\nuser={client.user}\npassword={client.token}\nquery_plugins_info=True\n"
    )

    def run(*arguments: str) -> str:
        command = [str(Path(sys.executable).with_name("jenkins-jobs")), "--conf", str(tmp_path / "jjb.ini"), *arguments]
        env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_a_whole_set_goes_there_stays_and_goes_away(client: Client, jjb: Callable[..., str]) -> None:
    jjb("update", "jobs.yaml")
    names = {"jjb-team/job/jjb-pipeline", "jjb-scm", "jjb-shell"}
    before = {name: client.get(f"/job/{name}/config.xml").text for name in names}
    pipeline = before["jjb-team/job/jjb-pipeline"]
    for part in ("H 4 * * 1-5", "H/15 * * * *", "<upstreamProjects>jjb-other", "<maxConcurrentTotal>3", "jjb-token"):
        assert part in pipeline
    shown = client.json("/job/jjb-team/job/jjb-pipeline/api/json")
    assert shown["displayName"] == "The pipeline"
    kinds = [p["type"] for a in shown["property"] for p in a.get("parameterDefinitions", ())]
    assert [kind.removesuffix("ParameterDefinition") for kind in kinds] == [
        "String", "Choice", "Boolean", "Text", "Password", "File",
    ]  # fmt: skip
    assert "Number of jobs updated: 0" in jjb("update", "jobs.yaml")
    finished = client.finished(client.trigger("jjb-team/job/jjb-pipeline", {"ENV": "prod"}))
    assert "version v1 to prod" in finished.console
    assert {name: client.get(f"/job/{name}/config.xml").text for name in names} == before
    answer = client.post("/generic-webhook-trigger/invoke?token=jjb-token", json={"version": "v2"}).json()
    triggered = answer["jobs"]["jjb-team/jjb-pipeline"]
    assert triggered["triggered"]
    client.finished(triggered["id"])
    assert "shell says 42" in client.finished(client.trigger("jjb-shell")).console
    assert {job["name"] for job in client.json("/view/jjb-view/api/json")["jobs"]} == {"jjb-scm", "jjb-shell"}
    jjb("delete", "--path", "jobs.yaml", "jjb-team", "jjb-scm", "jjb-shell")
    for name in names:
        assert client.get(f"/job/{name}/api/json").status_code == 404
    client.post("/view/jjb-view/doDelete")
