"""The archive of a sandbox of which little is left: it is made, says what it lacks, and holds no secret."""

from __future__ import annotations

import base64
import tarfile
import time
from pathlib import Path

import pytest

from kubestage.diagnostics import archive, diagnose
from kubestage.errors import MachineError
from kubestage.sandbox.sandbox import Sandbox
from kubestage.secrets import Secrets
from kubestage.settings import Settings


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """One with secrets and a log, on a machine whose engine, cluster and servers do not answer."""

    def refuse() -> None:
        raise MachineError("The Docker engine does not answer")

    monkeypatch.setattr("kubestage.sandbox.sandbox.connect", refuse)
    monkeypatch.setattr("kubestage.diagnostics.machine.doctor", lambda settings: [])
    settings = Settings(home=tmp_path / "home", cache=tmp_path / "cache", port_offset=2600)
    Secrets.load_or_make(settings)
    settings.logs.mkdir(parents=True)
    return Sandbox(settings)


def contents(path: Path) -> dict[str, str]:
    with tarfile.open(path) as packed:
        files = [(member, packed.extractfile(member)) for member in packed.getmembers()]
        return {member.name.partition("/")[2]: file.read().decode() for member, file in files if file}


def test_it_is_made_with_every_part_down_and_says_what_is_missing(sandbox: Sandbox, tmp_path: Path):
    (sandbox.settings.logs / "ci.log").write_text("BUILD FAILURE\n")
    path = diagnose(sandbox, tmp_path / "out")
    assert path.stat().st_mode & 0o777 == 0o600
    files = contents(path)
    assert files["logs/ci.log"] == "BUILD FAILURE\n"
    assert '"sandbox": "kubestage"' in files["about.json"]
    assert "The Docker engine does not answer" in files["engine.json.not-gathered.txt"]
    assert "The Docker engine does not answer" in files["containers/not-gathered.txt"]
    assert "Jenkins at" in files["jenkins/uuid.image/builds.json.not-gathered.txt"]


def test_no_secret_of_the_sandbox_is_in_it(sandbox: Sandbox, tmp_path: Path):
    key = base64.b64encode(b"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAtTqUWZ8WxVkA\n").decode()
    sandbox.settings.kubeconfig.write_text(f"users: [{{name: a, user: {{client-key-data: {key}}}}}]")
    token = sandbox.settings.folder / "sonarqube-token"
    token.write_text("a-token-of-some-server\n")
    token.chmod(0o600)
    secrets = [*map(str, sandbox.secrets.model_dump().values()), "a-token-of-some-server"]
    planted = [form for secret in [*secrets, key] for form in (secret, base64.b64encode(secret.encode()).decode())]
    (sandbox.settings.logs / "planted.log").write_text("\n".join(f"a {form} b" for form in planted))
    text = "\n".join(contents(diagnose(sandbox, tmp_path)).values())
    assert "a [kept out] b" in text
    assert [form for form in planted if form in text] == []


def test_secrets_that_cannot_be_read_are_kept_out_all_the_same(sandbox: Sandbox, tmp_path: Path):
    file = sandbox.settings.folder / "secrets.json"
    file.write_text('{"gitlab_root_password": "abcdefgh12345678", "broken')
    (sandbox.settings.logs / "a.log").write_text("password abcdefgh12345678\n")
    assert contents(diagnose(sandbox, tmp_path))["logs/a.log"] == "password [kept out]\n"


def test_a_piece_that_never_comes_is_left_out_with_a_word(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(archive, "_SECONDS", 0.2)
    monkeypatch.setattr(
        archive, "_pieces", lambda sandbox: {"slow.txt": lambda: time.sleep(1) or "", "quick.txt": lambda: "x"}
    )
    files = contents(diagnose(sandbox, tmp_path))
    assert files == {"slow.txt.not-gathered.txt": "It did not come within 0.2 s.\n", "quick.txt": "x"}


def test_of_a_long_log_the_end_is_kept(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive, "_MOST_BYTES", 10)
    monkeypatch.setattr(archive, "_pieces", lambda sandbox: {"a.log": lambda: "0123456789 the end"})
    assert contents(diagnose(sandbox, tmp_path)) == {"a.log": "89 the end"}
