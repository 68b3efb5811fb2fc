"""Credentials: secrets are encrypted in their elements, plain text only in memory and on use."""

import base64
import copy
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, ConflictError, NotFoundError
from jenkins_light.model.secrets import SecretBox
from jenkins_light.xmltree import Element

USERNAME_PASSWORD = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl"  # noqa: S105 a class name
SECRET_TEXT = "org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl"  # noqa: S105 a class name
SECRET_FILE = "org.jenkinsci.plugins.plaincredentials.impl.FileCredentialsImpl"  # noqa: S105 a class name
GITLAB_TOKEN = "com.dabsquared.gitlabjenkins.connection.GitLabApiTokenImpl"  # noqa: S105 a class name
SSH_KEY = "com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey"
CERTIFICATE = "com.cloudbees.plugins.credentials.impl.CertificateCredentialsImpl"
DOCKER_CERTIFICATE = "org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials"

#: Each kind with its type name and display name (as the credentials API tells them) and the elements that hold secrets.
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    USERNAME_PASSWORD: ("Username with password", ("password",)),
    SECRET_TEXT: ("Secret text", ("secret",)),
    GITLAB_TOKEN: ("GitLab API token", ("apiToken",)),
    SECRET_FILE: ("Secret file", ("secretBytes",)),
    SSH_KEY: ("SSH Username with private key", ("passphrase", "privateKeySource/privateKey")),
    CERTIFICATE: ("Certificate", ("keyStoreSource/uploadedKeystoreBytes", "password")),
    DOCKER_CERTIFICATE: ("X.509 Client Certificate", ("clientKeySecret",)),
}


@dataclass(frozen=True)
class Credential:
    """One credential in plain text, for the duration of its use.

    Attributes:
        secret: the password, text, private key or client key.
        passphrase: of a private key. hidden_username: the username is a secret too.
        content: a secret file's or a key store's bytes.
        certificates: a Docker client's own certificate and the server's CA.
    """

    id: str
    kind: str
    description: str = ""
    username: str = ""
    secret: str = ""
    file_name: str = ""
    content: bytes = b""
    passphrase: str = ""
    hidden_username: bool = False
    certificates: tuple[str, str] = ("", "")

    @property
    def type_name(self) -> str:
        """The kind as Jenkins' page names it."""
        return KINDS[self.kind][0]

    @property
    def display_name(self) -> str:
        """The name in lists, made as Jenkins makes it: never with a secret."""
        shown = {USERNAME_PASSWORD: f"{self.username}/******", SECRET_FILE: self.file_name, SSH_KEY: self.username}
        name = shown.get(self.kind, self.id)
        return f"{name} ({self.description})" if self.description else name


