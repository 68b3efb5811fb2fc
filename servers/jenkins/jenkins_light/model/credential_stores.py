"""Where credentials are: the system's store, and one of each folder for the jobs below it, each a credentials.xml."""

import copy
import threading
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakKeyDictionary

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, ConflictError, NotFoundError
from jenkins_light.files import write_bytes
from jenkins_light.model.credentials import Credential, CredentialsDomain
from jenkins_light.model.items import Folder, Item
from jenkins_light.model.names import check_name
from jenkins_light.model.secrets import SecretBox
from jenkins_light.xmltree import Element

DOMAIN = "com.cloudbees.plugins.credentials.domains.Domain"


class CredentialsStore:
    """The domains of the system or of a folder: the global one, and those that were made."""

    def __init__(self, home: Path, box: SecretBox) -> None:
        self._path = home / "credentials.xml"
        self._box = box
        self._lock = threading.RLock()
        root = xmltree.parse(self._path.read_bytes()) if self._path.exists() else xmltree.Element("credentials")
        # The global domain's stand in the file as they are, the others each in a <domain> behind them.
        self._domains = {"_": self._domain(None, [element for element in root if element.tag != "domain"])}
        for holder in root.iterfind("domain"):
            domain = self._domain(holder.find(DOMAIN), list(holder.find("list") or ()))
            self._domains[domain.name] = domain

    def _domain(self, document: Element | None, elements: list[Element]) -> CredentialsDomain:
        return CredentialsDomain(document, elements, self._box, self._lock, self._save)

    @property
    def domains(self) -> list[CredentialsDomain]:
        """The global one first."""
        with self._lock:
            return list(self._domains.values())

    def domain(self, name: str) -> CredentialsDomain:
        """The domain of this name.

        Raises:
            NotFoundError: there is none.
        """
        if name not in self._domains:
            raise NotFoundError(f"No domain {name}")
        return self._domains[name]

    def create_domain(self, document: Element) -> CredentialsDomain:
        """Make a domain from its XML.

        Raises:
            ConflictError: the name is taken.
            BadRequestError: it is no domain, or its name can't be one.
        """
        if document.tag != DOMAIN:
            raise BadRequestError(f"Not a domain: {document.tag}")
        name = check_name(xmltree.text(document, "name"))
        with self._lock:
            if name in self._domains:
                raise ConflictError(f"A domain {name} exists already")
            self._domains[name] = self._domain(document, [])
            self._save()
            return self._domains[name]

    def update_domain(self, domain: CredentialsDomain, document: Element) -> None:
        """Give a domain other facts, and perhaps another name.

        Raises:
            ConflictError: the new name is taken.
            BadRequestError: it is the global one.
        """
        with self._lock:
            self._check_not_global(domain)
            elements = domain.elements
            del self._domains[domain.name]
            try:
                made = self.create_domain(document)
            except (ConflictError, BadRequestError):
                self._domains[domain.name] = domain
                raise
            self._domains[made.name] = self._domain(document, elements)
            self._save()

    def delete_domain(self, domain: CredentialsDomain) -> None:
        """Remove a domain with its credentials.

        Raises:
            BadRequestError: it is the global one.
        """
        with self._lock:
            self._check_not_global(domain)
            self._domains.pop(domain.name, None)
            self._save()

    @staticmethod
    def _check_not_global(domain: CredentialsDomain) -> None:
        if domain.document is None:
            raise BadRequestError("The global domain stays as it is")

    def __iter__(self) -> Iterator[Credential]:
        return iter([credential for domain in self.domains for credential in domain])

    def get(self, credential_id: str) -> Credential:
        """The credential in plain text, from whichever domain has it.

        Raises:
            NotFoundError: no credential has this id.
        """
        for domain in self.domains:
            if credential_id in domain:
                return domain.get(credential_id)
        raise NotFoundError(f"No credentials with id {credential_id}")

    def _save(self) -> None:
        with self._lock:
            root = xmltree.Element("credentials")
            root.extend(copy.deepcopy(element) for element in self._domains["_"].elements)
            for domain in self.domains:
                if domain.document is not None:
                    holder = xmltree.SubElement(root, "domain")
                    holder.append(copy.deepcopy(domain.document))
                    xmltree.SubElement(holder, "list").extend(copy.deepcopy(element) for element in domain.elements)
            write_bytes(self._path, xmltree.serialise(root), 0o600)


class CredentialStores:
    """The stores that a job's credentials are looked for in: from its own folder outwards, the system's last."""

    def __init__(self, home: Path, box: SecretBox) -> None:
        self.system = CredentialsStore(home, box)
        self._box = box
        self._lock = threading.Lock()
        self._of_folders: WeakKeyDictionary[Folder, CredentialsStore] = WeakKeyDictionary()

    def of(self, folder: Folder) -> CredentialsStore:
        """A folder's own store; Jenkins' is the system's."""
        if folder.parent is None:
            return self.system
        with self._lock:
            if folder not in self._of_folders:
                self._of_folders[folder] = CredentialsStore(folder.folder, self._box)
            return self._of_folders[folder]

    def find(self, item: Item, credential_id: str) -> Credential:
        """What a job means by this id.

        Raises:
            NotFoundError: no store that it sees has it.
        """
        folder = item.parent
        while folder is not None:
            try:
                return self.of(folder).get(credential_id)
            except NotFoundError:
                folder = folder.parent
        raise NotFoundError(f"No credentials with id {credential_id}")
