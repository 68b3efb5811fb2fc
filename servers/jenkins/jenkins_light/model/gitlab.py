"""The connections to GitLab servers, kept in the file of the GitLab plugin's own name and form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError
from jenkins_light.files import write_bytes

_CONFIG = "com.dabsquared.gitlabjenkins.connection.GitLabConnectionConfig"
_CONNECTION = "com.dabsquared.gitlabjenkins.connection.GitLabConnection"
_SECONDS = 10
#: A connection's settings, with the plugin's defaults.
FIELDS: dict[str, object] = {
    "name": "", "url": "", "apiTokenId": "", "clientBuilderId": "autodetect", "ignoreCertificateErrors": False,
    "connectionTimeout": _SECONDS, "readTimeout": _SECONDS,
}  # fmt: skip


@dataclass(frozen=True)
class GitLabConnection:
    """A GitLab server.

    Attributes:
        url: the server's address, without ``/api/v4``.
        token_id: the id of the credential that holds the API token.
        verify: whether its certificate is checked.
        timeout: seconds for an answer.
    """

    name: str
    url: str
    token_id: str
    verify: bool = True
    timeout: float = _SECONDS


class GitLabConnections:
    """The connections of one Jenkins home; the file is read at each use, so that it may be put in place by hand."""

    def __init__(self, home: Path) -> None:
        self._path = home / f"{_CONFIG}.xml"

    def find(self, name: str) -> GitLabConnection | None:
        """The connection of this name."""
        return next((connection for connection in self.all() if connection.name == name), None)

    def all(self) -> list[GitLabConnection]:
        """The connections."""
        if not self._path.exists():
            return []
        return [
            GitLabConnection(
                xmltree.text(element, "name"),
                xmltree.text(element, "url").rstrip("/"),
                xmltree.text(element, "apiTokenId"),
                not xmltree.flag(element, "ignoreCertificateErrors"),
                float(xmltree.text(element, "readTimeout", str(_SECONDS)) or _SECONDS),
            )
            for element in xmltree.parse(self._path.read_bytes()).iterfind(f"connections/{_CONNECTION}")
        ]

    def described(self) -> list[dict[str, Any]]:
        """The connections, as configuration-as-code describes them."""
        return [
            {
                "name": connection.name,
                "url": connection.url,
                "apiTokenId": connection.token_id,
                "ignoreCertificateErrors": not connection.verify,
                "readTimeout": int(connection.timeout),
            }
            for connection in self.all()
        ]

    def write(self, document: bytes) -> None:
        """Replace the file."""
        write_bytes(self._path, document, 0o600)


def connections_to_xml(described: Iterable[Mapping[str, Any]]) -> bytes:
    """The plugin's file for connections as configuration-as-code describes them.

    Raises:
        BadRequestError: a connection has no name or address.
    """
    root = xmltree.Element(_CONFIG)
    holder = xmltree.add(root, "connections")
    for entry in described:
        if not entry.get("name") or not str(entry.get("url", "")).startswith(("http://", "https://")):
            raise BadRequestError(f"A GitLab connection needs a name and an http address, not {dict(entry)}")
        element = xmltree.add(holder, _CONNECTION)
        for name, default in FIELDS.items():
            xmltree.add(element, name, entry.get(name, default))
    return xmltree.serialise(root)
