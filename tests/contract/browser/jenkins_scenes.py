"""Jobs and builds for the light Jenkins' pages to show."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "servers" / "jenkins" / "tests"))

from jenkins_client import Client, pipeline

PARAMETERS = """<hudson.model.ParametersDefinitionProperty><parameterDefinitions>
  <hudson.model.StringParameterDefinition><name>VERSION</name><description>What to release</description>
    <defaultValue>v1.0.0.0</defaultValue></hudson.model.StringParameterDefinition>
  <hudson.model.ChoiceParameterDefinition><name>ENVIRONMENT</name><choices class="java.util.Arrays$ArrayList">
    <a class="string-array"><string>test</string><string>prod</string></a></choices>
  </hudson.model.ChoiceParameterDefinition>
  <hudson.model.BooleanParameterDefinition><name>DRY_RUN</name><defaultValue>true</defaultValue>
  </hudson.model.BooleanParameterDefinition>
  <hudson.model.PasswordParameterDefinition><name>SECRET</name><defaultValue>hunter2hunter2</defaultValue>
  </hudson.model.PasswordParameterDefinition>
</parameterDefinitions></hudson.model.ParametersDefinitionProperty>"""

_REPORT = """<testsuite name="uuid" tests="4">
<testcase classname="org.example.uuid.StatusTest" name="tellsItsVersion" time="0.12"/>
<testcase classname="org.example.uuid.StatusTest" name="tellsItsStage" time="0.03">{failure}</testcase>
<testcase classname="org.example.uuid.id.GeneratorTest" name="neverRepeats" time="1.5"/>
<testcase classname="org.example.uuid.id.GeneratorTest" name="isFast" time="0"><skipped/></testcase>
</testsuite>"""
_FAILURE = """<failure message="expected: &lt;prod&gt; but was: &lt;test&gt;">org.opentest4j.AssertionFailedError
  at StatusTest.java:42</failure>"""

RELEASE = """pipeline {
  agent any
  stages {
    stage('Check out') { steps { echo 'Checked out' } }
    stage('Compile and package') { steps { echo "Building $VERSION for $ENVIRONMENT, dry run $DRY_RUN"; sleep 1 } }
    stage('Unit tests') { steps { writeFile file: 'report.xml', text: '''REPORT'''; junit 'report.xml' } }
    stage('Deploy') {
      when { environment name: 'DRY_RUN', value: 'false' }
      steps { echo 'Deployed' }
    }
  }
  post { always { writeFile file: 'notes/release.txt', text: "$VERSION"; archiveArtifacts 'notes/*' } }
}"""

SLOW = """node { stage('Count') { for (int i = 1; i <= 8; i++) {
  echo "line ${i} <b>not bold</b>"
  sleep time: 300, unit: 'MILLISECONDS'
} } }"""

GATED = """node { stage('Build') { echo 'built' } }
stage('Approval') { def who = input message: 'Deploy to prod?', ok: 'Deploy', parameters: [string(name: 'REASON',
  defaultValue: 'release', description: 'Why now')]; echo "because of ${who}" }
node { stage('Deploy') { echo 'deployed' } }"""


def release(failing: bool) -> str:
    """The script of a release whose tests pass or not."""
    return RELEASE.replace("REPORT", _REPORT.format(failure=_FAILURE if failing else ""))


def prepare(client: Client) -> None:
    """Make the jobs and views, and let some builds be over."""
    client.create("uuid.image", pipeline(release(failing=True), PARAMETERS))
    client.finished(client.trigger("uuid.image", {}))
    client.create("broken", pipeline("node { stage('Build') { error 'no such luck' } }"))
    client.finished(client.trigger("broken"))
    client.post("/job/uuid.image/config.xml", data=pipeline(release(failing=False), PARAMETERS).encode())
    client.finished(client.trigger("uuid.image", {"DRY_RUN": "false", "VERSION": "v2.0.0.0"}))
    client.create("slow", pipeline(SLOW))
    client.create("gated", pipeline(GATED))
    jobs = "<name>demo</name><jobNames><string>uuid.image</string></jobNames>"
    view = f"<hudson.model.ListView>{jobs}</hudson.model.ListView>"
    client.post("/createView?name=demo", data=view, headers={"Content-Type": "application/xml"})
