"""Credentials, their domains and stores as the remote API shows them, never with a secret."""

from collections.abc import Callable
from typing import Any

from jenkins_light.web.credential_targets import CredentialsTarget, CredentialTarget, DomainTarget, StoreTarget
from jenkins_light.web.export import Bean

Getter = Callable[[], Any]
_PACKAGE = "com.cloudbees.plugins.credentials"
_STORES = {
    "system": f"{_PACKAGE}.SystemCredentialsProvider$UserFacingAction",
    "folder": "com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider"
    "$FolderCredentialsProperty$CredentialsStoreActionImpl",
}


def credentials_bean(target: CredentialsTarget) -> Bean:
    """``/credentials``: the stores by name."""
    store = StoreTarget(target.folder, target.store, f"{target.url_path}/store/{target.store_name}")
    values: dict[str, tuple[int, Getter]] = {"stores": (1, lambda: {target.store_name: store_bean(store)})}
    kind = "ViewCredentialsAction" if target.folder.parent else "ViewCredentialsAction$RootActionImpl"
    return Bean(f"{_PACKAGE}.{kind}", values)


def store_bean(target: StoreTarget) -> Bean:
    """A store: its domains by name."""

    def domains() -> dict[str, Bean]:
        places = [
            DomainTarget(target.folder, target.store, f"{target.url_path}/domain/{domain.name}", domain)
            for domain in target.store.domains
        ]
        return {place.domain.name: domain_bean(place) for place in places}

    return Bean(_STORES[target.store_name], {"domains": (1, domains)})


def domain_bean(target: DomainTarget) -> Bean:
    """A domain and its credentials."""
    folder, domain = target.folder, target.domain
    where = folder.full_name.replace("/", " » ") if folder.parent else "System"
    shown = "Global credentials (unrestricted)" if domain.document is None else domain.name
    values: dict[str, tuple[int, Getter]] = {
        "credentials": (1, lambda: [credential_bean(CredentialTarget(target, found)) for found in domain]),
        "description": (1, lambda: domain.description),
        "displayName": (1, lambda: shown),
        "fullDisplayName": (1, lambda: f"{where} » {shown}"),
        "fullName": (1, lambda: f"{folder.full_name or 'system'}/{domain.name}"),
        "global": (1, lambda: domain.document is None),
        "urlName": (1, lambda: domain.name),
    }
    return Bean(f"{_PACKAGE}.CredentialsStoreAction$DomainWrapper", values)


def credential_bean(target: CredentialTarget) -> Bean:
    """A credential."""
    credential, place = target.credential, target.place
    values: dict[str, tuple[int, Getter]] = {
        "description": (1, lambda: credential.description),
        "displayName": (1, lambda: credential.display_name),
        "fingerprint": (1, lambda: None),
        "fullName": (1, lambda: f"{place.folder.full_name or 'system'}/{place.domain.name}/{credential.id}"),
        "id": (1, lambda: credential.id),
        "typeName": (1, lambda: credential.type_name),
    }
    return Bean(f"{_PACKAGE}.CredentialsStoreAction$CredentialsWrapper", values)
