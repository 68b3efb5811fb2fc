"""jenkins-job-builder, unmodified, keeps jobs on the server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from jenkins_client import Client

JOBS = """
- job:
    name: jjb-pipeline
    project-type: pipeline
    description: made by jenkins-job-builder
    parameters:
      - string: {name: VERSION, default: v1}
      - choice: {name: ENV, choices: [test, prod]}
    triggers:
      - generic-webhook-trigger:
          token: jjb-token
          print-contrib-var: true
          regex-filter-text: $version
          regex-filter-expression: ^v\\d+$
          post-content-params:
            - {type: JSONPath, key: version, value: $.version}
    dsl: |
      echo 'version ' + params.VERSION + ' to ' + params.ENV
- view:
    name: jjb-view
    view-type: list
    job-name: [jjb-pipeline]
"""


@pytest.fixture
def jjb(client: Client, tmp_path: Path) -> object:
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


def test_updates_and_deletes_jobs_and_views(client: Client, jjb) -> None:  # type: ignore[no-untyped-def]
    jjb("update", "--jobs-only", "jobs.yaml")
    jjb("update", "--views-only", "jobs.yaml")
    finished = client.finished(client.trigger("jjb-pipeline", {"ENV": "prod"}))
    assert "version v1 to prod" in finished.console
    answer = client.post("/generic-webhook-trigger/invoke?token=jjb-token", json={"version": "v2"}).json()
    assert answer["jobs"]["jjb-pipeline"]["triggered"]
    client.finished(answer["jobs"]["jjb-pipeline"]["id"])
    assert [job["name"] for job in client.json("/view/jjb-view/api/json")["jobs"]] == ["jjb-pipeline"]
    jjb("delete", "--path", "jobs.yaml", "jjb-pipeline")
    assert client.get("/job/jjb-pipeline/api/json").status_code == 404
    client.post("/view/jjb-view/doDelete")
