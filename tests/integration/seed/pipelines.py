"""Pipelines of the tests' own, in the Jenkins that was seeded."""

from __future__ import annotations

import jenkins

from kubestage.secrets import Secrets
from kubestage.settings import Settings
from kubestage.waits import wait_for


def run_pipeline(settings: Settings, secrets: Secrets, job: str, *lines: str, connection: str = "gitlab") -> str:
    """The console of a build of a new pipeline."""
    server = jenkins.Jenkins(settings.jenkins_url, "admin", secrets.jenkins_admin_token)
    properties = f"properties([gitLabConnection('{connection}')])" if connection else ""
    script = "\n".join([properties, "node {", *lines, "}"])
    server.create_job(job, _PIPELINE.format(script=script))
    server.build_job(job)
    wait_for("the build", lambda: _result(server, job), seconds=60)
    return str(server.get_build_console_output(job, 1))


_PIPELINE = """<flow-definition plugin="workflow-job">
  <definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition" plugin="workflow-cps">
    <script>{script}</script>
    <sandbox>true</sandbox>
  </definition>
</flow-definition>"""


def _result(server: jenkins.Jenkins, job: str) -> str | None:
    builds = server.get_job_info(job)["builds"]
    return server.get_build_info(job, 1)["result"] if builds else None
