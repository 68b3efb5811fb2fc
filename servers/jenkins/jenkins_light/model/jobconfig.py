"""A job's config.xml, read: what it runs, its parameters, its triggers and its limits."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jenkins_light import xmltree
from jenkins_light.model import definitions, parameters, triggers
from jenkins_light.model.definitions import Definition
from jenkins_light.model.numbers import whole
from jenkins_light.model.parameters import ParameterDefinition
from jenkins_light.model.triggers import Triggers
from jenkins_light.xmltree import Element

PIPELINE = "flow-definition"
FREESTYLE = "project"
FOLDER = "com.cloudbees.hudson.plugins.folder.Folder"
NO_CONCURRENT = "org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty"
DISCARDER = "jenkins.model.BuildDiscarderProperty"
GITLAB = "com.dabsquared.gitlabjenkins.connection.GitLabConnectionProperty"
THROTTLE = "hudson.plugins.throttleconcurrents.ThrottleJobProperty"


@dataclass(frozen=True)
class Discarder:
    """``hudson.tasks.LogRotator``: builds and artifacts to keep, by number and age in days; -1 for all."""

    builds: int = -1
    days: int = -1
    artifact_builds: int = -1
    artifact_days: int = -1
    also_last_good: bool = False


@dataclass(frozen=True)
class JobConfig:
    """What the server needs to know of a config.xml.

    Attributes:
        kind: the document's root element.
        shell: the commands of a freestyle job's shell steps.
        quiet_period: seconds, or None for the server's.
        at_once: how many builds may run at the same time (throttle-concurrents); 0 for any number.
        discarder: what of old builds is removed, or None.
        token: the job's own token for ``build?token=…`` ("" for none).
        gitlab_connection: the GitLab connection that its commit statuses go by ("" for none).
    """

    kind: str
    description: str = ""
    display_name: str = ""
    disabled: bool = False
    definition: Definition | None = None
    shell: tuple[str, ...] = field(default=())
    parameters: list[ParameterDefinition] = field(default_factory=list)
    triggers: Triggers = field(default_factory=Triggers)
    concurrent: bool = True
    abort_previous: bool = False
    quiet_period: float | None = None
    at_once: int = 0
    discarder: Discarder | None = None
    token: str = ""
    gitlab_connection: str = ""


def parse(root: Element) -> JobConfig:
    """Read a config.xml's root element."""
    properties = root.find("properties")
    kind = str(root.tag)
    quiet = whole(xmltree.text(root, "quietPeriod"))
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
        triggers=triggers.parse(root),
        concurrent=concurrent,
        abort_previous=xmltree.flag(properties, f"{NO_CONCURRENT}/abortPrevious"),
        quiet_period=None if quiet is None else float(quiet),
        at_once=_throttle(properties),
        discarder=_discarder(root),
        token=xmltree.text(root, "authToken").strip(),
        gitlab_connection=xmltree.text(properties, f"{GITLAB}/gitLabConnection").strip(),
    )


def _discarder(root: Element) -> Discarder | None:
    """Of the job's property, or in the older form that jenkins-job-builder still writes (<logRotator>)."""
    found = next((e for e in map(root.find, (f"properties/{DISCARDER}/strategy", "logRotator")) if e is not None), None)
    if found is None:
        return None

    def number(name: str) -> int:
        value = whole(xmltree.text(found, name))
        return -1 if value is None else value

    return Discarder(
        number("numToKeep"), number("daysToKeep"), number("artifactNumToKeep"), number("artifactDaysToKeep"),
        xmltree.flag(found, "removeLastBuild"),
    )  # fmt: skip


def with_disabled(root: Element, disabled: bool) -> Element:
    """The document with <disabled> set."""
    root = copy.deepcopy(root)
    node = root.find("disabled")
    if node is None:
        node = xmltree.add(root, "disabled")
    node.text = str(disabled).lower()
    return root


def with_properties(root: Element, wanted: Mapping[str, Element], gone: Iterable[str] = ()) -> Element:
    """The document with the properties of these tags replaced, and those of ``gone`` removed."""
    root = copy.deepcopy(root)
    holder = root.find("properties")
    if holder is None:
        holder = xmltree.SubElement(root, "properties")
    for tag in {*wanted, *gone}:
        for old in holder.findall(tag):
            holder.remove(old)
    holder.extend(wanted.values())
    return root


def with_quiet_period(root: Element, seconds: int | None) -> Element:
    """The document with the job's own quiet period, or without one."""
    root = copy.deepcopy(root)
    for old in root.findall("quietPeriod"):
        root.remove(old)
    if seconds is not None:
        xmltree.add(root, "quietPeriod", seconds)
    return root


def _throttle(properties: Element | None) -> int:
    """The limit of the throttle-concurrents property; 0 for none.

    There is one node, so the limit per node counts as the one in total. Categories have no limits here: they are set up
    on a page that Jenkins' remote API does not reach.
    """
    found = None if properties is None else properties.find(THROTTLE)
    if found is None or not xmltree.flag(found, "throttleEnabled"):
        return 0
    if xmltree.text(found, "throttleOption", "project") != "project":
        return 0
    limits = [whole(xmltree.text(found, name)) for name in ("maxConcurrentPerNode", "maxConcurrentTotal")]
    return min(filter(None, limits), default=0)


def throttle_to_xml(described: Mapping[str, Any]) -> Element:
    """The property of ``throttleJobProperty(maxConcurrentTotal: 2, throttleEnabled: true, …)``."""
    root = xmltree.Element(THROTTLE)
    for name, default in (
        ("maxConcurrentPerNode", 0),
        ("maxConcurrentTotal", 0),
        ("throttleEnabled", True),
        ("throttleOption", "project"),
        ("limitOneJobWithMatchingParams", False),
        ("paramsToUseForLimit", ""),
    ):
        value = described.get(name)
        xmltree.add(root, name, default if value is None else value)
    categories = xmltree.SubElement(root, "categories", {"class": "java.util.concurrent.CopyOnWriteArrayList"})
    for category in described.get("categories") or ():
        xmltree.add(categories, "string", category)
    return root
