"""A job's config.xml, read: what it runs, its parameters, its triggers and its limits."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jenkins_light import xmltree
from jenkins_light.model import definitions, parameters, ratelimit, throttle, triggers
from jenkins_light.model.definitions import Definition
from jenkins_light.model.jobproperties import DISCARDER, GITLAB, NO_CONCURRENT, NO_RESTART, NO_RESUME, STASHES
from jenkins_light.model.numbers import whole
from jenkins_light.model.parameters import ParameterDefinition
from jenkins_light.model.ratelimit import RateLimit
from jenkins_light.model.throttle import Throttle
from jenkins_light.model.triggers import Triggers
from jenkins_light.xmltree import Element

PIPELINE = "flow-definition"
FREESTYLE = "project"
FOLDER = "com.cloudbees.hudson.plugins.folder.Folder"
_MOST_STASHES = 50


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
        throttle: how many builds may run at the same time (throttle-concurrents). rate_limit: how often they start.
        resumable: whether a restart of the server lets its builds go on.
        restartable: whether its builds can be restarted from a stage.
        stashes_kept: of how many completed builds the stashes stay.
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
    throttle: Throttle | None = None
    rate_limit: RateLimit | None = None
    resumable: bool = True
    restartable: bool = True
    stashes_kept: int = 0
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
        throttle=throttle.parse(properties),
        rate_limit=ratelimit.parse(properties),
        resumable=properties is None or properties.find(NO_RESUME) is None,
        restartable=root.find(f"actions/{NO_RESTART}") is None,
        stashes_kept=_stashes(properties),
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


def with_action(root: Element, tag: str, present: bool) -> Element:
    """The document with an action of this class, or without one."""
    root = copy.deepcopy(root)
    holder = root.find("actions")
    if holder is None:
        holder = xmltree.SubElement(root, "actions")
    for old in holder.findall(tag):
        holder.remove(old)
    if present:
        xmltree.SubElement(holder, tag)
    return root


def _stashes(properties: Element | None) -> int:
    """Of how many builds PreserveStashesJobProperty keeps the stashes; at most 50, as there."""
    found = None if properties is None else properties.find(STASHES)
    count = whole(xmltree.text(found, "buildCount", "1"))
    return 0 if found is None or count is None else min(count, _MOST_STASHES)
