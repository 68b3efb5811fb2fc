"""Views: named lists of jobs; each is a file, the view ``all`` is always there."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.files import write_bytes
from jenkins_light.model.names import check_name
from jenkins_light.xmltree import Element

if TYPE_CHECKING:
    from jenkins_light.model.items import Folder, Item

LIST_VIEW = "hudson.model.ListView"
ALL_VIEW = "hudson.model.AllView"
_KINDS = {LIST_VIEW, ALL_VIEW, "hudson.model.MyView"}


#: Whether a Java pattern matches a whole name. Python's engine is not asked: it reads other patterns than Jenkins' and,
#: over some of them, never ends.
Matcher = Callable[[str, str], bool]
_MATCHER: list[Matcher] = [lambda _pattern, _name: False]


def match_with(matcher: Matcher) -> None:
    """From now on views ask this for names that their expressions mean."""
    _MATCHER[:] = [matcher]


def _relative(item: "Item", owner: "Folder") -> str:
    return item.full_name.removeprefix(f"{owner.full_name}/" if owner.full_name else "")


class View:
    """A list of jobs of one folder."""

    def __init__(self, owner: "Folder", document: Element, path: Path | None) -> None:
        self.owner = owner
        self.document = document
        self._path = path

    @property
    def name(self) -> str:
        """The view's name."""
        return xmltree.text(self.document, "name")

    @property
    def description(self) -> str:
        """The view's description."""
        return xmltree.text(self.document, "description")

    @property
    def url_path(self) -> str:
        """The address below the server's; the primary view's is its owner's."""
        return self.owner.url_path if self._path is None else f"{self.owner.url_path}view/{quote(self.name)}/"

    @property
    def items(self) -> "list[Item]":
        """The jobs it shows: all of them, or those named and those that its expression matches."""
        if self.document.tag != LIST_VIEW:
            return list(self.owner)
        names = {node.text for node in self.document.iterfind("jobNames/string")}
        pattern = xmltree.text(self.document, "includeRegex")
        found = [(_relative(item, self.owner), item) for item in self._candidates(self.owner)]
        return [item for name, item in found if name in names or (pattern and _MATCHER[-1](pattern, name))]

    def _candidates(self, folder: "Folder") -> "Iterator[Item]":
        for item in folder:
            yield item
            if xmltree.flag(self.document, "recurse") and hasattr(item, "views"):
                yield from self._candidates(cast("Folder", item))

    def configure(self, document: Element) -> None:
        """Take a new configuration; the name stays."""
        name = self.name
        self.document = document
        self.rename(name)

    def add_job(self, name: str) -> None:
        """Show a job here."""
        holder = self.document.find("jobNames")
        if holder is None:
            holder = xmltree.SubElement(self.document, "jobNames")
        if name not in {node.text for node in holder.iterfind("string")}:
            xmltree.add(holder, "string", name)
            self.save()

    def remove_job(self, name: str) -> None:
        """Show a job no longer."""
        holder = self.document.find("jobNames")
        for node in [] if holder is None else holder.findall("string"):
            if holder is not None and node.text == name:
                holder.remove(node)
                self.save()

    def rename_job(self, old: str, new: str) -> None:
        """Follow a job that got another name."""
        for node in self.document.iterfind("jobNames/string"):
            if node.text == old:
                node.text = new
                self.save()

    def save(self) -> None:
        """Write the view's file."""
        if self._path is not None:
            write_bytes(self._path, xmltree.serialise(self.document))

    def rename(self, name: str) -> None:
        """Set the name in the document and keep it."""
        node = self.document.find("name")
        if node is None:
            node = xmltree.Element("name")
            self.document.insert(0, node)
        node.text = name
        self.save()


class Views:
    """The views of Jenkins or of a folder."""

    def __init__(self, folder: Path, owner: "Folder") -> None:
        self._folder = folder
        self._owner = owner
        primary = xmltree.Element(ALL_VIEW)
        xmltree.add(primary, "name", "all")
        self._views = {"all": View(owner, primary, None)}
        for path in sorted(folder.glob("*.xml")):
            view = View(owner, xmltree.parse(path.read_bytes()), path)
            self._views[view.name] = view

    def __iter__(self) -> Iterator[View]:
        return iter(list(self._views.values()))

    @property
    def primary(self) -> View:
        """The view that the dashboard opens with."""
        return self._views["all"]

    def get(self, name: str) -> View:
        """The view of this name.

        Raises:
            NotFoundError: there is none.
        """
        if name not in self._views:
            raise NotFoundError(f"No such view: {name}")
        return self._views[name]

    def create(self, name: str, document: Element) -> View:
        """Make a view.

        Raises:
            BadRequestError: a bad name, or one that is taken; a kind that needs a plugin.
        """
        check_name(name)
        if document.tag not in _KINDS:
            raise BadRequestError(f"No such view type: {document.tag}")
        if name in self._views:
            raise BadRequestError(f"A view already exists with the name \u2018{name}\u2019")
        view = View(self._owner, document, self._folder / f"{name}.xml")
        view.rename(name)
        self._views[name] = view
        return view

    def delete(self, view: View) -> None:
        """Remove a view; its jobs stay."""
        self._views.pop(view.name, None)
        (self._folder / f"{view.name}.xml").unlink(missing_ok=True)
