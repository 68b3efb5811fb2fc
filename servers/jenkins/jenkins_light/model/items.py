"""Jobs and folders: the tree below ``jobs/``, each with its config.xml."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.files import write_bytes
from jenkins_light.model import jobconfig
from jenkins_light.model.history import History
from jenkins_light.model.jobconfig import JobConfig
from jenkins_light.model.names import check_name
from jenkins_light.model.views import Views
from jenkins_light.xmltree import Element

_LOCK = threading.RLock()


class Item:
    """What has a name, a folder on disk and a config.xml."""

    def __init__(self, parent: "Folder | None", name: str, path: Path) -> None:
        self.parent = parent
        self.name = name
        self.folder = path
        self._document: Element | None = None
        self.config = JobConfig(kind="")
        if self.config_path.exists():
            self._read(xmltree.parse(self.config_path.read_bytes()))

    @property
    def config_path(self) -> Path:
        """The item's config.xml."""
        return self.folder / "config.xml"

    @property
    def full_name(self) -> str:
        """The name with the folders' names before it."""
        above = self.parent.full_name if self.parent else ""
        return f"{above}/{self.name}" if above else self.name

    @property
    def display_name(self) -> str:
        """The name that pages show."""
        return self.config.display_name or self.name

    @property
    def full_display_name(self) -> str:
        """The name that pages show, with those of the folders around it (core's AbstractItem)."""
        above = self.parent.full_display_name if self.parent and self.parent.full_name else ""
        return f"{above} » {self.display_name}" if above else self.display_name

    @property
    def url_path(self) -> str:
        """The address below the server's, with a closing slash."""
        above = self.parent.url_path if self.parent else ""
        return f"{above}job/{quote(self.name)}/"

    @property
    def document(self) -> Element:
        """The config.xml's root element; not to be changed in place."""
        if self._document is None:
            raise NotFoundError(f"{self.full_name} has no config.xml")
        return self._document

    @property
    def config_xml(self) -> bytes:
        """The config.xml as it lies on the disk, so as it was given until something in it changed."""
        if self._document is None:
            raise NotFoundError(f"{self.full_name} has no config.xml")
        return self.config_path.read_bytes()

    def configure(self, document: Element, *, as_given: bool = False) -> None:
        """Take a new config.xml and keep it: ``as_given`` by a client, else as Jenkins writes its own."""
        config = jobconfig.parse(document)
        if self.config.kind and config.kind != self.config.kind:
            raise BadRequestError(f"A {self.config.kind} can't become a {config.kind}")
        write_bytes(self.config_path, xmltree.serialise(document, indented=not as_given))
        self._read(document)

    def _read(self, document: Element) -> None:
        self._document, self.config = document, jobconfig.parse(document)


class Job(Item):
    """A pipeline or freestyle job."""

    def __init__(self, parent: "Folder | None", name: str, path: Path) -> None:
        super().__init__(parent, name, path)
        self.builds = History(self)

    @property
    def builds_folder(self) -> Path:
        """Where builds are kept."""
        return self.folder / "builds"

    def set_disabled(self, disabled: bool) -> None:
        """Disable or enable."""
        self.configure(jobconfig.with_disabled(self.document, disabled))


