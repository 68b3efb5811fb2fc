from __future__ import annotations

import re

import pytest

from .knowledge import KNOWLEDGE, pipeline, pipeline_sed

DEFAULT, IMAGE, RUNNER = "uuid.image", "uuid.image.talk", "uuid.runner"
GIT_SCM = (
    "checkout([$class: 'GitSCM', branches: [[name: 'refs/heads/master']], userRemoteConfigs: [[credentialsId: "
    '"$credentialsId", url: "${url}"]], doGenerateSubmoduleConfigurations: false, extensions: [], submoduleCfg: []])'
)


@pytest.mark.parametrize("name", [DEFAULT, IMAGE, RUNNER])
def test_the_pipelines_are_declarative_on_any_agent(name: str) -> None:
    assert "pipeline {\n    agent any\n" in pipeline(name)


@pytest.mark.parametrize(
    ("name", "title"),
    [(IMAGE, "Code check out has been packaged docker image"), (RUNNER, "Service in k8s Run on Cluster")],
)
def test_the_stages_have_the_talks_titles(name: str, title: str) -> None:
    assert f"stage('=========={title}==========')" in pipeline(name)


@pytest.mark.parametrize(
    "words",
    [
        "maven 'maven-3.5.2'",
        "jdk 'JDK8'",
        'uuidUrl = "http://gitlab:8080/saas/uuid-service.git"',
        'deployUrl = "http://gitlab:8080/demo/knowledge_share.git"',
        'credentialsId = "caoyong1-gitlab-lenovo-com"',
        'sh("rm -rf *")',
        'dir("deploy")',
        'dir("uid")',
        GIT_SCM.replace("${url}", "$deployUrl"),
        GIT_SCM.replace("${url}", "$uuidUrl"),
        "pom = readMavenPom file: 'pom.xml'",
        "vName = pom.version",
        'sh("mvn clean compile package -P saas")',
        'sh("docker build --no-cache -f ../deploy/demo/docker/uuid/uuid.dockerfile'
        ' -t localhost:5001/apps/uuid:$vName .")',
        'sh("docker push localhost:5001/apps/uuid:$vName")',
    ],
)
def test_the_image_pipeline_has_the_talks_words(words: str) -> None:
    assert words in pipeline(IMAGE)


@pytest.mark.parametrize(
    "words",
    [
        'ns = "ns-uuid-$envName"',
        'dir("namespaces/$ns")',
        'sh("cp ../../demo/k8s/uid/namespace.yaml .")',
        'sh("cp ../../demo/k8s/uid/cm-${envName}.yaml .")',
        r"""sh("sed -i -e 's/\${NAMESPACE}/${ns}/g' namespace.yaml")""",
        'sh("kubectl apply -f namespace.yaml --validate=false")',
        'dir("pods/uuid")',
        'sh("cp ../../demo/k8s/uid/uuid.yaml .")',
    ],
)
def test_the_runner_pipeline_has_the_talks_words(words: str) -> None:
    assert words in pipeline(RUNNER)


def test_the_default_pipeline_has_the_second_diagrams_stages_in_its_order() -> None:
    stages = re.findall(r"^        stage\('(.*)'\)", pipeline(DEFAULT), re.MULTILINE)
    order = ["Check out", "Compile", "Unit tests", "Static analysis", "Quality gate", "Image", "Push", "Deploy to test"]
    assert stages == [stage for stage in order if stage in stages]
    assert {"Check out", "Compile", "Unit tests", "Image", "Push", "Deploy to test"} <= set(stages)


def test_variables_are_set_without_def() -> None:
    assert "def " not in pipeline(IMAGE) + pipeline(RUNNER)


def test_the_broken_lines_of_sed_are_one_command() -> None:
    line = pipeline_sed(RUNNER, "uuid.yaml", {"ns": "N", "version": "V", "nodePort": "P"})
    assert line.split() == [
        "sed", "-i", "-e", "'s/${NAMESPACE}/N/g'", "-e", "'s/${VERSION}/V/g'", "-e", "'s/${NODEPORT}/P/g'", "uuid.yaml"
    ]  # fmt: skip


def test_the_dockerfile_is_the_talks() -> None:
    lines = (KNOWLEDGE / "demo/docker/uuid/uuid.dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "FROM localhost:5001/base_env/alpine_java:8",
        "WORKDIR /root/services",
        "COPY target/*.jar ./app.jar",
        "EXPOSE 30001",
        'ENTRYPOINT ["java","-jar","app.jar","--server.port=30001"]',
    ]


def dockerfile(name: str) -> list[str]:
    """A Dockerfile's instructions, comments left out and lines joined."""
    text = (KNOWLEDGE / "demo" / "docker" / "uuid" / name).read_text(encoding="utf-8").replace("\\\n", "")
    return [" ".join(line.split()) for line in text.splitlines() if line and not line.startswith("#")]


def test_the_layered_image_starts_from_the_same_base_with_the_same_command() -> None:
    talk, layered = dockerfile("uuid.dockerfile"), dockerfile("uuid.layered.dockerfile")
    assert [line for line in talk if not line.startswith("COPY")] == [
        line for line in layered[layered.index(talk[0]) :] if not line.startswith(("COPY", "ENV", "RUN"))
    ]


def test_the_layered_image_has_its_dependencies_below_what_changes() -> None:
    copies = [line for line in dockerfile("uuid.layered.dockerfile") if line.startswith("COPY --from=jar")]
    assert [copy.rpartition(" ")[2] for copy in copies] == ["./lib", "./app.jar"]


def test_the_layered_image_needs_no_buildkit() -> None:
    assert not any("--mount" in line or "<<" in line for line in dockerfile("uuid.layered.dockerfile"))
