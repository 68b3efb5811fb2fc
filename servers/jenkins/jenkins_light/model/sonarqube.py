"""SonarQube as Jenkins knows it: configured servers, what a build's analyses left, and the hooks that servers send."""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError
from jenkins_light.files import write_bytes

_CONFIGURATION = "hudson.plugins.sonar.SonarGlobalConfiguration"
_INSTALLATION = "hudson.plugins.sonar.SonarInstallation"
_REMEMBERED_SECONDS = 2 * 3600
#: Anybody who reaches the port can send hooks; what is kept of them is bounded.
_REMEMBERED_EVENTS = 1000


@dataclass(frozen=True)
class SonarInstallation:
    """A configured server (the plugin's class of this name; its names, in Python's spelling).

    Attributes:
        credentials_id: a secret text, the token. webhook_secret_id: a secret text, what the hooks are signed with.
        mojo_version: the version of sonar-maven-plugin that SONAR_MAVEN_GOAL names.
        additional_properties: arguments for SONAR_EXTRA_PROPS.
        additional_analysis_properties: ``key=value`` pairs with blanks between them.
    """

    name: str
    server_url: str = ""
    credentials_id: str = ""
    webhook_secret_id: str = ""
    mojo_version: str = ""
    additional_properties: str = ""
    additional_analysis_properties: str = ""


#: Each attribute and the element, and JCasC key, that holds it.
KEYS = {
    each.name: each.name.split("_")[0] + "".join(word.capitalize() for word in each.name.split("_")[1:])
    for each in fields(SonarInstallation)
}


class SonarInstallations:
    """The configured servers, kept in the file in which the plugin keeps them."""

    def __init__(self, home: Path) -> None:
        self._path = home / f"{_CONFIGURATION}.xml"
        self._lock = threading.Lock()
        self._all: tuple[SonarInstallation, ...] = ()
        if self._path.exists():
            root = xmltree.parse(self._path.read_bytes())
            self._all = tuple(
                SonarInstallation(**{name: xmltree.text(element, key) for name, key in KEYS.items()})
                for element in root.iterfind(f"installations/{_INSTALLATION}")
            )

    def all(self) -> tuple[SonarInstallation, ...]:
        """Every server, in the order of the configuration."""
        return self._all

    def get(self, name: str) -> SonarInstallation | None:
        """The server of this name, the first one for no name, or None."""
        if not name:
            return self._all[0] if self._all else None
        return next((each for each in self._all if each.name == name), None)

    def set(self, installations: Iterable[SonarInstallation]) -> None:
        """Take these servers in place of all others."""
        root = xmltree.Element(_CONFIGURATION)
        holder = xmltree.SubElement(root, "installations")
        with self._lock:
            self._all = tuple(installations)
            for installation in self._all:
                element = xmltree.SubElement(holder, _INSTALLATION)
                for name, key in KEYS.items():
                    xmltree.add(element, key, getattr(installation, name))
            xmltree.add(root, "buildWrapperEnabled", True)
            write_bytes(self._path, xmltree.serialise(root))


@dataclass(frozen=True)
class SonarEvent:
    """What a hook of SonarQube tells.

    Attributes:
        payload: the body as it came, which the signature is made of.
        signature: X-Sonar-Webhook-HMAC-SHA256, "" where the hook has no secret.
        task_status: of the compute engine's task: SUCCESS, FAILED or CANCELED.
        gate: the quality gate's status, "NONE" where the project has no gate, "" for a task that failed.
    """

    payload: bytes
    signature: str
    task_id: str
    task_status: str
    gate: str


def parse_event(payload: bytes, signature: str) -> SonarEvent:
    """Read a hook's body.

    Raises:
        BadRequestError: it is not what SonarQube sends; the text is the plugin's.
    """
    try:
        body: Any = json.loads(payload)
        task_id, status = str(body["taskId"]), str(body["status"])
        gate = str((body.get("qualityGate") or {"status": "NONE"})["status"]) if status == "SUCCESS" else ""
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadRequestError("Invalid JSON Payload") from None
    return SonarEvent(payload, signature, task_id, status, gate)


class SonarEvents:
    """The hooks that came, each for two hours: one may come before the pipeline asks for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: OrderedDict[str, tuple[float, SonarEvent]] = OrderedDict()

    def put(self, event: SonarEvent) -> None:
        """Remember a hook."""
        now = time.monotonic()
        with self._lock:
            self._events.pop(event.task_id, None)
            self._events[event.task_id] = (now, event)
            while self._events:
                oldest = next(iter(self._events))
                old = now - self._events[oldest][0] > _REMEMBERED_SECONDS
                if not old and len(self._events) <= _REMEMBERED_EVENTS:
                    break
                del self._events[oldest]

    def get(self, task_id: str) -> SonarEvent | None:
        """The hook about this task, if it has come."""
        with self._lock:
            found = self._events.get(task_id)
        return found[1] if found else None
