"""The resources that are declared for ``lock``, in the plugin's own file in the home; who reserved which."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jenkins_light import xmltree
from jenkins_light.errors import JenkinsError, NotFoundError
from jenkins_light.files import write_bytes

PACKAGE = "org.jenkins.plugins.lockableresources"
#: The name and the form are the plugin's.
RESOURCES_FILE = f"{PACKAGE}.LockableResourcesManager.xml"
_PATH = f"resources/{PACKAGE}.LockableResource"
#: How XStream writes a date.
_DATE = "%Y-%m-%d %H:%M:%S.%f UTC"


class LockedError(JenkinsError):
    """Somebody has the resource already."""

    status = 423


@dataclass(frozen=True)
class Resource:
    """A declared resource.

    Attributes:
        reserved_by: who took it out of builds' reach by hand, "" for nobody; reserved_at: when, if that is known.
    """

    name: str
    description: str = ""
    note: str = ""
    labels: tuple[str, ...] = ()
    reserved_by: str = ""
    reserved_at: datetime | None = None


class Lockables:
    """Reads the file each time it is asked, so that nothing is restarted when it changes."""

    def __init__(self, home: Path) -> None:
        self._file = home / RESOURCES_FILE
        self._lock = threading.Lock()

    def all(self) -> list[Resource]:
        """All that are declared, in the file's order."""
        if not self._file.exists():
            return []
        return [_resource(element) for element in xmltree.parse(self._file.read_bytes()).iterfind(_PATH)]

    def reserve(self, name: str, user: str | None) -> None:
        """Keep a resource from builds for this user, or give it back (None).

        Raises:
            NotFoundError: it is not declared.
            LockedError: it is reserved already.
        """
        with self._lock:
            document = xmltree.parse(self._file.read_bytes()) if self._file.exists() else xmltree.Element("none")
            element = next((found for found in document.iterfind(_PATH) if xmltree.text(found, "name") == name), None)
            if element is None:
                raise NotFoundError(f"Resource not found {name}")
            if user and xmltree.text(element, "reservedBy"):
                raise LockedError(f"Resource '{name}' already reserved or locked!")
            for tag in ("reservedBy", "reservedTimestamp"):
                for old in element.findall(tag):
                    element.remove(old)
            if user:
                xmltree.add(element, "reservedBy", user)
                xmltree.add(element, "reservedTimestamp", datetime.now(UTC).strftime(_DATE))
            write_bytes(self._file, xmltree.serialise(document))


def _resource(element: xmltree.Element) -> Resource:
    listed = [label.text or "" for label in element.findall("labelsAsList/*")]
    return Resource(
        name=xmltree.text(element, "name"),
        description=xmltree.text(element, "description"),
        note=xmltree.text(element, "note"),
        labels=tuple(listed or xmltree.text(element, "labels").split()),
        reserved_by=xmltree.text(element, "reservedBy").strip(),
        reserved_at=_moment(xmltree.text(element, "reservedTimestamp")),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _DATE).replace(tzinfo=UTC)
    except ValueError:
        return None
