"""``readMavenPom`` and ``writeMavenPom`` of pipeline-utility-steps: the POM as it stands, without parents resolved."""

from typing import Any

from jenkins_light import xmltree
from jenkins_light.engine.calls import StepCall
from jenkins_light.files import write_bytes
from jenkins_light.steps.registry import Abort, StepError, step
from jenkins_light.xmltree import Element

_NAMESPACE = "http://maven.apache.org/POM/4.0.0"
#: Elements whose children are free names with a text each.
_MAPS = {"properties", "configuration"}
#: List elements: the tag of what they hold follows Maven's rule, the singular.
_IRREGULAR = {"repositories": "repository", "pluginRepositories": "pluginRepository", "dependencies": "dependency"}


@step("readMavenPom", "file")
def read_maven_pom(call: StepCall) -> dict[str, Any]:
    """The POM as a Maven ``Model`` (see PROTOCOL.md): texts, lists and maps by their elements' names."""
    path = call.path(str(call.args.get("file") or "pom.xml"))
    if not path.is_file():
        raise StepError("java.io.FileNotFoundException", f"{path} does not exist.")
    root = xmltree.parse(path.read_bytes())
    return {"@type": "model", **_object(root)}


@step("writeMavenPom")
def write_maven_pom(call: StepCall) -> None:
    """Write a Model into a POM file."""
    model = call.args.get("model")
    if not isinstance(model, dict):
        raise Abort("You have to provided a model.")
    root = xmltree.Element("project", {"xmlns": _NAMESPACE})
    _fill(root, {key: value for key, value in model.items() if key != "@type"})
    write_bytes(call.path(str(call.args.get("file") or "pom.xml")), xmltree.serialise(root))


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _object(element: Element) -> dict[str, Any]:
    return {_name(child): _value(child) for child in element}


def _value(element: Element) -> Any:
    children = list(element)
    name = _name(element)
    if name in _MAPS:
        return {_name(child): (child.text or "").strip() if not len(child) else _value(child) for child in children}
    if _is_list(name, children):
        return [_value(child) for child in children]
    return _object(element) if children else (element.text or "").strip()


def _singular(name: str) -> str:
    return _IRREGULAR.get(name) or name.removesuffix("s")


def _is_list(name: str, children: list[Element]) -> bool:
    return name.endswith("s") and all(_name(child) == _singular(name) for child in children)


def _fill(parent: Element, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        element = xmltree.SubElement(parent, name)
        if isinstance(value, dict):
            _fill(element, value)
        elif isinstance(value, list):
            for entry in value:
                child = xmltree.SubElement(element, _singular(name))
                if isinstance(entry, dict):
                    _fill(child, entry)
                else:
                    child.text = str(entry)
        elif value is not None:
            element.text = str(value)
