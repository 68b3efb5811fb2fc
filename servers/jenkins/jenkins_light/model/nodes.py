"""Nodes: the built-in one works; others can be declared as Jenkins' API allows, but stay offline."""

from pathlib import Path

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.files import read_json, write_json
from jenkins_light.model.names import check_name


class Nodes:
    """Declared agents, by name, each with its config.xml."""

    def __init__(self, home: Path) -> None:
        self._path = home / "nodes.json"
        self._documents: dict[str, str] = read_json(self._path, {})

    def names(self) -> list[str]:
        """The declared agents."""
        return sorted(self._documents)

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
        check_name(name)
        if name in self._documents:
            raise BadRequestError(f"Agent called \u2018{name}\u2019 already exists")
        root = xmltree.parse(b"<slave/>")
        for tag, value in (
            ("name", name), ("description", description), ("remoteFS", remote), ("numExecutors", executors),
            ("mode", "NORMAL"), ("label", labels),
        ):  # fmt: skip
            xmltree.add(root, tag, value)
        self.configure(name, xmltree.serialise(root))

    def configure(self, name: str, document: bytes) -> None:
        """Take an agent's config.xml."""
        self._documents[name] = xmltree.serialise(xmltree.parse(document)).decode()
        write_json(self._path, self._documents)

    def delete(self, name: str) -> None:
        """Forget an agent."""
        self.config_xml(name)
        del self._documents[name]
        write_json(self._path, self._documents)
