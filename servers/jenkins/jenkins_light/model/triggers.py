"""What starts a job by itself: timer, polling of its repositories, other jobs, webhooks; as config.xml has them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jenkins_light import xmltree
from jenkins_light.model import parameterized_timer, webhooks
from jenkins_light.model.builds import RESULTS
from jenkins_light.model.describable import argument, symbol_of
from jenkins_light.model.webhooks import GenericTrigger
from jenkins_light.xmltree import Element

PROPERTY = "org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty"
TIMER = "hudson.triggers.TimerTrigger"
POLL = "hudson.triggers.SCMTrigger"
UPSTREAM = "jenkins.triggers.ReverseBuildTrigger"
_SYMBOLS = {
    "cron": TIMER,
    "parameterizedCron": parameterized_timer.TAG,
    "pollSCM": POLL,
    "upstream": UPSTREAM,
    "GenericTrigger": webhooks.TAG,
}
_BALLS = {"SUCCESS": "BLUE", "UNSTABLE": "YELLOW", "FAILURE": "RED", "NOT_BUILT": "NOTBUILT", "ABORTED": "ABORTED"}


@dataclass(frozen=True)
class Upstream:
    """Build after one of these jobs (names relative to the own folder) ended at least as well as ``threshold``."""

    jobs: tuple[str, ...]
    threshold: str = "SUCCESS"

    def satisfied_by(self, result: str) -> bool:
        """Whether a build with this result starts the job."""
        return result in RESULTS and RESULTS.index(result) <= RESULTS.index(self.threshold)


@dataclass(frozen=True)
class Triggers:
    """A job's triggers.

    Attributes:
        timer: the crontab of builds, or None. poll: that of polling; an empty one waits for hooks only.
        parameterized: the Parameterized Scheduler's crontab, or None.
    """

    timer: str | None = None
    poll: str | None = None
    parameterized: str | None = None
    upstream: Upstream | None = None
    webhook: GenericTrigger | None = field(default=None)


def elements(root: Element) -> Iterator[Element]:
    """The trigger elements of a config.xml: of a pipeline's property, or a freestyle job's own."""
    yield from root.iterfind(f"properties/{PROPERTY}/triggers/*")
    yield from root.iterfind("triggers/*")


def parse(root: Element) -> Triggers:
    """The triggers in a config.xml; kinds that are not known do nothing."""
    found: dict[str, Element] = {}
    for element in elements(root):
        found.setdefault(str(element.tag), element)
    upstream, hook = found.get(UPSTREAM), found.get(webhooks.TAG)
    return Triggers(
        timer=xmltree.text(found[TIMER], "spec") if TIMER in found else None,
        poll=xmltree.text(found[POLL], "spec") if POLL in found else None,
        parameterized=_specification(found[parameterized_timer.TAG]) if parameterized_timer.TAG in found else None,
        upstream=None if upstream is None else _upstream(upstream),
        webhook=None if hook is None else webhooks.parse(hook),
    )


def _specification(element: Element) -> str:
    return xmltree.text(element, "parameterizedSpecification")


def _upstream(element: Element) -> Upstream:
    names = xmltree.text(element, "upstreamProjects").split(",")
    threshold = xmltree.text(element, "threshold/name", "SUCCESS")
    return Upstream(tuple(filter(None, map(str.strip, names))), threshold if threshold in RESULTS else "SUCCESS")


def to_xml(described: Mapping[str, Any]) -> Element | None:
    """The element of ``cron('…')``, ``pollSCM(…)``, ``upstream(…)`` and their kin, None for kinds not known here."""
    symbol = symbol_of(described)
    tag = _SYMBOLS.get(symbol) or next((t for t in _SYMBOLS.values() if t.rsplit(".", 1)[-1] == symbol), None)
    if tag is None:
        return None
    if tag == webhooks.TAG:
        return webhooks.to_xml(webhooks.from_describable(described))
    element = xmltree.Element(tag)
    if tag == UPSTREAM:
        xmltree.add(element, "spec", "")
        xmltree.add(element, "upstreamProjects", argument(described, "upstreamProjects", ""))
        _add_threshold(element, str(described.get("threshold") or "SUCCESS"))
        return element
    if tag == parameterized_timer.TAG:
        xmltree.add(element, "parameterizedSpecification", argument(described, "parameterizedSpecification", ""))
        return element
    given = described.get("scmpoll_spec") or argument(described, "spec", "")
    xmltree.add(element, "spec", given)
    if tag == POLL:
        xmltree.add(element, "ignorePostCommitHooks", bool(described.get("ignorePostCommitHooks", False)))
    return element


def _add_threshold(element: Element, name: str) -> None:
    result = name.rsplit(".", 1)[-1].upper()
    if result not in RESULTS:
        result = "SUCCESS"
    holder = xmltree.SubElement(element, "threshold")
    xmltree.add(holder, "name", result)
    xmltree.add(holder, "ordinal", RESULTS.index(result))
    xmltree.add(holder, "color", _BALLS[result])
    xmltree.add(holder, "completeBuild", result not in {"NOT_BUILT", "ABORTED"})
