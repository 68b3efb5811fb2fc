"""Job parameters: their definitions in config.xml and the values that builds get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError
from jenkins_light.model import describable
from jenkins_light.xmltree import Element

PROPERTY = "hudson.model.ParametersDefinitionProperty"

#: The element in config.xml ends with this after the kind's name.
_SUFFIX = "ParameterDefinition"
KINDS = ("String", "Text", "Boolean", "Choice", "Password", "File", "Base64File", "Run", "Credentials")
#: Where kinds that are not in Jenkins' core come from.
_PACKAGES = {
    "Base64File": "io.jenkins.plugins.file_parameters.",
    "Credentials": "com.cloudbees.plugins.credentials.",
}
#: Parameters whose value is a file that somebody uploads.
FILES = frozenset({"File", "Base64File"})

Value = str | bool


def as_text(value: Value) -> str:
    """The value as environments, forms and descriptions have it: booleans are ``true`` and ``false``."""
    return str(value).lower() if isinstance(value, bool) else value


@dataclass(frozen=True)
class ParameterDefinition:
    """One parameter of a job.

    Attributes:
        kind: one of KINDS.
        default: the default; for a password it is encrypted.
        choices: what a Choice offers; the first is its default.
        trim: whether a String loses its outer white space.
    """

    kind: str
    name: str
    description: str = ""
    default: str = ""
    choices: tuple[str, ...] = field(default=())
    trim: bool = False

    @property
    def type(self) -> str:
        """The type as the REST API names it."""
        return self.kind + _SUFFIX

    @property
    def cls(self) -> str:
        """The Java class, also the element in config.xml."""
        return f"{_PACKAGES.get(self.kind, 'hudson.model.')}{self.type}"

    @property
    def value_cls(self) -> str:
        """The Java class of its values."""
        kind = "String" if self.kind == "Choice" else self.kind
        return f"{_PACKAGES.get(kind, 'hudson.model.')}{kind}ParameterValue"

    @property
    def default_value(self) -> Value:
        """The value of a build that was given none."""
        if self.kind == "Boolean":
            return self.default.lower() == "true"
        if self.kind == "Choice":
            return self.choices[0] if self.choices else ""
        return self.default

    def convert(self, given: str) -> Value:
        """The value for what a request gave.

        Raises:
            BadRequestError: a Choice does not offer it.
        """
        if self.kind == "Boolean":
            return given.lower() == "true"
        if self.kind == "Choice" and given not in self.choices:
            raise BadRequestError(f"Illegal choice for parameter {self.name}: {given}")
        return given.strip() if self.trim else given

    def accept(self, given: str) -> Value:
        """The value for what a webhook gave: the Generic Webhook Trigger neither checks choices nor trims."""
        return given.lower() == "true" if self.kind == "Boolean" else given


def parse(properties: Element | None) -> list[ParameterDefinition]:
    """The definitions in a job's <properties>; kinds that are not known are left out."""
    if properties is None:
        return []
    found = []
    for element in properties.iterfind(f"{PROPERTY}/parameterDefinitions/*"):
        kind = str(element.tag).rsplit(".", 1)[-1].removesuffix(_SUFFIX)
        if kind not in KINDS:
            continue
        # jenkins-job-builder and Jenkins before 1.6 write the choices in different holders.
        choices = tuple(node.text or "" for node in element.iterfind("choices//string"))
        if kind == "Run":
            choices = (xmltree.text(element, "projectName"),)
        found.append(
            ParameterDefinition(
                kind,
                xmltree.text(element, "name"),
                xmltree.text(element, "description"),
                xmltree.text(element, "defaultValue"),
                choices,
                xmltree.flag(element, "trim"),
            )
        )
    return found


def to_xml(definitions: list[ParameterDefinition]) -> Element:
    """The job property that holds the definitions."""
    root = xmltree.Element(PROPERTY)
    holder = xmltree.SubElement(root, "parameterDefinitions")
    for definition in definitions:
        # XStream doubles the underscores of class names.
        element = xmltree.SubElement(holder, definition.cls.replace("_", "__"))
        xmltree.add(element, "name", definition.name)
        xmltree.add(element, "description", definition.description)
        if definition.kind == "Choice":
            array = xmltree.SubElement(
                xmltree.SubElement(element, "choices", {"class": "java.util.Arrays$ArrayList"}),
                "a",
                {"class": "string-array"},
            )
            for choice in definition.choices:
                xmltree.add(array, "string", choice)
        elif definition.kind == "Run":
            xmltree.add(element, "projectName", "".join(definition.choices[:1]))
        elif definition.kind not in FILES:
            xmltree.add(element, "defaultValue", definition.default)
        if definition.kind in {"String", "Text"}:
            xmltree.add(element, "trim", definition.trim)
    return root


def from_describable(described: Mapping[str, Any]) -> ParameterDefinition:
    """The definition that ``string(name: …)``, ``choice(…)`` or ``[$class: 'StringParameterDefinition', …]`` describes.

    Raises:
        BadRequestError: no such kind of parameter, or no name.
    """
    symbols = {
        "string": "String",
        "stringParam": "String",
        "text": "Text",
        "textParam": "Text",
        "booleanParam": "Boolean",
        "choice": "Choice",
        "choiceParam": "Choice",
        "password": "Password",
        "file": "File",
        "fileParam": "File",
        "base64File": "Base64File",
        "run": "Run",
        "runParam": "Run",
        "credentials": "Credentials",
    }
    symbol = describable.symbol_of(described)
    kind = symbols.get(symbol, symbol.rsplit(".", 1)[-1].removesuffix(_SUFFIX))
    if kind not in KINDS:
        raise BadRequestError(f"Unknown kind of parameter: {symbol}")
    if not described.get("name"):
        raise BadRequestError(f"A parameter {symbol} needs a name")
    choices = [described["projectName"]] if "projectName" in described else described.get("choices", ())
    if isinstance(choices, str):
        choices = choices.splitlines()
    default = described.get("defaultValue", "")
    if isinstance(default, bool):
        default = str(default).lower()
    return ParameterDefinition(
        kind,
        str(described["name"]),
        str(described.get("description") or ""),
        str(default if default is not None else ""),
        tuple(str(choice) for choice in choices),
        bool(described.get("trim", False)),
    )