class CredentialsDomain:
    """A named part of a store; the global one has no name and is "_" in addresses.

    What a domain says of the hosts that its credentials are for is kept and decides nothing: a pipeline that names a
    credential finds it in whichever domain it is, as Jenkins finds it when a step tells no host.
    """

    def __init__(
        self,
        document: Element | None,
        elements: list[Element],
        box: SecretBox,
        lock: threading.RLock,
        save: Callable[[], None],
    ) -> None:
        self.document = document
        self._box = box
        self._lock = lock
        self._save = save
        self._elements = {xmltree.text(element, "id"): element for element in elements}

    @property
    def name(self) -> str:
        """As addresses have it."""
        return "_" if self.document is None else xmltree.text(self.document, "name")

    @property
    def description(self) -> str:
        """What it is for."""
        if self.document is None:
            return "Credentials that should be available irrespective of domain specification to requirements matching."
        return xmltree.text(self.document, "description")

    @property
    def elements(self) -> list[Element]:
        """The credentials as they are kept."""
        with self._lock:
            return list(self._elements.values())

    def __iter__(self) -> Iterator[Credential]:
        return iter([self._plain(element) for element in self.elements])

    def __contains__(self, credential_id: str) -> bool:
        return credential_id in self._elements

    def get(self, credential_id: str) -> Credential:
        """The credential in plain text.

        Raises:
            NotFoundError: no credential has this id.
        """
        return self._plain(self._element(credential_id))

    def config_xml(self, credential_id: str) -> bytes:
        """The credential's config.xml with every secret redacted, as Jenkins answers."""
        element = copy.deepcopy(self._element(credential_id))
        for path in KINDS[str(element.tag)][1]:
            for secret in element.iterfind(path):
                secret.text = None
                xmltree.SubElement(secret, "secret-redacted")
        return xmltree.bare(element)

    def create(self, document: bytes) -> str:
        """Add a credential from its XML and return its id.

        Raises:
            ConflictError: the id is taken.
            BadRequestError: a kind that this server does not know.
        """
        element = xmltree.parse(document)
        self._check_kind(element)
        node = element.find("id")
        if node is None:
            node = xmltree.add(element, "id")
        if not (node.text or "").strip():
            node.text = str(uuid.uuid4())
        credential_id = str(node.text).strip()
        with self._lock:
            if credential_id in self._elements:
                raise ConflictError(f"Credentials with id {credential_id} exist already in this domain")
            self._elements[credential_id] = self._encrypted(element, None)
            self._save()
        return credential_id

    def update(self, credential_id: str, document: bytes) -> None:
        """Replace a credential; a redacted or absent secret keeps its old value."""
        element = xmltree.parse(document)
        self._check_kind(element)
        with self._lock:
            old = self._element(credential_id)
            if xmltree.text(element, "id", credential_id) != credential_id:
                raise BadRequestError("The id of a credential can't be changed")
            if element.find("id") is None:
                xmltree.add(element, "id", credential_id)
            self._elements[credential_id] = self._encrypted(element, old)
            self._save()

    def take(self, credential_id: str, other: "CredentialsDomain") -> None:
        """Move a credential here from another domain of the same store.

        Raises:
            ConflictError: there is one of this id already.
        """
        with self._lock:
            element = other._element(credential_id)
            if credential_id in self._elements:
                raise ConflictError(f"Credentials with id {credential_id} exist already in this domain")
            self._elements[credential_id] = element
            del other._elements[credential_id]
            self._save()

    def delete(self, credential_id: str) -> None:
        """Remove a credential."""
        with self._lock:
            self._element(credential_id)
            del self._elements[credential_id]
            self._save()

    def _element(self, credential_id: str) -> Element:
        with self._lock:
            if credential_id not in self._elements:
                raise NotFoundError(f"No credentials with id {credential_id}")
            return self._elements[credential_id]

    @staticmethod
    def _check_kind(element: Element) -> None:
        if element.tag not in KINDS:
            raise BadRequestError(f"Unknown kind of credentials {element.tag}; known are {', '.join(KINDS)}")

    def _encrypted(self, element: Element, old: Element | None) -> Element:
        for path in KINDS[str(element.tag)][1]:
            node = element.find(path)
            if node is None:
                continue
            kept = old.find(path) if old is not None else None
            if node.find("secret-redacted") is not None:
                for child in list(node):
                    node.remove(child)
                node.text = None if kept is None else kept.text
            else:
                node.text = self._box.encrypt(self._box.decrypt((node.text or "").strip(" \t\r\n")))
        return element

    def _plain(self, element: Element) -> Credential:
        def secret(path: str) -> str:
            return self._box.decrypt(xmltree.text(element, path))

        kind = str(element.tag)
        return Credential(
            id=xmltree.text(element, "id"),
            kind=kind,
            description=xmltree.text(element, "description"),
            username=xmltree.text(element, "username"),
            secret=secret(KINDS[kind][1][-1]) if kind != SECRET_FILE else "",
            file_name=xmltree.text(element, "fileName"),
            content=base64.b64decode(secret(KINDS[kind][1][0])) if kind in {SECRET_FILE, CERTIFICATE} else b"",
            passphrase=secret("passphrase"),
            hidden_username=xmltree.flag(element, "usernameSecret"),
            certificates=(xmltree.text(element, "clientCertificate"), xmltree.text(element, "serverCaCertificate")),
        )
