"""Images through a real registry and a real engine; what is pulled here was pushed here."""

import json
import socket
import subprocess

import pytest

from kubestage.errors import MachineError
from kubestage.run import run_command
from kubestage.settings import Settings
from kubestage.supply import Supply
from kubestage.supply.archive import write_image, write_layer
from kubestage.supply.artefact import Artefact
from kubestage.supply.dockerfile import DockerfileImage
from kubestage.supply.pull import OfficialImage
from kubestage.supply.scratch import ScratchImage
from kubestage.waits import wait_for_http
from tests.unit.supply.recipes import Script, named

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def real():
    """The supply of this machine, for a client and a registry program."""
    return Supply(Settings.load())


@pytest.fixture(scope="module")
def docker(real):
    program = real.tool("docker")

    def run(*arguments, check=True):
        return run_command([program, *arguments], check=check).stdout.strip()

    return run


@pytest.fixture
def registry(real, tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    config = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(tmp_path / "registry")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    (tmp_path / "registry.yml").write_text(json.dumps(config))
    program = real.folder("distribution") / "bin" / "registry"
    with (tmp_path / "registry.log").open("w") as log:
        process = subprocess.Popen([program, "serve", tmp_path / "registry.yml"], stdout=log, stderr=log)
        try:
            wait_for_http("the registry", f"http://127.0.0.1:{port}/v2/", seconds=20)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def recipe(tmp_path):
    """The recipe of a tiny image."""
    folder = tmp_path / "recipe"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "hello").write_text(str(tmp_path))
    (folder / "config.json").write_text('{"Labels": {"made": "here"}}')
    return folder


@pytest.fixture
def official(registry, docker, tmp_path):
    """A tiny image in the registry, pinned as its publisher would have it."""
    write_layer(tmp_path / "layer.tar", tmp_path / "recipe" / "files")
    name = f"{registry}/official/tiny:1"
    write_image(tmp_path / "tiny.tar", [name], [tmp_path / "layer.tar"], {"Labels": {"made": "officially"}})
    docker("load", "--input", tmp_path / "tiny.tar")
    docker("push", name)
    digest = docker("image", "inspect", "--format", "{{index .RepoDigests 0}}", name).rsplit("@", 1)[1]
    docker("image", "rm", name)
    return OfficialImage("publisher.example/official/tiny:1", digest)


@pytest.fixture
def supply(real, docker, tmp_path):
    """Makes a supply whose only image is tiny; the engine has lost it in the end."""
    client = Artefact("docker", "1", "files", Script(f"mkdir bin && ln -s {real.tool('docker')} bin/docker"))

    def make(build, pull=None, *, mirror="", source="auto"):
        settings = Settings(cache=tmp_path / "cache", mirror=mirror, source=source)
        tiny = Artefact("test-tiny", "1", "image", build, pull, tag="v1")
        return Supply(settings, artefacts=named(client, tiny))

    yield make
    for reference in docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "kubestage/test-tiny").split():
        docker("image", "rm", "--force", reference)


@pytest.fixture
def label(docker):
    return lambda reference: docker("image", "inspect", "--format", '{{index .Config.Labels "made"}}', reference)


def test_an_official_image_is_pulled_by_digest_and_gets_our_name(supply, recipe, official, registry, label):
    reference = supply(ScratchImage(recipe, ()), official, mirror=registry).image("test-tiny")

    assert reference.startswith("kubestage/test-tiny:v1-")
    assert label(reference) == "officially"


def test_an_image_that_the_engine_lost_comes_back_from_the_cache(supply, recipe, docker, label):
    ours = supply(ScratchImage(recipe, ()), source="build")
    reference = ours.image("test-tiny")
    docker("image", "rm", reference)

    again = supply(ScratchImage(recipe, ()), source="build")

    assert again.ensure(["test-tiny"]) == []
    assert label(reference) == "here"


def test_an_image_with_another_digest_is_refused(supply, recipe, official, registry):
    other = OfficialImage(official.name, f"sha256:{'0' * 64}")

    with pytest.raises(MachineError, match=r"publisher.example/official/tiny:1 could not be pulled"):
        supply(ScratchImage(recipe, ()), other, mirror=registry, source="pull").image("test-tiny")


def test_an_image_is_built_where_the_registry_does_not_answer(supply, recipe, official, label):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        gone = f"127.0.0.1:{held.getsockname()[1]}"
        reference = supply(ScratchImage(recipe, ()), official, mirror=gone).image("test-tiny")

    assert label(reference) == "here"


class TestDockerfile:
    @pytest.fixture
    def server(self, tmp_path, recipe, docker):
        """A server's folder, and the base that its Dockerfile begins with."""
        folder = tmp_path / "server"
        (folder / "tests").mkdir(parents=True)
        (folder / "server.py").write_text("pass")
        (folder / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nCOPY . /server/\nLABEL made=by-dockerfile\n")
        return folder

    @pytest.fixture
    def artefacts(self, real, recipe, server):
        client = Artefact("docker", "1", "files", Script(f"mkdir bin && ln -s {real.tool('docker')} bin/docker"))
        base = Artefact("test-tiny-base", "1", "image", ScratchImage(recipe, ()))
        tiny = Artefact("test-tiny", "1", "image", DockerfileImage(server, "test-tiny-base"))
        return named(client, base, tiny)

    @pytest.fixture(autouse=True)
    def _cleaned(self, docker, supply):
        yield
        for reference in docker(
            "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "kubestage/test-tiny-base"
        ).split():
            docker("image", "rm", "--force", reference)

    def test_an_image_is_built_on_our_base(self, artefacts, tmp_path, label):
        supply = Supply(Settings(cache=tmp_path / "cache"), artefacts=artefacts)

        assert label(supply.image("test-tiny")) == "by-dockerfile"

    def test_it_is_built_again_when_the_engine_lost_it(self, artefacts, tmp_path, docker, label):
        settings = Settings(cache=tmp_path / "cache")
        reference = Supply(settings, artefacts=artefacts).image("test-tiny")
        docker("image", "rm", reference)

        assert [made.name for made in Supply(settings, artefacts=artefacts).ensure(["test-tiny"])] == ["test-tiny"]
        assert label(reference) == "by-dockerfile"

    def test_tests_are_not_shipped_and_do_not_change_the_key(self, artefacts, tmp_path, server):
        supply = Supply(Settings(cache=tmp_path / "cache"), artefacts=artefacts)
        before = supply.status()[-1]["key"]
        (server / "tests" / "test_server.py").write_text("pass")

        assert Supply(Settings(cache=tmp_path / "cache"), artefacts=artefacts).status()[-1]["key"] == before

    def test_a_broken_dockerfile_shows_its_last_lines(self, artefacts, tmp_path, server):
        (server / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nCOPY nowhere /\n")

        with pytest.raises(MachineError, match="nowhere") as caught:
            Supply(Settings(cache=tmp_path / "cache"), artefacts=artefacts).image("test-tiny")

        assert caught.value.what == "test-tiny could not be made: docker ended with exit code 1"
