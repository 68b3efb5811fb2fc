"""Every artefact, with its version: the one place where versions are pinned."""

from __future__ import annotations

from kubestage.settings import CHECKOUT
from kubestage.supply import official
from kubestage.supply.artefact import Artefact
from kubestage.supply.central import MavenDistribution, MavenPlugin
from kubestage.supply.debian import RELEASE, DebianImage
from kubestage.supply.dockerfile import DockerfileImage
from kubestage.supply.golang import GoProgram, GoToolchain
from kubestage.supply.java import JavaImage
from kubestage.supply.links import LinkedProgram
from kubestage.supply.maven import MavenPackage, MavenRepository
from kubestage.supply.node import NodeImage
from kubestage.supply.pause import PauseProgram
from kubestage.supply.python import SitePackages
from kubestage.supply.scratch import ScratchImage

GO = "1.26.6"
PULUMI = "3.256.0"
KIND = "0.33.0"
KUBERNETES = "1.34.4"
ETCD = "3.6.5"
COREDNS = "1.12.1"
PAUSE = "3.10.1"
DOCKER = "28.5.2"
REGISTRY = "3.0.0"
JAVA = "17"
SONARQUBE = "9.9.8.100196"
# The last one made for the 9.9 LTA: a tenth of the size of those made for SonarQube 10 and later.
SONAR_MAVEN_PLUGIN = "3.11.0.3922"
# The version of what has no version but its sources.
OURS = "1"

_RECIPES = CHECKOUT / "images"
_MODULES = _RECIPES / "tools"
_SERVERS = CHECKOUT / "servers"
_SAMPLE = CHECKOUT / "sample-app"


def catalogue() -> dict[str, Artefact]:
    """All artefacts by name."""
    return {artefact.name: artefact for artefact in (*_tools(), *_parts(), *_images())}


def _tools() -> list[Artefact]:
    major, minor, _ = KUBERNETES.split(".")
    version = "k8s.io/component-base/version"
    kube = (
        (f"{version}.gitVersion", f"v{KUBERNETES}"),
        (f"{version}.gitMajor", major),
        (f"{version}.gitMinor", minor),
    )
    pulumi = (("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", f"v{PULUMI}"),)
    docker = (("github.com/docker/cli/cli/version.Version", DOCKER),)
    module = _MODULES
    return [
        Artefact("go", GO, "files", GoToolchain(module / "go" / "requirements.txt"), megabytes=700),
        Artefact(
            "pulumi",
            PULUMI,
            "files",
            GoProgram(module / "pulumi", "pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", pulumi),
            official.pulumi(PULUMI),
            megabytes=3000,
        ),
        Artefact(
            "kind",
            KIND,
            "files",
            GoProgram(module / "kind", "kind", "sigs.k8s.io/kind"),
            official.kind(KIND),
            megabytes=500,
        ),
        Artefact(
            "kubernetes", KUBERNETES, "files", GoProgram(module / "kubernetes", "kube", ".", kube), megabytes=5000
        ),
        Artefact(
            "kubectl",
            KUBERNETES,
            "files",
            LinkedProgram("kubernetes", "kube", "kubectl"),
            official.kubectl(KUBERNETES),
        ),
        Artefact(
            "etcd",
            ETCD,
            "files",
            GoProgram(module / "etcd", "etcd", "go.etcd.io/etcd/server/v3"),
            megabytes=700,
        ),
        Artefact("coredns", COREDNS, "files", GoProgram(module / "coredns", "coredns"), megabytes=1000),
        Artefact("pause", PAUSE, "files", PauseProgram(module / "pause")),
        Artefact(
            "docker",
            DOCKER,
            "files",
            GoProgram(module / "docker", "docker", "github.com/docker/cli/cmd/docker", docker),
            official.docker(DOCKER),
            megabytes=700,
        ),
        Artefact(
            "oci-fewer-caps", OURS, "files", GoProgram(module / "oci-fewer-caps", "oci-fewer-caps"), megabytes=100
        ),
        Artefact(
            "distribution",
            REGISTRY,
            "files",
            GoProgram(module / "registry", "registry", "github.com/distribution/distribution/v3/cmd/registry"),
            megabytes=900,
        ),
    ]


