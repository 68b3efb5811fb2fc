"""Generic Webhook Triggers as jobs configure them (XML of the generic-webhook-trigger plugin)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jenkins_light import xmltree
from jenkins_light.xmltree import Element

TAG = "org.jenkinsci.plugins.gwt.GenericTrigger"
_PACKAGE = "org.jenkinsci.plugins.gwt."


@dataclass(frozen=True)
class Variable:
    """One variable of the trigger: from the body, the request or a header.

    Attributes:
        key: the variable's name, or the request's parameter or header that names it.
        value: the expression; only for variables from the body.
        expression_type: ``JSONPath`` or ``XPath``.
        regexp_filter: what is removed from the value.
        default: the value when nothing was found; None for none.
    """

    key: str
    value: str = ""
    expression_type: str = "JSONPath"
    regexp_filter: str = ""
    default: str | None = None


@dataclass(frozen=True)
class GenericTrigger:
    """The trigger of one job; the fields are the plugin's."""

    token: str = ""
    token_credential_id: str = ""
    cause: str = ""
    regexp_filter_text: str = ""
    regexp_filter_expression: str = ""
    print_post_content: bool = False
    print_contributed_variables: bool = False
    silent_response: bool = False
    override_quiet_period: bool = False
    should_not_flatten: bool = False
    allow_several_triggers_per_build: bool = False
    variables: tuple[Variable, ...] = field(default=())
    request_variables: tuple[Variable, ...] = field(default=())
    header_variables: tuple[Variable, ...] = field(default=())


_TEXTS = {
    "token": "token",
    "tokenCredentialId": "token_credential_id",
    "causeString": "cause",
    "regexpFilterText": "regexp_filter_text",
    "regexpFilterExpression": "regexp_filter_expression",
}
_FLAGS = {
    "printPostContent": "print_post_content",
    "printContributedVariables": "print_contributed_variables",
    "silentResponse": "silent_response",
    "overrideQuietPeriod": "override_quiet_period",
    "shouldNotFlatten": "should_not_flatten",
    "shouldNotFlattern": "should_not_flatten",
    "allowSeveralTriggersPerBuild": "allow_several_triggers_per_build",
}
_VARIABLES = {
    "genericVariables": ("variables", "GenericVariable"),
    "genericRequestVariables": ("request_variables", "GenericRequestVariable"),
    "genericHeaderVariables": ("header_variables", "GenericHeaderVariable"),
}


def parse(element: Element) -> GenericTrigger:
    """The trigger of a ``org.jenkinsci.plugins.gwt.GenericTrigger`` element."""
    described: dict[str, Any] = {name: xmltree.text(element, name) for name in _TEXTS}
    described |= {name: xmltree.flag(element, name) for name in _FLAGS if element.find(name) is not None}
    for name in _VARIABLES:
        described[name] = [{str(e.tag): e.text or "" for e in variable} for variable in element.iterfind(f"{name}/*")]
    return from_describable(described)


def from_describable(described: Mapping[str, Any]) -> GenericTrigger:
    """The trigger of ``GenericTrigger(token: …, genericVariables: [[key: …, value: …]])`` in a pipeline."""
    trigger = GenericTrigger()
    for name, attribute in _TEXTS.items():
        trigger = replace(trigger, **{attribute: str(described.get(name) or "")})  # type: ignore[arg-type]
    for name, attribute in _FLAGS.items():
        if name in described:
            trigger = replace(trigger, **{attribute: bool(described[name])})  # type: ignore[arg-type]
    for name, (attribute, _) in _VARIABLES.items():
        variables = tuple(_variable(entry) for entry in described.get(name) or ())
        trigger = replace(trigger, **{attribute: variables})  # type: ignore[arg-type]
    return trigger


def _variable(entry: Mapping[str, Any]) -> Variable:
    return Variable(
        key=str(entry.get("key") or ""),
        value=str(entry.get("value") or ""),
        expression_type=str(entry.get("expressionType") or "JSONPath"),
        regexp_filter=str(entry.get("regexpFilter") or ""),
        default=None if entry.get("defaultValue") is None else str(entry["defaultValue"]),
    )


def to_xml(trigger: GenericTrigger) -> Element:
    """The trigger's element for config.xml."""
    root = xmltree.Element(TAG)
    xmltree.add(root, "spec", "")
    for name, (attribute, tag) in _VARIABLES.items():
        holder = xmltree.SubElement(root, name)
        for variable in getattr(trigger, attribute):
            element = xmltree.SubElement(holder, _PACKAGE + tag)
            if tag == "GenericVariable":
                xmltree.add(element, "expressionType", variable.expression_type)
                xmltree.add(element, "value", variable.value)
            xmltree.add(element, "key", variable.key)
            xmltree.add(element, "regexpFilter", variable.regexp_filter)
            if variable.default is not None:
                xmltree.add(element, "defaultValue", variable.default)
    for names in (_TEXTS, _FLAGS):
        for name, attribute in names.items():
            if name != "shouldNotFlattern":
                xmltree.add(root, name, getattr(trigger, attribute))
    return root
