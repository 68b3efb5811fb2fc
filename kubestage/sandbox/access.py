"""What containers need besides their images: the cluster's kubeconfig, the registry's account, and other accounts."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from dataclasses import dataclass

import yaml
from docker.errors import NotFound
from docker.models.containers import Container

from kubestage.settings import Settings

HOME = "/var/jenkins_home"
_JENKINS_UID = 1000


@dataclass(frozen=True)
class Home:
    """Where a server keeps its own.

    Attributes:
        folder: in its container.
        uid: the number of its account there.
    """

    folder: str
    uid: int


JENKINS = Home(HOME, _JENKINS_UID)
PORTAL = Home("/var/lib/portal", 997)


def docker_config(settings: Settings, user: str, password: str) -> str:
    """A docker client's config.json with the one account that it may use."""
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    return json.dumps({"auths": {settings.registry: {"auth": auth}}})


def account_kubeconfig(settings: Settings, account: str, endpoint: str, authority: str, token: str) -> str:
    """A ServiceAccount's kubeconfig, as it is valid inside the sandbox's network.

    Args:
        settings: the sandbox's.
        account: the ServiceAccount's name.
        endpoint: the API server's address there; by name, since the node's certificate holds that and not
            tomorrow's address.
        authority: the cluster's certificate authority, base64 of PEM.
        token: the ServiceAccount's.
    """
    name = settings.sandbox
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": endpoint, "certificate-authority-data": authority}}],
            "users": [{"name": account, "user": {"token": token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": account}}],
            "current-context": name,
        }
    )


def put_private_file(container: Container, path: str, text: str, home: Home = JENKINS) -> None:
    """Puts a file into a server's home, readable by the server alone.

    Args:
        container: the server's container; may be one of an engine elsewhere, so no host folder is mounted.
        path: below the home, as in ".kube/config".
        text: its content.
        home: whose.
    """
    packed = io.BytesIO()
    folder, _, _ = path.rpartition("/")
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(_entry(folder, tarfile.DIRTYPE, 0o700, home.uid))
        data = text.encode()
        entry = _entry(path, tarfile.REGTYPE, 0o600, home.uid)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    container.put_archive(home.folder, packed.getvalue())


def read_private_file(container: Container, path: str, home: Home) -> str:
    """Such a file's text, of a container that runs or not; empty where there is none."""
    try:
        chunks, _ = container.get_archive(f"{home.folder}/{path}")
    except NotFound:
        return ""
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        file = archive.extractfile(archive.getmembers()[0])
        return file.read().decode() if file else ""


def owned_by_jenkins(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """The entry with Jenkins as its owner; a filter for `TarFile.add`."""
    entry.uid = entry.gid = _JENKINS_UID
    entry.uname = entry.gname = ""
    return entry


def _entry(name: str, kind: bytes, mode: int, uid: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.uid, entry.gid = kind, mode, uid, uid
    return entry
