"""Settings: defaults, variables, and names derived from them."""

from pathlib import Path

import pytest

from kubestage.errors import InputError
from kubestage.settings import CHECKOUT, NODE_PORTS, Settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in ("SANDBOX", "PORT_OFFSET", "SOURCE", "LISTEN", "HOME", "CACHE", "STACKS"):
        monkeypatch.delenv(f"KUBESTAGE_{name}", raising=False)


def test_without_variables_the_talks_addresses_are_used():
    settings = Settings.load()

    assert settings.sandbox == "kubestage"
    assert settings.jenkins_url == "http://localhost:8080"
    assert settings.gitlab_url == "http://localhost:8929"
    assert settings.registry == "localhost:5001"
    assert settings.service_url("test") == "http://localhost:30050"
    assert settings.service_url("prod") == "http://localhost:30051"
    assert settings.listen == "127.0.0.1"


def test_an_offset_moves_every_port(monkeypatch):
    monkeypatch.setenv("KUBESTAGE_PORT_OFFSET", "100")
    settings = Settings.load()

    assert (settings.jenkins_port, settings.gitlab_port, settings.registry_port) == (8180, 9029, 5101)
    assert (settings.gitlab_ssh_port, settings.gitlab_ssh) == (2322, "ssh://git@localhost:2322")
    assert settings.host_port(NODE_PORTS["test"]) == 30150


def test_everything_of_a_sandbox_carries_its_name(monkeypatch, tmp_path):
    monkeypatch.setenv("KUBESTAGE_SANDBOX", "class-7")
    monkeypatch.setenv("KUBESTAGE_HOME", str(tmp_path))
    settings = Settings.load()

    assert settings.container("gitlab") == "class-7-gitlab"
    assert settings.network == settings.cluster == "class-7"
    assert settings.folder == tmp_path / "sandboxes" / "class-7"
    assert settings.kubeconfig.parent == settings.logs.parent == settings.folder


@pytest.mark.parametrize("name", ["", "A", "-x", "x-", "x_y", "9x", "x" * 33, "a b", "../x"])
def test_a_name_that_docker_or_kubernetes_would_refuse_is_refused_here(monkeypatch, name):
    monkeypatch.setenv("KUBESTAGE_SANDBOX", name)

    with pytest.raises(InputError, match="KUBESTAGE_SANDBOX cannot be used"):
        Settings.load()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PORT_OFFSET", "many"), ("PORT_OFFSET", "-1"), ("PORT_OFFSET", "40000"), ("SOURCE", "magic")],
)
def test_a_bad_value_is_named_with_the_way_back(monkeypatch, variable, value):
    monkeypatch.setenv(f"KUBESTAGE_{variable}", value)

    with pytest.raises(InputError) as caught:
        Settings.load()

    assert caught.value.fix == f"unset KUBESTAGE_{variable}"
    assert value in caught.value.why


@pytest.mark.parametrize("variable", ["HOME", "CACHE", "STACKS"])
def test_a_folder_is_read_as_a_shell_reads_it_and_has_a_name(monkeypatch, variable):
    monkeypatch.setenv(f"KUBESTAGE_{variable}", "~/of kubestage")
    assert getattr(Settings.load(), variable.lower()) == Path.home() / "of kubestage"

    monkeypatch.setenv(f"KUBESTAGE_{variable}", "below/here")
    assert getattr(Settings.load(), variable.lower()) == Path.cwd() / "below/here"

    for value in ("", "~there-is-no-such-user/x"):
        monkeypatch.setenv(f"KUBESTAGE_{variable}", value)
        with pytest.raises(InputError, match=f"KUBESTAGE_{variable} cannot be used"):
            Settings.load()


@pytest.mark.parametrize("folder", [CHECKOUT, CHECKOUT.parent, Path("/"), Path.home()])
def test_the_cache_is_no_folder_whose_removal_would_take_more_than_the_cache(monkeypatch, folder):
    monkeypatch.setenv("KUBESTAGE_CACHE", str(folder))

    with pytest.raises(InputError, match="KUBESTAGE_CACHE cannot be used") as caught:
        Settings.load()

    assert "down --all would remove" in caught.value.why


def test_the_checkout_is_the_folder_of_the_wrapper():
    assert (CHECKOUT / "inv").is_file()
    assert Path(__file__).is_relative_to(CHECKOUT)
