"""The environment variables that Jenkins' own configuration gives to every build (``globalNodeProperties``)."""

import threading
from collections.abc import Mapping
from pathlib import Path

from jenkins_light import xmltree
from jenkins_light.files import write_bytes

_FILE = "globalNodeProperties.xml"
_PROPERTY = "hudson.slaves.EnvironmentVariablesNodeProperty"


class GlobalVariables:
    """The variables, in the order in which they were configured."""

    def __init__(self, home: Path) -> None:
        self._path = home / _FILE
        self._lock = threading.Lock()
        self._values: dict[str, str] = {}
        if self._path.exists():
            root = xmltree.parse(self._path.read_bytes())
            self._values = {
                xmltree.text(element, "key"): xmltree.text(element, "value")
                for element in root.iterfind(f"{_PROPERTY}/variable")
            }

    def all(self) -> dict[str, str]:
        """Every variable."""
        return dict(self._values)

    def set(self, values: Mapping[str, str]) -> None:
        """Take these variables in place of all others."""
        root = xmltree.Element("globalNodeProperties")
        holder = xmltree.SubElement(root, _PROPERTY)
        with self._lock:
            self._values = dict(values)
            for key, value in self._values.items():
                element = xmltree.SubElement(holder, "variable")
                xmltree.add(element, "key", key)
                xmltree.add(element, "value", value)
            write_bytes(self._path, xmltree.serialise(root))
