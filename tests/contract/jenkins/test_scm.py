"""Pipelines from git: the job's own script, checkout, credentials, changes."""

from __future__ import annotations

import pytest
from git_host import GitHost
from jenkins_client import Client, pipeline, pipeline_from_scm, username_password

STORE = "/credentials/store/system/domain/_"


@pytest.fixture(autouse=True, scope="module")
def _account(client: Client) -> None:
    client.post(f"{STORE}/credential/git-account/doDelete")
    client.create_credentials(username_password("git-account", GitHost.USER, GitHost.PASSWORD))


def test_a_pipeline_from_scm_checks_itself_out(client: Client, git_host: GitHost) -> None:
    script = """
    pipeline { agent any
      stages { stage('Show') { steps {
        sh 'cat data.txt'
        echo "at ${env.GIT_COMMIT} of ${env.GIT_BRANCH} from ${env.GIT_URL}"
        script { told(currentBuild.changeSets).each { echo it } }
      } } } }
    @NonCPS
    def told(sets) {
      def all = []
      for (int i = 0; i < sets.size(); i++) {
        for (entry in sets[i].items) {
          all << "${entry.author} ${entry.msg} ${entry.commitId}"
          for (file in new ArrayList(entry.affectedFiles)) { all << "${file.editType.name} ${file.path}" }
        }
      }
      return all
    }
    """
    url = git_host.add("private/app", {"ci/Jenkinsfile": script, "data.txt": "from the repository\n"})
    client.create("from-scm", pipeline_from_scm(url, "ci/Jenkinsfile", "git-account"))
    finished = client.finished(client.trigger("from-scm"))
    assert finished.result == "SUCCESS", finished.console
    assert f"Obtained ci/Jenkinsfile from git {url}" in finished.console
    assert "[Pipeline] { (Declarative: Checkout SCM)" in finished.console
    assert "from the repository" in finished.console
    assert f"at {git_host.head('private/app')} of origin/master from {url}" in finished.console
    assert GitHost.PASSWORD not in finished.console

    git_host.add("private/app", {"data.txt": "changed\n"}, "second commit")
    again = client.finished(client.trigger("from-scm"))
    assert "changed" in again.console
    assert f"t second commit {git_host.head('private/app')}" in again.console
    assert "edit data.txt" in again.console
    items = again.data["changeSets"][0]["items"]
    assert [(item["msg"], item["affectedPaths"]) for item in items] == [("second commit", ["data.txt"])]
    assert [(path["editType"], path["file"]) for path in items[0]["paths"]] == [("edit", "data.txt")]
    assert items[0]["comment"].startswith("second commit\n")
    assert [who["fullName"] for who in again.data["culprits"]] == [items[0]["author"]["fullName"]]


def test_checkout_with_the_map_of_the_talk(client: Client, git_host: GitHost) -> None:
    url = git_host.add("private/other", {"pom.xml": "<project><version>v1.2.3</version></project>"})
    script = f"""
    node {{
      script {{
        otherUrl = "{url}"
        credentialsId = "git-account"
        dir("sub") {{
          checkout([$class: 'GitSCM', branches: [[name: 'refs/heads/master']], userRemoteConfigs: [[credentialsId: "$credentialsId", url: "$otherUrl"]], doGenerateSubmoduleConfigurations: false, extensions: [], submoduleCfg: []])
          pom = readMavenPom file: 'pom.xml'
          vName = pom.version
          sh("echo version $vName in `pwd`")
        }}
      }}
    }}
    """  # noqa: E501 the talk's own line
    finished = client.run("checkout-map", script.replace("script {", "if (true) {"))
    assert finished.result == "SUCCESS", finished.console
    assert "using credential git-account" in finished.console
    assert "version v1.2.3 in" in finished.console
    assert "/sub\n" in finished.console


def test_the_git_step_and_scm_git(client: Client, git_host: GitHost) -> None:
    url = git_host.add("open/lib", {"a.txt": "A"})
    script = f"""
    node {{
      git url: '{url}', branch: 'master'
      sh 'git rev-parse --abbrev-ref HEAD'
      dir('x') {{
        def taken = checkout scmGit(branches: [[name: '*/master']], userRemoteConfigs: [[url: '{url}']])
        echo "took ${{taken.GIT_COMMIT}}"
      }}
      dir('y') {{ git url: '{url}', changelog: false }}
      def before = currentBuild.previousBuild
      def sets = currentBuild.changeSets.collect {{ it.items*.msg }}
      echo "sets $sets after ${{before?.number}} with ${{before?.changeSets}}"
      echo "which is before ${{before?.nextBuild?.number}} and after ${{before?.previousBuild}}"
    }}
    """
    finished = client.run("git-step", script)
    assert finished.result == "SUCCESS", finished.console
    assert "\nmaster\n" in finished.console
    assert f"took {git_host.head('open/lib')}" in finished.console
    assert finished.console.count("First time build. Skipping changelog.") == 2
    assert "sets [] after null with null" in finished.console

    git_host.add("open/lib", {"b.txt": "B"}, "one more file")
    again = client.finished(client.trigger("git-step"))
    # Each checkout but that without a changelog brings a set of its own, as in Jenkins.
    assert "sets [[one more file], [one more file]] after 1 with []" in again.console
    assert "which is before 2 and after null" in again.console
    assert [[item["msg"] for item in found["items"]] for found in again.data["changeSets"]] == [["one more file"]] * 2
    told = client.json("/job/git-step/2/wfapi/changesets")
    assert [found["commitCount"] for found in told] == [1, 1]


def test_what_cannot_be_had_fails_clearly(client: Client, git_host: GitHost) -> None:
    url = git_host.add("private/app2", {"Jenkinsfile": "echo 'x'"})
    client.create("no-password", pipeline_from_scm(url, "Jenkinsfile"))
    denied = client.finished(client.trigger("no-password"))
    assert denied.result == "FAILURE"
    assert "Error fetching remote repo 'origin'" in denied.console
    client.create("no-file", pipeline_from_scm(url, "Nope", "git-account"))
    assert "Unable to find Nope from git" in client.finished(client.trigger("no-file")).console
    client.create("no-scm", pipeline("node { checkout scm }"))
    assert client.finished(client.trigger("no-scm")).result == "FAILURE"
