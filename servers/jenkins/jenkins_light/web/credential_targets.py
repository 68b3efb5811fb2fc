"""Credentials' addresses: ``credentials/store/<store>/domain/<domain>/credential/<id>`` of Jenkins and of folders."""

from dataclasses import dataclass

from jenkins_light.engine.controller import Controller
from jenkins_light.errors import NotFoundError
from jenkins_light.model.credential_stores import CredentialsStore
from jenkins_light.model.credentials import Credential, CredentialsDomain
from jenkins_light.model.items import Folder


@dataclass(frozen=True)
class CredentialsTarget:
    """``/credentials``: the stores of Jenkins or of a folder, which is one here."""

    folder: Folder
    store: CredentialsStore
    url_path: str

    @property
    def store_name(self) -> str:
        """What the store is called in addresses."""
        return "folder" if self.folder.parent else "system"


@dataclass(frozen=True)
class StoreTarget(CredentialsTarget):
    """``/credentials/store/system``, and ``…/store/folder`` of a folder."""


@dataclass(frozen=True)
class DomainTarget(StoreTarget):
    """A domain of a store; "_" is the global one."""

    domain: CredentialsDomain


@dataclass(frozen=True)
class CredentialTarget:
    """A credential in its domain."""

    place: DomainTarget
    credential: Credential


def find(
    controller: Controller, folder: Folder, path: list[str]
) -> tuple[CredentialsTarget | StoreTarget | DomainTarget, int] | None:
    """What a path names of the credentials of Jenkins or of a folder, and how many of its parts that takes.

    ``credential-store`` is how the plugin called a store before 2.0.

    Raises:
        NotFoundError: there is no such store or domain.
    """
    if path[0] not in {"credentials", "credential-store"}:
        return None
    store, base = controller.credentials.of(folder), folder.url_path
    name, used = "folder" if folder.parent else "system", 1
    if path[0] == "credentials":
        if path[1:2] != ["store"] or len(path) == 2:
            return CredentialsTarget(folder, store, f"{base}credentials"), 1
        if path[2] != name:
            raise NotFoundError(f"No credentials store {path[2]}")
        used = 3
    here = base + "/".join(path[:used])
    if path[used : used + 1] != ["domain"] or len(path) == used + 1:
        return StoreTarget(folder, store, here), used
    domain = store.domain(path[used + 1])
    return DomainTarget(folder, store, f"{here}/domain/{domain.name}", domain), used + 2
