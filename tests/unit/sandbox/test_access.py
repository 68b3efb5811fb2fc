import base64
import io
import json
import tarfile

import pytest
import yaml
from docker.errors import NotFound

from kubestage.extras import EXTRAS, change_extras, wish_extras
from kubestage.files import write_privately
from kubestage.sandbox.access import PORTAL, account_kubeconfig, docker_config, put_private_file, read_private_file
from kubestage.sandbox.credentials import accounts
from kubestage.secrets import Secrets
from kubestage.seed.sonarqube import token_file
from kubestage.settings import Settings


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(sandbox="demo", port_offset=7, home=tmp_path)


def test_the_deployers_kubeconfig_holds_its_token_and_the_clusters_own_authority(settings: Settings):
    made = yaml.safe_load(
        account_kubeconfig(settings, "jenkins-deployer", "https://demo-control-plane:6443", "QQ==", "token")
    )
    assert made["clusters"][0]["cluster"] == {
        "server": "https://demo-control-plane:6443",
        "certificate-authority-data": "QQ==",
    }
    assert made["users"][0]["user"] == {"token": "token"}
    assert made["current-context"] == made["contexts"][0]["name"]


def test_docker_gets_the_account_under_the_registrys_address(settings: Settings):
    auth = json.loads(docker_config(settings, "pusher", "pw"))["auths"]["localhost:5008"]["auth"]
    assert base64.b64decode(auth) == b"pusher:pw"


def test_a_file_in_jenkins_home_is_readable_by_jenkins_alone():
    class Container:
        def put_archive(self, folder: str, data: bytes) -> None:
            assert folder == "/var/jenkins_home"
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                self.entries = archive.getmembers()

    container = Container()
    put_private_file(container, ".kube/config", "x")
    assert [(e.name, oct(e.mode), e.uid, e.isdir()) for e in container.entries] == [
        (".kube", "0o700", 1000, True),
        (".kube/config", "0o600", 1000, False),
    ]


class Folder:
    """A container's file system, as far as the engine gives and takes archives of it."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[tarfile.TarInfo, bytes]] = {}

    def put_archive(self, folder: str, data: bytes) -> None:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for entry in archive.getmembers():
                file = archive.extractfile(entry)
                self.files[f"{folder}/{entry.name}"] = (entry, file.read() if file else b"")

    def get_archive(self, path: str):
        if path not in self.files:
            raise NotFound(path)
        entry, data = self.files[path]
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.addfile(entry, io.BytesIO(data))
        return iter([packed.getvalue()]), {}


def test_what_was_put_into_the_portals_home_is_read_again_and_is_the_portals():
    container = Folder()
    assert read_private_file(container, "access/jenkins-token", PORTAL) == ""
    put_private_file(container, "access/jenkins-token", "11abc", PORTAL)
    assert read_private_file(container, "access/jenkins-token", PORTAL) == "11abc"
    entry, _ = container.files["/var/lib/portal/access/jenkins-token"]
    assert (entry.uid, oct(entry.mode)) == (997, "0o600")


def test_every_secret_that_a_user_may_need_is_among_the_credentials(settings: Settings):
    secrets = Secrets.load_or_make(settings)
    change_extras(settings, wish_extras(EXTRAS, []))
    shown = {account.secret for account in accounts(settings, secrets)}
    shown |= {account.token for account in accounts(settings, secrets)}
    kept_back = {"registry_pusher_htpasswd", "registry_puller_htpasswd", "pulumi_passphrase", "gitlab_user_ssh_key"}
    kept_back |= {"sonarqube_hook_secret", "portal_password"}  # between two servers
    assert {value for name, value in secrets.model_dump().items() if name not in kept_back} == shown - {
        "",
        _ssh(settings),
    }
    assert _ssh(settings) in shown


def test_sonarqubes_accounts_are_shown_where_there_is_one(settings: Settings):
    secrets = Secrets.load_or_make(settings)
    before = {account.key for account in accounts(settings, secrets)}
    change_extras(settings, wish_extras(["sonarqube"], []))
    write_privately(token_file(settings), "sqa_1\n")
    found = {account.key: account for account in accounts(settings, secrets)}
    assert found.keys() - before == {"sonarqube", "sonarqube-scanner"}
    assert found["sonarqube"].secret == secrets.sonarqube_admin_password
    assert found["sonarqube-scanner"].token == "sqa_1"


def _ssh(settings: Settings) -> str:
    """A key of several lines is no cell of a table: its file is shown."""
    return f"ssh -i {settings.ssh_key}"
