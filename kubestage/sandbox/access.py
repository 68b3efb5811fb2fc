"""What Jenkins' container needs besides its image: the cluster's kubeconfig and the registry's account."""

from __future__ import annotations

import base64
import io
import json
import tarfile

import yaml
from docker.models.containers import Container

from kubestage.settings import Settings

HOME = "/var/jenkins_home"
_JENKINS_UID = 1000


def docker_config(settings: Settings, user: str, password: str) -> str:
    """A docker client's config.json with the one account that it may use."""
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    return json.dumps({"auths": {settings.registry: {"auth": auth}}})


def deployer_kubeconfig(settings: Settings, endpoint: str, authority: str, token: str) -> str:
    """The deployer's kubeconfig, as it is valid inside the sandbox's network.

    Args:
        settings: the sandbox's.
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
            "users": [{"name": "jenkins-deployer", "user": {"token": token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": "jenkins-deployer"}}],
            "current-context": name,
        }
    )


def put_private_file(container: Container, path: str, text: str) -> None:
    """Puts a file into Jenkins' home, readable by Jenkins alone.

    Args:
        container: Jenkins' container; may be one of an engine elsewhere, so no host folder is mounted.
        path: below the home, as in ".kube/config".
        text: its content.
    """
    packed = io.BytesIO()
    folder, _, _ = path.rpartition("/")
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(_entry(folder, tarfile.DIRTYPE, 0o700))
        data = text.encode()
        entry = _entry(path, tarfile.REGTYPE, 0o600)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    container.put_archive(HOME, packed.getvalue())


def owned_by_jenkins(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """The entry with Jenkins as its owner; a filter for `TarFile.add`."""
    entry.uid = entry.gid = _JENKINS_UID
    entry.uname = entry.gname = ""
    return entry


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.uid, entry.gid = kind, mode, _JENKINS_UID, _JENKINS_UID
    return entry