class Folder(Item):
    """A folder of items; the one without a name is Jenkins itself."""

    def __init__(self, parent: "Folder | None", name: str, path: Path) -> None:
        super().__init__(parent, name, path)
        self.views = Views(path / "views", self)
        self._items: dict[str, Item] = {}
        for below in sorted((path / "jobs").glob("*/config.xml")):
            self._items[below.parent.name] = self._load(below.parent.name, below.parent)

    @property
    def full_name(self) -> str:
        """Empty for Jenkins itself."""
        return super().full_name if self.parent else self.name

    @property
    def url_path(self) -> str:
        """Empty for Jenkins itself."""
        return super().url_path if self.parent else ""

    def __iter__(self) -> Iterator[Item]:
        return iter(sorted(self._items.values(), key=lambda item: item.name.lower()))

    def walk(self) -> Iterator[Job]:
        """Every job below, however deep."""
        for item in self:
            if isinstance(item, Folder):
                yield from item.walk()
            elif isinstance(item, Job):
                yield item

    def find(self, name: str) -> Item | None:
        """The item of this name, or None."""
        return self._items.get(name)

    def get(self, name: str) -> Item:
        """The item of this name.

        Raises:
            NotFoundError: there is none.
        """
        if name not in self._items:
            raise NotFoundError(f"No such item: {name}")
        return self._items[name]

    def find_job(self, full_name: str) -> Job | None:
        """The job of a full name, or None."""
        item: Item | None = self
        for part in full_name.strip("/").split("/"):
            item = item.find(part) if isinstance(item, Folder) else None
        return item if isinstance(item, Job) else None

    def create(self, name: str, document: Element) -> Item:
        """Make an item from its config.xml, which is kept as it is given.

        Raises:
            BadRequestError: a bad name, a kind that is not known, or the name is taken (Jenkins answers 400 to that).
        """
        check_name(name)
        if document.tag not in {jobconfig.PIPELINE, jobconfig.FREESTYLE, jobconfig.FOLDER}:
            raise BadRequestError(f"No such item type: {document.tag}")
        with _LOCK:
            self.check_free(name)
            path = self.folder / "jobs" / name
            shutil.rmtree(path, ignore_errors=True)
            write_bytes(path / "config.xml", xmltree.serialise(document, indented=False))
            item = self._items[name] = self._load(name, path)
            return item

    def copy(self, source: Item, name: str) -> Item:
        """A new item with the configuration of another; a copied job starts without builds."""
        return self.create(name, xmltree.parse(source.config_xml))

    def rename(self, item: Item, name: str) -> None:
        """Give an item another name; its builds move with it.

        Raises:
            BadRequestError: it can't be a name, or is one already (AbstractItem.doCheckNewName).
        """
        check_name(name)
        if name == item.name:
            raise BadRequestError("The new name is the same as the current name.")
        with _LOCK:
            if name in self._items:
                raise BadRequestError(f"The name “{name}” is already in use.")
            self.check_free(name)
            target = self.folder / "jobs" / name
            item.folder.rename(target)
            for view in self.views:
                view.rename_job(item.name, name)
            del self._items[item.name]
            item.name, item.folder = name, target
            # What is below a folder knows its path: it is read anew.
            self._items[name] = self._load(name, target) if isinstance(item, Folder) else item

    def move(self, item: Item, target: "Folder") -> None:
        """Put an item into another folder; its builds move with it.

        Raises:
            BadRequestError: the name is taken there, or a folder would come to lie in itself.
        """
        above: Folder | None = target
        while above is not None:
            if above is item:
                raise BadRequestError(f"{item.full_name} can't be moved into itself")
            above = above.parent
        with _LOCK:
            target.check_free(item.name)
            folder = target.folder / "jobs" / item.name
            folder.parent.mkdir(parents=True, exist_ok=True)
            item.folder.rename(folder)
            for view in self.views:
                view.remove_job(item.name)
            del self._items[item.name]
            item.parent, item.folder = target, folder
            target._items[item.name] = target._load(item.name, folder) if isinstance(item, Folder) else item

    def delete(self, item: Item) -> None:
        """Remove an item and all its files."""
        with _LOCK:
            self._items.pop(item.name, None)
            shutil.rmtree(item.folder, ignore_errors=True)

    def check_free(self, name: str) -> None:
        """Let a name pass that nothing here has yet.

        Raises:
            BadRequestError: it is taken.
        """
        if any(known.lower() == name.lower() for known in self._items):
            raise BadRequestError(f"A job already exists with the name \u2018{name}\u2019")

    def _load(self, name: str, path: Path) -> Item:
        kind = xmltree.parse((path / "config.xml").read_bytes()).tag
        return (Folder if kind == jobconfig.FOLDER else Job)(self, name, path)
