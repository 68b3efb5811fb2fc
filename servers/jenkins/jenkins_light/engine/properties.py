"""Job properties that pipelines declare: ``properties([...])`` and Declarative's parameters, triggers and options."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from jenkins_light import xmltree
from jenkins_light.model import jobconfig, parameters, webhooks
from jenkins_light.model.describable import argument, symbol_of
from jenkins_light.model.items import Job
from jenkins_light.model.secrets import SecretBox
from jenkins_light.xmltree import Element

_log = logging.getLogger(__name__)

_SIMPLE_TRIGGERS = {
    "cron": "hudson.triggers.TimerTrigger",
    "pollSCM": "hudson.triggers.SCMTrigger",
    "upstream": "jenkins.triggers.ReverseBuildTrigger",
}
Described = Mapping[str, Any]


class JobProperties:
    """Writes what pipelines declare into config.xml, where pages and triggers find it."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def declare(self, job: Job, message: Described) -> None:
        """Take the ``properties`` message that a Declarative pipeline sends before its first stage."""
        described: list[Described] = list(message.get("options") or [])
        if message.get("parameters"):
            described.append({"$symbol": "parameters", "$args": [message["parameters"]]})
        if message.get("triggers"):
            described.append({"$symbol": "pipelineTriggers", "$args": [message["triggers"]]})
        self.apply(job, described)

    def apply(self, job: Job, described: Iterable[Described]) -> None:
        """Set these properties of the job; others stay."""
        wanted: dict[str, Element] = {}
        for entry in described:
            element = self._element(entry)
            if element is None:
                _log.info("%s: the option %s is not kept in the job", job.full_name, symbol_of(entry))
            else:
                wanted[str(element.tag)] = element
        if wanted:
            document = jobconfig.with_properties(job.document, wanted)
            if xmltree.serialise(document) != xmltree.serialise(job.document):
                job.configure(document)

    def _element(self, entry: Described) -> Element | None:
        symbol = symbol_of(entry)
        if symbol in {"parameters", "ParametersDefinitionProperty"}:
            described = argument(entry, "parameterDefinitions", [])
            return parameters.to_xml([self._sealed(parameters.from_describable(p)) for p in described])
        if symbol in {"pipelineTriggers", "PipelineTriggersJobProperty"}:
            return _triggers(argument(entry, "triggers", []))
        if symbol in {"disableConcurrentBuilds", "DisableConcurrentBuildsJobProperty"}:
            element = xmltree.Element(jobconfig.NO_CONCURRENT)
            xmltree.add(element, "abortPrevious", bool(entry.get("abortPrevious", False)))
            return element
        if symbol in {"buildDiscarder", "BuildDiscarderProperty"}:
            return _discarder(argument(entry, "strategy", {}))
        return None

    def _sealed(self, definition: parameters.ParameterDefinition) -> parameters.ParameterDefinition:
        if definition.kind != "Password":
            return definition
        return parameters.ParameterDefinition(
            definition.kind, definition.name, definition.description, self._box.encrypt(definition.default)
        )


def _triggers(described: Iterable[Described]) -> Element:
    root = xmltree.Element(jobconfig.TRIGGERS)
    holder = xmltree.SubElement(root, "triggers")
    for entry in described:
        symbol = symbol_of(entry)
        if symbol == "GenericTrigger":
            holder.append(webhooks.to_xml(webhooks.from_describable(entry)))
        elif symbol in _SIMPLE_TRIGGERS:
            element = xmltree.SubElement(holder, _SIMPLE_TRIGGERS[symbol])
            xmltree.add(element, "spec", argument(entry, "spec", ""))
    return root


def _discarder(strategy: Described) -> Element:
    root = xmltree.Element(jobconfig.DISCARDER)
    element = xmltree.SubElement(root, "strategy", {"class": "hudson.tasks.LogRotator"})
    for name in ("daysToKeep", "numToKeep", "artifactDaysToKeep", "artifactNumToKeep"):
        xmltree.add(element, name, strategy.get(f"{name}Str") or strategy.get(name) or -1)
    return root
