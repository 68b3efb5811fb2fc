"""A thin client for tests: what users do with curl, as functions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import requests

PIPELINE = """<?xml version='1.1' encoding='UTF-8'?>
<flow-definition plugin="workflow-job">
  <description></description>
  <properties>{properties}</properties>
  <definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition" plugin="workflow-cps">
    <script>{script}</script>
    <sandbox>true</sandbox>
  </definition>
  <disabled>false</disabled>
</flow-definition>"""

FROM_SCM = """<?xml version='1.1' encoding='UTF-8'?>
<flow-definition plugin="workflow-job">
  <properties>{properties}</properties>
  <definition class="org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition" plugin="workflow-cps">
    <scm class="hudson.plugins.git.GitSCM" plugin="git">
      <configVersion>2</configVersion>
      <userRemoteConfigs>
        <hudson.plugins.git.UserRemoteConfig>
          <url>{url}</url>
          <credentialsId>{credentials}</credentialsId>
        </hudson.plugins.git.UserRemoteConfig>
      </userRemoteConfigs>
      <branches><hudson.plugins.git.BranchSpec><name>*/master</name></hudson.plugins.git.BranchSpec></branches>
      <submoduleCfg class="empty-list"/>
      <extensions/>
    </scm>
    <scriptPath>{path}</scriptPath>
    <lightweight>true</lightweight>
  </definition>
  <disabled>false</disabled>
</flow-definition>"""


def pipeline(script: str, properties: str = "") -> str:
    """The config.xml of a pipeline whose script stands in the job."""
    return PIPELINE.format(script=escape(script), properties=properties)


def pipeline_from_scm(url: str, path: str, credentials: str = "", properties: str = "") -> str:
    """The config.xml of a pipeline whose script is a file in a repository."""
    return FROM_SCM.format(url=url, path=path, credentials=credentials, properties=properties)


def webhook(inner: str) -> str:
    """The job property that holds a Generic Webhook Trigger."""
    tag = "org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty"
    trigger = "org.jenkinsci.plugins.gwt.GenericTrigger"
    return f"<{tag}><triggers><{trigger}><spec></spec>{inner}</{trigger}></triggers></{tag}>"


def username_password(ident: str, username: str, password: str) -> str:
    """The XML of a username with password."""
    kind = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl"
    return (
        f"<{kind}><scope>GLOBAL</scope><id>{ident}</id><description>of a test</description>"
        f"<username>{username}</username><password>{escape(password)}</password></{kind}>"
    )


@dataclass(frozen=True)
class Finished:
    """A build that is over."""

    number: int
    result: str
    console: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Client:
    """A Jenkins, asked with an API token."""

    url: str
    user: str
    token: str

    def request(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """Any request; the answer's status is not looked at."""
        with requests.Session() as session:
            session.auth = (self.user, self.token)
            session.trust_env = False
            return session.request(method, self.url + path, timeout=30, allow_redirects=False, **arguments)

    def get(self, path: str, **arguments: Any) -> requests.Response:
        """GET."""
        return self.request("GET", path, **arguments)

    def post(self, path: str, **arguments: Any) -> requests.Response:
        """POST."""
        return self.request("POST", path, **arguments)

    def json(self, path: str) -> Any:
        """The JSON at ``path``."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def create(self, name: str, config: str) -> None:
        """Make a job, in place of one of this name."""
        self.post(f"/job/{name}/doDelete")
        answer = self.post(
            f"/createItem?name={name}", data=config.encode(), headers={"Content-Type": "application/xml"}
        )
        assert answer.status_code == 200, answer.text

    def create_credentials(self, document: str) -> None:
        """Make a credential."""
        path = "/credentials/store/system/domain/_/createCredentials"
        answer = self.post(path, data=document.encode(), headers={"Content-Type": "application/xml"})
        assert answer.status_code == 200, answer.text

    def trigger(self, name: str, parameters: Mapping[str, str] | None = None) -> int:
        """Put a build in the queue and return the item's number."""
        path = f"/job/{name}/build" if parameters is None else f"/job/{name}/buildWithParameters"
        answer = self.post(path, data=dict(parameters or {}))
        assert answer.status_code == 201, answer.text
        return int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1])

    def started(self, item: int) -> str:
        """Wait until a queue item is a build and return the build's path, with a closing slash."""

        def path() -> str | None:
            executable = self.json(f"/queue/item/{item}/api/json").get("executable")
            return None if executable is None else "/" + executable["url"].split("/", 3)[3]

        return wait_for(path, "the item to leave the queue")

    def finished(self, item: int, seconds: float = 90) -> Finished:
        """Wait until a queue item is a build that is over."""
        path = self.started(item)

        def over() -> dict[str, Any] | None:
            data = self.json(f"{path}api/json")
            return None if data["building"] else data

        data = wait_for(over, f"{path} to finish", seconds)
        return Finished(data["number"], data["result"], self.get(f"{path}consoleText").text, data)

    def console(self, name: str, number: int = 1) -> str:
        """The console text of a build so far, empty when there is no such build."""
        answer = self.get(f"/job/{name}/{number}/consoleText")
        return str(answer.text) if answer.status_code == 200 else ""

    def ended(self, name: str, seconds: float = 120) -> tuple[str, str]:
        """Result and console of a job's first build, once it is over."""

        def over() -> dict[str, Any] | None:
            data: dict[str, Any] = self.json(f"/job/{name}/1/api/json")
            return None if data["building"] else data

        return str(wait_for(over, f"{name} to finish", seconds)["result"]), self.console(name)

    def run(self, name: str, script: str, properties: str = "") -> Finished:
        """Make a pipeline of a script, build it, and wait for its end."""
        self.create(name, pipeline(script, properties))
        return self.finished(self.trigger(name))


def wait_for(probe: Any, what: str, seconds: float = 60, every: float = 0.05) -> Any:
    """What ``probe`` returns once that is not None; it is asked ``every`` so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = probe()
        if found is not None:
            return found
        time.sleep(every)
    raise AssertionError(f"waited {seconds} s for {what}")
