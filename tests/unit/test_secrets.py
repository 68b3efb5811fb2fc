"""The secrets file: made once, private, whole, and never guessed at when it is broken."""

import json
import stat
import subprocess

import bcrypt
import pytest

from kubestage.errors import InputError, MachineError
from kubestage.secrets import FILE_NAME, Secrets, htpasswd, ssh_public_key
from kubestage.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


@pytest.fixture
def file(settings):
    return settings.folder / FILE_NAME


def test_the_first_up_makes_them_and_later_ones_read_the_same(settings):
    made = Secrets.load_or_make(settings)

    assert Secrets.load_or_make(settings) == made
    assert Secrets.load(settings) == made


def test_no_two_sandboxes_and_no_two_accounts_share_a_secret(tmp_path):
    one = Secrets.load_or_make(Settings(home=tmp_path, sandbox="one")).model_dump()
    two = Secrets.load_or_make(Settings(home=tmp_path, sandbox="two")).model_dump()

    assert len({*one.values(), *two.values()}) == len(one) + len(two)


def test_only_the_owner_can_read_the_file(settings, file):
    Secrets.load_or_make(settings)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(settings, file):
    made = Secrets.load_or_make(settings)
    file.chmod(0o644)

    assert Secrets.load_or_make(settings) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_is_left_beside_the_file(settings, file):
    Secrets.load_or_make(settings)

    assert [path.name for path in file.parent.iterdir()] == [FILE_NAME]


def test_an_unchanged_file_is_not_written_again(settings, file):
    Secrets.load_or_make(settings)
    before = file.stat().st_ino, file.stat().st_mtime_ns

    Secrets.load_or_make(settings)

    assert (file.stat().st_ino, file.stat().st_mtime_ns) == before


def test_the_registrys_lines_fit_the_passwords_and_stay(settings):
    made = Secrets.load_or_make(settings)

    for account in ("pusher", "puller"):
        user, _, digest = getattr(made, f"registry_{account}_htpasswd").partition(":")
        assert user == account
        assert bcrypt.checkpw(getattr(made, f"registry_{account}_password").encode(), digest.encode())
    assert Secrets.load(settings).registry_pusher_htpasswd == made.registry_pusher_htpasswd


def test_the_distribution_takes_bcrypt_only():
    assert htpasswd("pusher", "x").startswith("pusher:$2b$")


def test_tokens_have_the_form_of_the_servers_own(settings):
    made = Secrets.load_or_make(settings)

    assert made.gitlab_root_token.startswith("glpat-")
    assert len(made.gitlab_root_token) == 26
    assert made.jenkins_admin_token.startswith("11")
    assert len(made.jenkins_admin_token) == 34


def test_nothing_secret_is_shown_by_accident(settings):
    made = Secrets.load_or_make(settings)

    for value in made.model_dump().values():
        assert value not in f"{made!r} {made}"


def test_without_a_sandbox_the_way_to_one_is_named(settings):
    with pytest.raises(InputError) as caught:
        Secrets.load(settings)

    assert caught.value.fix == "./inv up"


def test_a_file_of_an_older_version_gets_what_is_new_and_keeps_the_rest(settings, file):
    made = Secrets.load_or_make(settings)
    old = made.model_dump(exclude={"gitlab_hook_token", "registry_puller_htpasswd"})
    file.write_text(json.dumps(old))

    now = Secrets.load_or_make(settings)

    assert now.model_dump(include=old.keys()) == old
    assert Secrets.load(settings) == now
    digest = now.registry_puller_htpasswd.partition(":")[2]
    assert bcrypt.checkpw(now.registry_puller_password.encode(), digest.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "null",
        '{"pulumi_passphrase": ""}',
        '{"pulumi_passphrase": 7}',
        '{"gitlab_root_token": "x"}',
        "\0",
    ],
)
@pytest.mark.parametrize("read", [Secrets.load, Secrets.load_or_make])
def test_a_broken_file_is_told_and_left_as_it_is(settings, file, text, read):
    file.parent.mkdir(parents=True)
    file.write_text(text)

    with pytest.raises(MachineError) as caught:
        read(settings)

    assert str(file) in caught.value.what
    assert caught.value.fix == "./inv down && ./inv up"
    assert file.read_text() == text


def test_a_broken_files_secrets_are_not_in_the_error(settings, file):
    file.parent.mkdir(parents=True)
    file.write_text('{"pulumi_passphrase": "hush-hush", "gitlab_root_token": ["glpat-very-secret"]}')

    with pytest.raises(MachineError) as caught:
        Secrets.load(settings)

    assert "hush" not in str(caught.value)
    assert "very-secret" not in str(caught.value)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "home").write_text("a file where the folder should be")

    with pytest.raises(MachineError, match="cannot be written"):
        Secrets.load_or_make(Settings(home=tmp_path / "home"))


def test_the_ssh_key_is_one_that_openssh_reads(settings, tmp_path):
    secrets = Secrets.load_or_make(settings)
    file = tmp_path / "key"
    file.touch(mode=0o600)
    file.write_text(secrets.gitlab_user_ssh_key)
    derived = subprocess.run(["ssh-keygen", "-y", "-f", file], capture_output=True, text=True, check=True).stdout
    assert derived.split()[:2] == ssh_public_key(secrets.gitlab_user_ssh_key).split()
