"""Tool installations: the names that pipelines use, mapped to what this machine has."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from jenkins_light.steps.registry import Abort


@dataclass(frozen=True)
class Tool:
    """An installation.

    Attributes:
        home: its folder.
        means: what it really is, for the log, when the name promises another version.
    """

    type: str
    name: str
    home: str
    means: str = ""

    def variables(self) -> dict[str, str]:
        """What ``tools { … }`` adds to the environment, as Jenkins does for this type."""
        if self.type == "jdk":
            return {"JAVA_HOME": self.home, "PATH+JDK": f"{self.home}/bin"}
        if self.type == "maven":
            return {"M2_HOME": self.home, "MAVEN_HOME": self.home, "PATH+MAVEN": f"{self.home}/bin"}
        return {}


class Tools:
    """The map of JENKINS_TOOLS_FILE: type → name → {home, means}."""

    def __init__(self, path: Path | None) -> None:
        stored = yaml.safe_load(path.read_text()) if path and path.exists() else None
        self._tools = {
            (kind, name): Tool(kind, name, **entry)
            for kind, entries in (stored or {}).items()
            for name, entry in entries.items()
        }

    def names(self) -> dict[str, list[str]]:
        """The names that pipelines may use, by type."""
        found: dict[str, list[str]] = {}
        for kind, name in self._tools:
            found.setdefault(kind, []).append(name)
        return found

    def get(self, kind: str | None, name: str) -> Tool:
        """The installation of this name, and of this type if one is given.

        Raises:
            Abort: there is none, in the words of Jenkins' ToolStep.
        """
        for (known_kind, known_name), tool in self._tools.items():
            if known_name == name and kind in {None, "", known_kind}:
                return tool
        raise Abort(f"No {kind or 'tool'} named {name} found")
