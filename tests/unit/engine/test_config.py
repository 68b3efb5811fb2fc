"""A stack's configuration: defaults from the checkout, the copy in the sandbox, secrets encrypted by Pulumi alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from kubestage.engine.config import Secret, StackFile, read_defaults
from kubestage.engine.configs import platform_config, service_config
from kubestage.errors import InputError
from kubestage.secrets import Secrets
from kubestage.settings import CHECKOUT, NODE_PORTS, Settings

# Does what `pulumi config set --secret KEY` does to the file, and notes its arguments.
PULUMI = f"""#!{sys.executable}
import sys, yaml
with open("calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
file = yaml.safe_load(open("Pulumi.sandbox.yaml"))
file["config"][sys.argv[-1]] = {{"secure": "v1:" + sys.stdin.read()[::-1]}}
yaml.safe_dump(file, open("Pulumi.sandbox.yaml", "w"))
"""


@pytest.fixture
def pulumi(tmp_path: Path) -> Path:
    program = tmp_path / "pulumi"
    program.write_text(PULUMI)
    program.chmod(0o755)
    return program


@pytest.fixture
def file(tmp_path: Path) -> StackFile:
    (tmp_path / "Pulumi.sandbox.yaml").write_text("encryptionsalt: v1:salt\n")
    return StackFile(tmp_path, "sandbox")


def stored(folder: Path) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((folder / "Pulumi.sandbox.yaml").read_text())
    return loaded


def calls(folder: Path) -> list[str]:
    path = folder / "calls"
    return path.read_text().splitlines() if path.exists() else []


def test_plain_values_are_written_beside_pulumis_salt(tmp_path: Path, file: StackFile, pulumi: Path) -> None:
    file.write({"p:listen": "127.0.0.1", "p:images": {"node": "n:1"}}, pulumi, {})

    assert stored(tmp_path) == {
        "encryptionsalt": "v1:salt",
        "config": {"p:listen": "127.0.0.1", "p:images": {"node": "n:1"}},
    }
    assert calls(tmp_path) == []


def test_a_sudden_end_leaves_pulumis_salt(tmp_path: Path, file: StackFile, pulumi: Path) -> None:
    with (tmp_path / "Pulumi.sandbox.yaml").open() as before:
        file.write({"p:listen": "127.0.0.1"}, pulumi, {})

        assert before.read() == "encryptionsalt: v1:salt\n"  # another file took its place, whole


def test_a_secret_reaches_pulumi_by_standard_input_alone(tmp_path: Path, file: StackFile, pulumi: Path) -> None:
    file.write({"p:a": "1", "p:token": Secret("hush")}, pulumi, {})

    assert calls(tmp_path) == ["config set --secret --non-interactive --stack sandbox p:token"]
    assert "hush" not in "".join(path.read_text() for path in tmp_path.iterdir())
    assert "v1:hsuh" in (tmp_path / "Pulumi.sandbox.yaml").read_text()


def test_an_unchanged_secret_is_not_encrypted_again(tmp_path: Path, file: StackFile, pulumi: Path) -> None:
    file.write({"p:a": "1", "p:token": Secret("hush")}, pulumi, {})
    before = stored(tmp_path)

    file.write({"p:a": "1", "p:token": Secret("hush")}, pulumi, {})

    assert len(calls(tmp_path)) == 1
    assert stored(tmp_path) == before


def test_a_changed_secret_is_encrypted_again(tmp_path: Path, file: StackFile, pulumi: Path) -> None:
    file.write({"p:a": "1", "p:token": Secret("hush")}, pulumi, {})
    file.write({"p:a": "1", "p:token": Secret("whisper")}, pulumi, {})

    assert len(calls(tmp_path)) == 2


def test_a_value_that_is_no_longer_asked_for_goes(tmp_path: Path, file: StackFile, pulumi: Path) -> None:
    file.write({"p:a": "1", "p:strategy": "Recreate"}, pulumi, {})
    file.write({"p:a": "1"}, pulumi, {})

    assert stored(tmp_path)["config"] == {"p:a": "1"}


def test_a_secret_shows_in_no_repr() -> None:
    assert "hush" not in repr(Secret("hush"))
    assert Secret({"b": 1, "a": 2}).text == '{"a": 2, "b": 1}'


@pytest.mark.parametrize(("environment", "port"), NODE_PORTS.items())
def test_the_checkouts_stack_files_hold_the_talks_ports(environment: str, port: int) -> None:
    defaults = read_defaults(CHECKOUT / "stacks" / f"Pulumi.{environment}.yaml")

    assert defaults["kubestage-service:nodePort"] == str(port)
    assert defaults["kubestage-service:version"] == "v1.0.0.0"


def test_an_unknown_stack_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no stack staging"):
        read_defaults(tmp_path / "Pulumi.staging.yaml")


@pytest.mark.parametrize("text", ["config: [", "config: 3", "- a", "config: {nodePort: 1}", ""])
def test_a_broken_stack_file_is_said_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "Pulumi.test.yaml"
    file.write_text(text)

    with pytest.raises(InputError, match="is broken") as error:
        read_defaults(file)
    assert str(file) in error.value.what
    assert "git checkout" in error.value.fix


def test_the_platforms_configuration_holds_its_secrets_encrypted_and_the_passphrase_not(tmp_path: Path) -> None:
    settings = Settings(sandbox="eng", port_offset=100, home=tmp_path)
    secrets = Secrets.load_or_make(settings)
    images = {name: f"kubestage/{name}:1" for name in ("node", "registry", "gitlab", "jenkins", "portal", "java")}

    config = platform_config(settings, secrets, images, "/run/docker.sock", disable_default_cni=True)

    assert config["kubestage-platform:portOffset"] == "100"
    assert "java" not in config["kubestage-platform:images"]
    held = config["kubestage-platform:secrets"]
    assert isinstance(held, Secret)
    assert held.value["gitlab_root_token"] == secrets.gitlab_root_token
    assert "pulumi_passphrase" not in held.value


def test_the_services_kubeconfig_is_a_secret() -> None:
    config = service_config(Settings(sandbox="eng", port_offset=100), "apiVersion: v1")

    assert config["kubestage-service:registry"] == "localhost:5101"
    assert config["kubestage-service:kubeconfig"] == Secret("apiVersion: v1")


def test_a_stack_file_that_cannot_be_read_is_told_as_such(tmp_path):
    file = tmp_path / "Pulumi.test.yaml"
    file.write_bytes(b"config:\n  a:b: \xff\n")
    with pytest.raises(InputError, match="is broken"):
        read_defaults(file)

    with pytest.raises(InputError, match="cannot be read") as error:
        read_defaults(tmp_path)
    assert error.value.why == "Is a directory"
