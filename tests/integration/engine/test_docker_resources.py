"""Networks, volumes and containers through the real engine: made, left alone, mended, replaced, removed."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_docker as docker
import pytest
from docker.errors import NotFound
from docker.models.containers import Container

from kubestage.docker import Engine
from kubestage.engine.outcome import Changes
from kubestage.supply import Supply
from tests.integration.engine.conftest import SANDBOX, Program

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # see `tidied`

HUSH = "correct-horse-battery-staple"
NAME = f"{SANDBOX}-registry"


@pytest.fixture(scope="session")
def image(supply: Supply) -> str:
    return supply.image("registry")


def registry(image: str, hostname: str = "registry", sandbox: str = SANDBOX) -> Callable[[], None]:
    """A network, a volume and a container with a secret file."""

    def declare() -> None:
        network = docker.Network(
            "network", name=SANDBOX, labels=[docker.NetworkLabelArgs(label="kubestage.sandbox", value=sandbox)]
        )
        volume = docker.Volume(
            "data", name=SANDBOX, labels=[docker.VolumeLabelArgs(label="kubestage.sandbox", value=sandbox)]
        )
        docker.Container(
            "registry",
            name=NAME,
            image=image,
            hostname=hostname,
            networks_advanced=[docker.ContainerNetworksAdvancedArgs(name=network.name, aliases=["registry"])],
            mounts=[docker.ContainerMountArgs(type="volume", source=volume.name, target="/var/lib/registry")],
            uploads=[
                docker.ContainerUploadArgs(
                    file="/run/secrets/token", content=pulumi.Output.secret(HUSH), permissions="0400"
                )
            ],
            labels=[docker.ContainerLabelArgs(label="kubestage.sandbox", value=sandbox)],
        )

    return declare


def container(engine: Engine) -> Container:
    return engine.client.containers.get(NAME)


def test_a_preview_makes_nothing(program: Program, engine: Engine, image: str) -> None:
    program.declare = registry(image)

    assert program.preview().changes == Changes(create=3)
    with pytest.raises(NotFound):
        container(engine)


def test_what_was_made_is_left_alone(program: Program, engine: Engine, image: str) -> None:
    program.declare = registry(image)

    assert program.up().changes == Changes(create=3)
    made = container(engine)
    assert made.status == "running"
    assert "registry" in made.attrs["NetworkSettings"]["Networks"][SANDBOX]["Aliases"]

    assert program.up().changes == Changes(same=3)
    assert container(engine).id == made.id


def test_a_secret_is_in_the_container_and_not_readable_in_the_state(
    program: Program, engine: Engine, image: str
) -> None:
    program.declare = registry(image)
    program.up()

    chunks, facts = container(engine).get_archive("/run/secrets/token")
    assert HUSH.encode() in b"".join(chunks)
    assert facts is not None
    assert facts["mode"] & 0o777 == 0o400
    assert HUSH not in program.state
    assert HUSH not in str(container(engine).attrs)


def test_a_stopped_container_is_started_and_a_lost_one_remade(program: Program, engine: Engine, image: str) -> None:
    program.declare = registry(image)
    program.up()
    made = container(engine)

    made.stop(timeout=1)
    assert program.up().changes == Changes(update=1, same=2)
    assert (container(engine).id, container(engine).status) == (made.id, "running")

    made.remove(force=True)
    assert program.up().changes == Changes(create=1, same=2)
    assert container(engine).status == "running"


def test_what_cannot_change_in_place_is_replaced(program: Program, engine: Engine, image: str) -> None:
    program.declare = registry(image)
    program.up()
    made = container(engine)

    program.declare = registry(image, hostname="other")

    assert program.up().changes == Changes(replace=1, same=2)
    assert container(engine).id != made.id


def test_what_a_killed_run_left_is_taken_over_or_made_anew(program: Program, engine: Engine, image: str) -> None:
    labels = {"kubestage.sandbox": SANDBOX}
    network = engine.client.networks.create(SANDBOX, labels=labels)
    engine.client.volumes.create(SANDBOX, labels=labels)
    half_made = engine.client.containers.create(image, name=NAME, labels=labels)

    program.declare = registry(image)

    assert program.up().changes == Changes(create=3)
    assert engine.client.networks.get(SANDBOX).id == network.id
    assert container(engine).id != half_made.id


def test_what_is_somebody_elses_is_left_alone(program: Program, engine: Engine, image: str) -> None:
    theirs = engine.client.containers.create(image, name=NAME)
    try:
        program.declare = registry(image)

        assert f"There is a container {NAME} that is not this sandbox's" in program.up().errors[0]
        assert container(engine).id == theirs.id
    finally:
        theirs.remove(force=True)


def test_a_container_that_dies_at_once_is_an_error_with_its_log(program: Program, engine: Engine, image: str) -> None:
    def declare() -> None:
        docker.Container("broken", name=NAME, image=image, network_mode="none", command=["/no/such/config.yml"])

    program.declare = declare

    (error,) = program.up().errors
    assert "ended as soon as it was started" in error
    assert "/no/such/config.yml" in error
    with pytest.raises(NotFound):
        container(engine)


def test_what_the_substitute_does_not_know_is_the_users_error(program: Program, image: str) -> None:
    def declare() -> None:
        docker.Container("box", name=NAME, image=image, gpus="all")

    program.declare = declare

    assert "does not know gpus of container box" in program.up().errors[0]


def test_destroy_leaves_nothing(program: Program, engine: Engine, image: str) -> None:
    program.declare = registry(image)
    program.up()

    assert program.destroy().changes == Changes(delete=3)
    with pytest.raises(NotFound):
        container(engine)
    assert not engine.client.networks.list(names=[SANDBOX])
    assert not [volume for volume in engine.client.volumes.list() if volume.name == SANDBOX]
