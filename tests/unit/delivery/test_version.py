import pytest

from kubestage.delivery.version import check_environment, check_node_port, check_version
from kubestage.errors import InputError


@pytest.mark.parametrize("version", ["v1.0.0.0", "v1.0.0.0-my_branch.x-5061e2f1", "v1.0.0.0@sha256:" + "0" * 64])
def test_a_tag_with_or_without_its_digest_is_a_version(version: str):
    assert check_version(version) == version


@pytest.mark.parametrize(
    "version",
    [
        "",
        "latest",
        "v1.0.0",
        "v1.0.0.0 ",
        "v1.0.0.0;id",
        "v1.0.0.0@sha256:12",
        "a/b",
        "v1.0.0.0-" + "x" * 99,
        "v1.0.0.0\n",
    ],
)
def test_what_the_trigger_would_not_admit_is_refused_before_anything_is_asked(version: str):
    with pytest.raises(InputError, match="no version"):
        check_version(version)


def test_an_unknown_environment_is_refused_with_those_there_are():
    with pytest.raises(InputError) as caught:
        check_environment("staging")
    assert caught.value.why == "There are test and prod."


@pytest.mark.parametrize("port", [30049, 30060, 80, -1])
def test_a_port_that_kind_does_not_map_is_refused_with_that_reason(port: int):
    with pytest.raises(InputError, match="would not be reachable"):
        check_node_port(port)


@pytest.mark.parametrize("port", [30050, 30059])
def test_mapped_ports_pass(port: int):
    assert check_node_port(port) == port
