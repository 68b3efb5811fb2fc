# ruff: noqa: E501 (the talk's lines are kept as they are)
"""The talk's two pipelines, in its own words."""

from __future__ import annotations

from runner_driver import Message, Runner, value

SCM = {
    "$class": "GitSCM",
    "branches": [{"name": "*/master"}],
    "userRemoteConfigs": [{"url": "http://gitlab:8080/demo/knowledge_share.git"}],
}

CI = r"""
pipeline {
    agent any
    tools {
        maven 'maven-3.5.2'
        jdk 'JDK8'
    }
    stages {
        stage('Prepare') {
            steps {
                script {
                    uuidUrl = "http://gitlab:8080/saas/uuid-service.git"
                    deployUrl = "http://gitlab:8080/demo/knowledge_share.git"
                    credentialsId = "caoyong1-gitlab-lenovo-com"
                }
                // clean the workspace
                sh("rm -rf *")
            }
        }
        stage('Check out') {
            steps {
                dir("deploy") {
                    checkout([$class: 'GitSCM', branches: [[name: 'refs/heads/master']], userRemoteConfigs: [[credentialsId: "$credentialsId", url: "$deployUrl"]], doGenerateSubmoduleConfigurations: false, extensions: [], submoduleCfg: []])
                }
                dir("uid") {
                    checkout([$class: 'GitSCM', branches: [[name: 'refs/heads/master']], userRemoteConfigs: [[credentialsId: "$credentialsId", url: "$uuidUrl"]], doGenerateSubmoduleConfigurations: false, extensions: [], submoduleCfg: []])
                    script {
                        pom = readMavenPom file: 'pom.xml'
                        vName=pom.version
                    }
                    sh("mvn clean compile package -P saas")
                    sh("docker build --no-cache -f ../deploy/demo/docker/uuid/uuid.dockerfile -t localhost:5001/apps/uuid:$vName .")
                    sh("docker push localhost:5001/apps/uuid:$vName")
                }
            }
        }
        stage('Say') {
            steps {
                echo "=========="
                echo "Code check out has been packaged docker image"
            }
        }
    }
}
"""

CD = r"""
pipeline {
    agent any
    stages {
        stage('Namespace') {
            steps {
                script {
                    ns = "ns-uuid-$envName"
                }
                dir("namespaces/$ns") {
                    sh("cp ../../demo/k8s/uid/namespace.yaml .")
                    sh("cp ../../demo/k8s/uid/cm-${envName}.yaml .")
                    sh("sed -i -e 's/\${NAMESPACE}/${ns}/g' namespace.yaml")
                    sh("kubectl apply -f namespace.yaml --validate=false")
                }
            }
        }
        stage('Pods') {
            steps {
                dir("pods/uuid") {
                    sh("cp ../../demo/k8s/uid/uuid.yaml .")
                    sh("sed -i \
                        -e 's/\${NAMESPACE}/${ns}/g' \
                        -e 's/\${VERSION}/${version}/g' \
                        -e 's/\${NODEPORT}/${nodePort}/g' uuid.yaml")
                    sh("kubectl apply -f uuid.yaml")
                }
                echo "Service in k8s Run on Cluster"
            }
        }
    }
}
"""


def tool_environment(step: Message) -> Message:
    tool = step["args"]["toolId"]
    return {"value": [f"PATH+{tool.upper()}=/tools/{tool}/bin"]}


def test_ci_checks_out_builds_and_pushes_the_version_of_the_pom(runner: Runner) -> None:
    build = runner.run(
        CI,
        {
            "readMavenPom": value({"@type": "model", "artifactId": "uuid", "version": "v1.0.0.0"}),
            "envVarsForTool": tool_environment,
            "checkout": value({"GIT_COMMIT": "abc"}),
        },
        scm=SCM,
    )

    assert build.result == "SUCCESS"
    assert build.called("sh") == [
        "rm -rf *",
        "mvn clean compile package -P saas",
        "docker build --no-cache -f ../deploy/demo/docker/uuid/uuid.dockerfile -t localhost:5001/apps/uuid:v1.0.0.0 .",
        "docker push localhost:5001/apps/uuid:v1.0.0.0",
    ]
    assert build.called("dir") == ["deploy", "uid"]
    implicit, deploy, service = build.called("checkout")
    assert implicit == SCM
    assert deploy["userRemoteConfigs"] == [
        {"credentialsId": "caoyong1-gitlab-lenovo-com", "url": "http://gitlab:8080/demo/knowledge_share.git"}
    ]
    assert service["doGenerateSubmoduleConfigurations"] is False
    assert service["extensions"] == []


def test_ci_steps_run_with_the_tools_first_on_their_path(runner: Runner) -> None:
    build = runner.run(CI, {"readMavenPom": value({"version": "1"}), "envVarsForTool": tool_environment}, scm=SCM)

    env = next(s for s in build.steps if s["name"] == "sh")["context"]["env"]
    assert env["PATH"].startswith("/tools/jdk/bin:/tools/maven/bin:")
    assert env["PATH"].endswith("/usr/bin:/bin")


def test_ci_shows_the_stages_jenkins_adds(runner: Runner) -> None:
    build = runner.run(CI, {"readMavenPom": value({"version": "1"})}, scm=SCM)

    assert [name for name, status in build.stages] == [
        "Declarative: Checkout SCM",
        "Declarative: Tool Install",
        "Prepare",
        "Check out",
        "Say",
    ]


def test_cd_replaces_only_its_own_placeholders(runner: Runner) -> None:
    variables = {"version": "v1.0.0.0", "envName": "prod", "nodePort": "30051"}

    build = runner.run(CD, scm=SCM, env=variables)

    assert build.result == "SUCCESS"
    assert build.called("dir") == ["namespaces/ns-uuid-prod", "pods/uuid"]
    _copied, config_map, replaced, _applied, *pods = build.called("sh")
    assert config_map == "cp ../../demo/k8s/uid/cm-prod.yaml ."
    assert replaced == "sed -i -e 's/${NAMESPACE}/ns-uuid-prod/g' namespace.yaml"
    assert "-e 's/${VERSION}/v1.0.0.0/g'" in pods[1]
    assert "-e 's/${NODEPORT}/30051/g'" in pods[1]


def test_cd_takes_its_variables_from_parameters_too(runner: Runner) -> None:
    build = runner.run(CD, scm=SCM, params={"version": "v2.0.0.0", "envName": "test", "nodePort": 30050})

    assert build.result == "SUCCESS"
    assert build.called("dir")[0] == "namespaces/ns-uuid-test"


def test_the_log_reads_as_in_jenkins(runner: Runner) -> None:
    build = runner.run("pipeline { agent any\n stages { stage('A') { steps { dir('x') { sh 'ls' } } } } }")

    assert build.log == [
        "[Pipeline] Start of Pipeline",
        "[Pipeline] node",
        "[Pipeline] {",
        "[Pipeline] stage",
        "[Pipeline] { (A)",
        "[Pipeline] dir",
        "[Pipeline] {",
        "[Pipeline] sh",
        "[Pipeline] }",
        "[Pipeline] // dir",
        "[Pipeline] }",
        "[Pipeline] // stage",
        "[Pipeline] }",
        "[Pipeline] // node",
        "[Pipeline] End of Pipeline",
    ]
