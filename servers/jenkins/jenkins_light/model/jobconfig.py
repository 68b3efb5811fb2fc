"""A job's config.xml, read: what it runs, its parameters, its triggers and its limits."""

import copy
from dataclasses import dataclass, field

from jenkins_light import xmltree
from jenkins_light.model import definitions, parameters, webhooks
from jenkins_light.model.definitions import Definition
from jenkins_light.model.parameters import ParameterDefinition
from jenkins_light.model.webhooks import GenericTrigger
from jenkins_light.xmltree import Element

PIPELINE = "flow-definition"
FREESTYLE = "project"
FOLDER = "com.cloudbees.hudson.plugins.folder.Folder"
NO_CONCURRENT = "org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty"
TRIGGERS = "org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty"
DISCARDER = "jenkins.model.BuildDiscarderProperty"


@dataclass(frozen=True)
class JobConfig:
    """What the server needs to know of a config.xml.

    Attributes:
        kind: the document's root element.
        shell: the commands of a freestyle job's shell steps.
        quiet_period: seconds, or None for the server's.
        num_to_keep: builds to keep; -1 for all. days_to_keep likewise.
    """

    kind: str
    description: str = ""
    display_name: str = ""
    disabled: bool = False
    definition: Definition | None = None
    shell: tuple[str, ...] = field(default=())
    parameters: list[ParameterDefinition] = field(default_factory=list)
    webhook: GenericTrigger | None = None
    concurrent: bool = True
    abort_previous: bool = False
    quiet_period: float | None = None
    num_to_keep: int = -1
    days_to_keep: int = -1


def parse(root: Element) -> JobConfig:
    """Read a config.xml's root element."""
    properties = root.find("properties")
    kind = str(root.tag)
    quiet = xmltree.text(root, "quietPeriod")
    concurrent = properties is None or properties.find(NO_CONCURRENT) is None
    if kind == FREESTYLE:
        concurrent = xmltree.flag(root, "concurrentBuild")
    return JobConfig(
        kind=kind,
        description=xmltree.text(root, "description"),
        display_name=xmltree.text(root, "displayName"),
        disabled=xmltree.flag(root, "disabled"),
        definition=definitions.parse(root.find("definition")),
        shell=tuple(e.text or "" for e in root.iterfind("builders/hudson.tasks.Shell/command")),
        parameters=parameters.parse(properties),
        webhook=_webhook(root),
        concurrent=concurrent,
        abort_previous=xmltree.flag(properties, f"{NO_CONCURRENT}/abortPrevious"),
        quiet_period=float(quiet) if quiet.strip().isdigit() else None,
        num_to_keep=_number(properties, "numToKeep"),
        days_to_keep=_number(properties, "daysToKeep"),
    )


def _webhook(root: Element) -> GenericTrigger | None:
    places = (f"properties/{TRIGGERS}/triggers/{webhooks.TAG}", f"triggers/{webhooks.TAG}")
    found = next((e for e in map(root.find, places) if e is not None), None)
    return None if found is None else webhooks.parse(found)


def _number(properties: Element | None, name: str) -> int:
    value = xmltree.text(properties, f"{DISCARDER}/strategy/{name}", "-1").strip()
    return int(value) if value.lstrip("-").isdigit() else -1


def with_disabled(root: Element, disabled: bool) -> Element:
    """The document with <disabled> set."""
    root = copy.deepcopy(root)
    node = root.find("disabled")
    if node is None:
        node = xmltree.add(root, "disabled")
    node.text = str(disabled).lower()
    return root


def with_properties(root: Element, wanted: dict[str, Element]) -> Element:
    """The document with the properties of these tags replaced; what a pipeline declares wins over the page."""
    root = copy.deepcopy(root)
    holder = root.find("properties")
    if holder is None:
        holder = xmltree.SubElement(root, "properties")
    for tag, element in wanted.items():
        for old in holder.findall(tag):
            holder.remove(old)
        holder.append(element)
    return root
