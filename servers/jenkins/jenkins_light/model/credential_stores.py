"""Where credentials are: the system's store, and one of each folder for the jobs below it."""

import threading
from weakref import WeakKeyDictionary

from jenkins_light.errors import NotFoundError
from jenkins_light.model.credentials import Credential, CredentialsStore
from jenkins_light.model.items import Folder, Item
from jenkins_light.model.secrets import SecretBox


class CredentialStores:
    """The stores that a job's credentials are looked for in: from its own folder outwards, the system's last."""

    def __init__(self, system: CredentialsStore, box: SecretBox) -> None:
        self.system = system
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