def _parts() -> list[Artefact]:
    """What goes into the servers' images."""
    return [
        Artefact("site-packages", "locked", "files", SitePackages(_SERVERS / "requirements.lock"), megabytes=300),
        Artefact(
            "jenkins-runner",
            OURS,
            "files",
            MavenPackage(_SERVERS / "jenkins" / "runner", ("runner.jar", "lib")),
            megabytes=100,
        ),
        Artefact(
            "maven-repository",
            OURS,
            "files",
            MavenRepository(_SAMPLE / "uuid-service", _SAMPLE / "patches"),
            megabytes=600,
        ),
        *_sonarqube_parts(),
    ]


def _sonarqube_parts() -> list[Artefact]:
    """What only a sandbox with SonarQube needs; made when one is asked for."""
    distribution = MavenDistribution(
        f"org.sonarsource.sonarqube:sonar-application:{SONARQUBE}:zip",
        "07d9100c95e5c19f1785c0e9ffc7c8973ce3069a568d2500146a5111b6e966cd",
        "sonarqube",
        left_out=("bin/",),
        aliases=(("lib/sonarqube.jar", f"lib/sonar-application-{SONARQUBE}.jar"),),
    )
    plugin = f"org.sonarsource.scanner.maven:sonar-maven-plugin:{SONAR_MAVEN_PLUGIN}:sonar"
    return [
        Artefact("sonarqube-distribution", SONARQUBE, "files", distribution, megabytes=1500),
        Artefact(
            "sonar-maven-plugin",
            SONAR_MAVEN_PLUGIN,
            "files",
            MavenPlugin(plugin, "-Dsonar.skip=true"),
            megabytes=50,
        ),
    ]


def _images() -> list[Artefact]:
    node = NodeImage(_RECIPES / "node", f"v{KUBERNETES}", f"{ETCD}-0", f"v{COREDNS}", PAUSE)
    registry = ScratchImage(_RECIPES / "registry", (("distribution", "bin/registry", "usr/bin/registry"),))
    gitlab = DockerfileImage(_SERVERS / "gitlab", "base", (("site-packages", "site", "site"),))
    portal = DockerfileImage(_SERVERS / "portal", "base", (("site-packages", "site", "site"),))
    jenkins = DockerfileImage(
        _SERVERS / "jenkins",
        "jenkins-base",
        (
            ("site-packages", "site", "site"),
            ("jenkins-runner", "runner.jar", "runner.jar"),
            ("jenkins-runner", "lib", "lib"),
            ("maven-repository", "repository", "m2/repository"),
            ("docker", "bin/docker", "bin/docker"),
            ("kubectl", "bin/kubectl", "bin/kubectl"),
        ),
    )
    sonarqube = DockerfileImage(
        _RECIPES / "sonarqube", "jenkins-base", (("sonarqube-distribution", "sonarqube", "sonarqube"),)
    )
    return [
        _debian_image("base", megabytes=1000),
        _debian_image("jenkins-base", megabytes=2000),
        Artefact("node-root", RELEASE, "image", DebianImage(_RECIPES / "node-root"), megabytes=1500),
        Artefact("node", KUBERNETES, "image", node, official.NODE, megabytes=2500, tag=f"v{KUBERNETES}"),
        Artefact("registry", REGISTRY, "image", registry, official.REGISTRY, megabytes=200),
        Artefact("java", JAVA, "image", JavaImage(_RECIPES / "java"), official.JAVA, megabytes=600),
        Artefact("gitlab", OURS, "image", gitlab, megabytes=600),
        Artefact("jenkins", OURS, "image", jenkins, megabytes=1500),
        Artefact("portal", OURS, "image", portal, megabytes=600),
        Artefact("sonarqube", SONARQUBE, "image", sonarqube, official.SONARQUBE, megabytes=1000),
    ]


def _debian_image(name: str, *, megabytes: int) -> Artefact:
    folder = _RECIPES / name
    return Artefact(name, RELEASE, "image", DebianImage(folder), official.debian(folder), megabytes=megabytes)
