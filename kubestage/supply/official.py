"""What publishers offer ready-made, and what pins each: the catalogue of source `pull`.

Where a publisher's checksums could be seen in several places they are pinned here; else the publisher's own checksum
file is fetched beside the file. docs/supply.md says which is which.
"""

from __future__ import annotations

from pathlib import Path

from kubestage.supply.pull import OfficialDebian, OfficialImage, Release

# kind's own image for kind v0.33 of the Kubernetes minor version that we build (its release notes).
NODE = OfficialImage(
    "docker.io/kindest/node:v1.34.11",
    "sha256:44e222ee2132dab25ff87301682f89eb82c7880ea3a1bf543bfe9708fd08d67d",
)
REGISTRY = OfficialImage(
    "docker.io/library/registry:3.0.0",
    "sha256:6c5666b861f3505b116bb9aa9b25175e71210414bd010d92035ff64018f9457e",
)
JAVA = OfficialImage(
    "docker.io/library/eclipse-temurin:17-jre-alpine",
    "sha256:90b7615cb81e3a75f69124fb480e48981c7d56dbc9f32c614d789d3a1c3e32fe",
)
# The last of the 9.9 LTA; the digest as docker-library's repo-info notes it.
SONARQUBE = OfficialImage(
    "docker.io/library/sonarqube:9.9.8-community",
    "sha256:c337c407849de45a727f09dbd875779ad7b5784e0b02b096c1f8cd72e27a9fdc",
)
_DEBIAN = OfficialImage(
    "docker.io/library/debian:bookworm-slim",
    "sha256:3783cc01769c7b2b1b83a5c5ad96c815348e28ed7da68e2e3687004faa906251",
)


def debian(folder: Path) -> OfficialDebian:
    """The official Debian with the packages of a recipe folder."""
    return OfficialDebian(_DEBIAN, folder)


def pulumi(version: str) -> Release:
    """The engine and its language hosts."""
    base = "https://get.pulumi.com/releases/sdk"
    return Release(
        url=f"{base}/pulumi-v{version}-linux-{{arch}}.tar.gz",
        program="pulumi",
        arch={"amd64": "x64", "arm64": "arm64"},
        checksums=f"{base}/pulumi-{version}-checksums.txt",
        folder="pulumi",
        only=("pulumi", "pulumi-language-python", "pulumi-language-python-exec"),
    )


def kind(version: str) -> Release:
    """kind; the checksums are of v0.33.0."""
    return Release(
        url=f"https://github.com/kubernetes-sigs/kind/releases/download/v{version}/kind-linux-{{arch}}",
        program="kind",
        sha256={
            "amd64": "aee6151561422756b764a4ae28e7f44cda5af5a9eead3cc9985112b1de8d8e0d",
            "arm64": "20022bee6cfcd5086cb7234d218e3454e6090022f2a8f55d1fa7fcf42c3867a2",
        },
    )


def kubectl(version: str) -> Release:
    """Kubectl alone."""
    url = f"https://dl.k8s.io/release/v{version}/bin/linux/{{arch}}/kubectl"
    return Release(url=url, program="kubectl", checksums=f"{url}.sha256")


def docker(version: str) -> Release:
    """The client out of Docker's static archive, for which Docker publishes no checksums; these are of 28.5.2."""
    return Release(
        url=f"https://download.docker.com/linux/static/stable/{{arch}}/docker-{version}.tgz",
        program="docker",
        arch={"amd64": "x86_64", "arm64": "aarch64"},
        sha256={
            "amd64": "ea90cfd12e1eeb12aa1c971741adb8bd4ed88e2a574eaac13f5029a1dbc6300d",
            "arm64": "9e4f82996ab790724094475ebed33a736434bfe5d45231b676fef22ffb80044d",
        },
        folder="docker",
        only=("docker",),
    )
