"""Nodes: the built-in one works; others can be declared as Jenkins' API allows, but stay offline."""

from pathlib import Path

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.files import read_json, write_json
from jenkins_light.model.names import check_name
from jenkins_light.xmltree import Element


class Nodes:
    """Declared agents, by name, each with its config.xml; and how many executors the built-in node was given."""

    def __init__(self, home: Path) -> None:
        self._path = home / "nodes.json"
        self._built_in_path = home / "built-in.json"
        self._documents: dict[str, str] = read_json(self._path, {})
        self._offline: dict[str, str] = {}

    def executors(self, default: int) -> int:
        """The built-in node's executors, unless somebody changed them the ``default``."""
        return int(read_json(self._built_in_path, {}).get("executors", default))

    def set_executors(self, count: int) -> None:
        """Keep the number of the built-in node's executors."""
        write_json(self._built_in_path, {"executors": count})

    def names(self) -> list[str]:
        """The declared agents."""
        return sorted(self._documents)

    def with_label(self, label: str) -> list[str]:
        """The declared agents that have a label; each has its own name as one."""

        def labels(name: str) -> set[str]:
            return {name, *xmltree.text(xmltree.parse(self._documents[name].encode()), "label").split()}

        return [name for name in self.names() if label in labels(name)]

    def config_xml(self, name: str) -> bytes:
        """An agent's config.xml.

        Raises:
            NotFoundError: there is no such agent.
        """
        if name not in self._documents:
            raise NotFoundError(f"No such agent: {name}")
        return self._documents[name].encode()

    def create(self, name: str, executors: int, description: str, labels: str, remote: str) -> None:
        """Declare an agent.

        Raises:
            BadRequestError: a bad name, or one that is taken.
        """
        self._check_free(name)
        root = xmltree.Element("slave")
        for tag, value in (
            ("name", name), ("description", description), ("remoteFS", remote), ("numExecutors", executors),
            ("mode", "NORMAL"), ("label", labels),
        ):  # fmt: skip
            xmltree.add(root, tag, value)
        self.configure(name, xmltree.serialise(root))

    def create_from(self, name: str, document: Element) -> None:
        """Declare an agent by its config.xml.

        Raises:
            BadRequestError: a bad name, or one that is taken.
        """
        self._check_free(name)
        node = document.find("name")
        if node is None:
            node = xmltree.add(document, "name")
        node.text = name
        self.configure(name, xmltree.serialise(document))

    def _check_free(self, name: str) -> None:
        check_name(name)
        if name in self._documents:
            raise BadRequestError(f"Agent called \u2018{name}\u2019 already exists")

    def offline(self, name: str) -> str | None:
        """Why an agent was taken offline, or None."""
        return self._offline.get(name)

    def set_offline(self, name: str, why: str | None) -> None:
        """Take an agent offline by hand, or no longer (None); a restart forgets it."""
        self._offline.pop(name, None)
        if why is not None:
            self._offline[name] = why

    def configure(self, name: str, document: bytes) -> None:
        """Take an agent's config.xml."""
        self._documents[name] = xmltree.serialise(xmltree.parse(document)).decode()
        write_json(self._path, self._documents)

    def change(self, name: str, values: dict[str, str]) -> None:
        """Set some of an agent's elements."""
        document = xmltree.parse(self.config_xml(name))
        for tag, value in values.items():
            node = document.find(tag)
            (xmltree.add(document, tag) if node is None else node).text = value
        self.configure(name, xmltree.serialise(document))

    def delete(self, name: str) -> None:
        """Forget an agent."""
        self.config_xml(name)
        del self._documents[name]
        write_json(self._path, self._documents)
