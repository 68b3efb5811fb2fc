"""Job properties that pipelines declare: ``properties([...])`` and Declarative's parameters, triggers and options."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from jenkins_light import xmltree
from jenkins_light.files import read_json, write_json
from jenkins_light.model import jobconfig, jobproperties, parameters, triggers
from jenkins_light.model.describable import argument, symbol_of
from jenkins_light.model.items import Job
from jenkins_light.model.secrets import SecretBox
from jenkins_light.xmltree import Element

_log = logging.getLogger(__name__)
Described = Mapping[str, Any]
#: An element of the job itself that the option of this name sets.
_QUIET = "quietPeriod"


class JobProperties:
    """Writes what pipelines declare into config.xml, where pages and triggers find it.

    What a pipeline once declared is remembered in ``declared.json`` of the job, since a later build that no longer
    declares it takes it away again, and nothing else (as DeclarativeJobPropertyTrackerAction and
    JobPropertyTrackerAction do).
    """

    def __init__(self, box: SecretBox) -> None:
        self._box = box

    def declare(self, job: Job, message: Described) -> None:
        """Take the ``properties`` message that a Declarative pipeline sends before its first stage.

        Parameters and triggers of other kinds that the job was configured with stay beside the declared ones.
        """
        known = _declared(job, "declarative") or {}
        if job.config.restartable and not (
            known or any(message.get(part) for part in ("options", "parameters", "triggers"))
        ):
            return
        described: list[Described] = list(message.get("options") or [])
        if message.get("parameters"):
            described.append({"$symbol": "parameters", "$args": [message["parameters"]]})
        if message.get("triggers"):
            described.append({"$symbol": "pipelineTriggers", "$args": [message["triggers"]]})
        wanted = self._elements(job, described)
        for tag, below in ((parameters.PROPERTY, "parameterDefinitions"), (triggers.PROPERTY, "triggers")):
            if tag in wanted or tag in known:
                merged = _merged(job, tag, below, wanted.get(tag), set(known.get(tag, ())))
                wanted.pop(tag, None)
                if merged is not None:
                    wanted[tag] = merged
        now = {
            parameters.PROPERTY: [str(p.get("name")) for p in message.get("parameters") or ()],
            triggers.PROPERTY: [
                str(element.tag)
                for trigger in message.get("triggers") or ()
                if (element := triggers.to_xml(trigger)) is not None
            ],
        }
        mine = {tag: now.get(tag, []) for tag in wanted if now.get(tag) or tag not in now}
        quiet = next(
            (argument(option, "quietPeriod") for option in described if symbol_of(option) == "quietPeriod"), None
        )
        if quiet is not None or _QUIET in known:
            self._calm(job, None if quiet is None else int(quiet))
        if quiet is not None:
            mine[_QUIET] = []
        self._write(job, wanted, set(known) - set(wanted))
        self._forbid_restart(job, any(symbol_of(option) == "disableRestartFromStage" for option in described))
        _remember(job, "declarative", mine, known)

    @staticmethod
    def _forbid_restart(job: Job, forbidden: bool) -> None:
        """Note that the job's builds are not restarted from a stage, or no longer."""
        if job.config.restartable == forbidden:
            job.configure(jobconfig.with_action(job.document, jobproperties.NO_RESTART, forbidden))

    @staticmethod
    def _calm(job: Job, seconds: int | None) -> None:
        """Set the job's own quiet period, or take it away."""
        document = jobconfig.with_quiet_period(job.document, seconds)
        if xmltree.serialise(document) != xmltree.serialise(job.document):
            job.configure(document)

    def apply(self, job: Job, described: Iterable[Described]) -> None:
        """``properties([...])``: these hold instead of what the job had.

        The first such build takes away every property, later ones only what an earlier one set (JobPropertyStep).
        """
        wanted = self._elements(job, described)
        known = _declared(job, "step")
        holder = job.document.find("properties")
        present = {str(element.tag) for element in ([] if holder is None else holder)}
        gone = present if known is None else set(known)
        self._write(job, wanted, gone - set(wanted))
        _remember(job, "step", {tag: [] for tag in wanted}, known)

    def _elements(self, job: Job, described: Iterable[Described]) -> dict[str, Element]:
        wanted: dict[str, Element] = {}
        for entry in described:
            element = self._element(entry)
            if element is None:
                _log.info("%s: the option %s is not kept in the job", job.full_name, symbol_of(entry))
            else:
                wanted[str(element.tag)] = element
        return wanted

    @staticmethod
    def _write(job: Job, wanted: Mapping[str, Element], gone: Iterable[str]) -> None:
        document = jobconfig.with_properties(job.document, wanted, gone)
        if xmltree.serialise(document) != xmltree.serialise(job.document):
            job.configure(document)

    def _element(self, entry: Described) -> Element | None:
        symbol = symbol_of(entry)
        if symbol in {"parameters", "ParametersDefinitionProperty"}:
            described = argument(entry, "parameterDefinitions", [])
            return parameters.to_xml([self._sealed(parameters.from_describable(p)) for p in described])
        if symbol in {"pipelineTriggers", "PipelineTriggersJobProperty"}:
            return _triggers(argument(entry, "triggers", []))
        return jobproperties.to_xml(entry)

    def _sealed(self, definition: parameters.ParameterDefinition) -> parameters.ParameterDefinition:
        if definition.kind != "Password":
            return definition
        return parameters.ParameterDefinition(
            definition.kind, definition.name, definition.description, self._box.encrypt(definition.default)
        )


def _merged(job: Job, tag: str, below: str, declared: Element | None, known: set[str]) -> Element | None:
    """The property with what the job has otherwise: not declared by an earlier build, and not replaced by this one."""
    holder = job.document.find(f"properties/{tag}/{below}")
    new = [] if declared is None else list(declared.iterfind(f"{below}/*"))
    replaced = known | {_key(element) for element in new}
    kept = [element for element in ([] if holder is None else holder) if _key(element) not in replaced]
    if not kept and not new:
        return None
    merged = xmltree.Element(tag)
    xmltree.SubElement(merged, below).extend([*kept, *new])
    return merged


def _key(element: Element) -> str:
    """A parameter's name, or a trigger's kind."""
    return xmltree.text(element, "name") or str(element.tag)


def _declared(job: Job, who: str) -> dict[str, list[str]] | None:
    found: dict[str, dict[str, list[str]]] = read_json(job.folder / "declared.json", {})
    return found.get(who)


def _remember(job: Job, who: str, now: dict[str, list[str]], before: dict[str, list[str]] | None) -> None:
    if now != before and (now or before is not None or who == "step"):
        path = job.folder / "declared.json"
        write_json(path, {**read_json(path, {}), who: now})


def _triggers(described: Iterable[Described]) -> Element:
    root = xmltree.Element(triggers.PROPERTY)
    holder = xmltree.SubElement(root, "triggers")
    holder.extend([element for entry in described if (element := triggers.to_xml(entry)) is not None])
    return root
