"""The properties of a job: their classes, and the XML of those that a pipeline declares."""

from collections.abc import Callable, Mapping
from typing import Any

from jenkins_light import xmltree
from jenkins_light.model import ratelimit, throttle
from jenkins_light.model.describable import argument, symbol_of
from jenkins_light.xmltree import Element

_JOB = "org.jenkinsci.plugins.workflow.job.properties"
_MODEL = "org.jenkinsci.plugins.pipeline.modeldefinition"
NO_CONCURRENT = f"{_JOB}.DisableConcurrentBuildsJobProperty"
NO_RESUME = f"{_JOB}.DisableResumeJobProperty"
DURABILITY = f"{_JOB}.DurabilityHintJobProperty"
STASHES = f"{_MODEL}.properties.PreserveStashesJobProperty"
DISCARDER = "jenkins.model.BuildDiscarderProperty"
GITLAB = "com.dabsquared.gitlabjenkins.connection.GitLabConnectionProperty"
INDEX_TRIGGERS = "jenkins.branch.OverrideIndexTriggersJobProperty"
GITHUB = "com.coravy.hudson.plugins.github.GithubProjectProperty"
COPYING = "hudson.plugins.copyartifact.CopyArtifactPermissionProperty"
#: No property: an action of the job, which the Declarative option ``disableRestartFromStage`` adds and takes away.
NO_RESTART = f"{_MODEL}.actions.DisableRestartFromStageAction"

#: The properties without anything to show, which the remote API names by their class alone.
PLAIN = frozenset({
    NO_CONCURRENT, NO_RESUME, DURABILITY, STASHES, DISCARDER, GITLAB, INDEX_TRIGGERS, GITHUB, COPYING,
    throttle.PROPERTY, ratelimit.PROPERTY,
})  # fmt: skip

Described = Mapping[str, Any]

#: The settings of properties whose XML is a list of them, with the plugins' defaults; the first may go unnamed.
_SETTINGS: dict[str, dict[str, object]] = {
    NO_CONCURRENT: {"abortPrevious": False},
    NO_RESUME: {},
    DURABILITY: {"hint": "MAX_SURVIVABILITY"},
    STASHES: {"buildCount": 1},
    GITLAB: {"gitLabConnection": ""},
    INDEX_TRIGGERS: {"enableTriggers": False},
}


def java_class(tag: str) -> str:
    """The class that XStream writes as this tag."""
    return tag.replace("_-", "$").replace("__", "_")


def to_xml(described: Described) -> Element | None:
    """The property that a pipeline describes, or None for one that is not known here or has a form of its own."""
    make = _MAKERS.get(symbol_of(described))
    return None if make is None else make(described)


def _plain(tag: str) -> Callable[[Described], Element]:
    def make(described: Described) -> Element:
        root = xmltree.Element(tag)
        settings = _SETTINGS[tag]
        for place, (name, default) in enumerate(settings.items()):
            value = described.get(name) if place else argument(described, name)
            xmltree.add(root, name, default if value is None else value)
        return root

    return make


def _discarder(described: Described) -> Element:
    strategy = argument(described, "strategy", {})
    root = xmltree.Element(DISCARDER)
    element = xmltree.SubElement(root, "strategy", {"class": "hudson.tasks.LogRotator"})
    for name in ("daysToKeep", "numToKeep", "artifactDaysToKeep", "artifactNumToKeep"):
        xmltree.add(element, name, strategy.get(f"{name}Str") or strategy.get(name) or -1)
    return root


def _github(described: Described) -> Element:
    root = xmltree.Element(GITHUB)
    xmltree.add(root, "projectUrl", argument(described, "projectUrlStr", ""))
    xmltree.add(root, "displayName", described.get("displayName") or "")
    return root


def _copying(described: Described) -> Element:
    root = xmltree.Element(COPYING)
    holder = xmltree.SubElement(root, "projectNameList")
    for name in str(argument(described, "projectNames", "")).split(","):
        if name.strip():
            xmltree.add(holder, "string", name.strip())
    return root


_MAKERS: dict[str, Callable[[Described], Element]] = {
    name: make
    for names, make in (
        (("disableConcurrentBuilds", "DisableConcurrentBuildsJobProperty"), _plain(NO_CONCURRENT)),
        (("disableResume", "DisableResumeJobProperty"), _plain(NO_RESUME)),
        (("durabilityHint", "DurabilityHintJobProperty"), _plain(DURABILITY)),
        (("preserveStashes", "PreserveStashesJobProperty"), _plain(STASHES)),
        (("gitLabConnection", "GitLabConnectionProperty"), _plain(GITLAB)),
        (("overrideIndexTriggers", "OverrideIndexTriggersJobProperty"), _plain(INDEX_TRIGGERS)),
        (("githubProjectProperty", "GithubProjectProperty"), _github),
        (("copyArtifactPermission", "CopyArtifactPermissionProperty"), _copying),
        (("buildDiscarder", "BuildDiscarderProperty"), _discarder),
        (("throttleJobProperty", "ThrottleJobProperty"), throttle.to_xml),
        (("rateLimitBuilds", "JobPropertyImpl", "RateLimitBranchProperty$JobPropertyImpl"), ratelimit.to_xml),
    )
    for name in names
}
