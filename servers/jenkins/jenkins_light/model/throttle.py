"""throttle-concurrents: how many builds of a job, or of a category of jobs and node blocks, run at the same time."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jenkins_light import xmltree
from jenkins_light.files import write_bytes
from jenkins_light.model.numbers import whole
from jenkins_light.xmltree import Element

PROPERTY = "hudson.plugins.throttleconcurrents.ThrottleJobProperty"
_CATEGORY = f"{PROPERTY}_-ThrottleCategory"
_PAIR = f"{PROPERTY}_-NodeLabeledPair"


@dataclass(frozen=True)
class Throttle:
    """A job's property that is switched on.

    Attributes:
        total, per_node: how many builds may run at the same time; 0 for any number. Only without ``by_category``.
        by_category: the limits are those of the categories.
        categories: what the job counts for, whichever limits are its own.
        one_of_a_kind: no two builds with the same parameters. compared: the parameters that count, none for all.
    """

    total: int = 0
    per_node: int = 0
    by_category: bool = False
    categories: tuple[str, ...] = ()
    one_of_a_kind: bool = False
    compared: tuple[str, ...] = ()


def parse(properties: Element | None) -> Throttle | None:
    """The property of a config.xml, or None when there is none or it is switched off.

    Without an option it is what ``ThrottleJobProperty.readResolve`` makes of it.
    """
    found = None if properties is None else properties.find(PROPERTY)
    if found is None or not xmltree.flag(found, "throttleEnabled"):
        return None
    categories = tuple(filter(None, ((e.text or "").strip() for e in found.iterfind("categories/string"))))
    option = xmltree.text(found, "throttleOption").strip() or ("category" if categories else "project")
    return Throttle(
        total=whole(xmltree.text(found, "maxConcurrentTotal")) or 0,
        per_node=whole(xmltree.text(found, "maxConcurrentPerNode")) or 0,
        by_category=option == "category",
        categories=categories,
        one_of_a_kind=xmltree.flag(found, "limitOneJobWithMatchingParams"),
        compared=tuple(filter(None, re.split(r"[\s,]+", xmltree.text(found, "paramsToUseForLimit")))),
    )


def to_xml(described: Mapping[str, Any]) -> Element:
    """The property of ``throttleJobProperty(maxConcurrentTotal: 2, throttleEnabled: true, …)``.

    As in Jenkins it is switched off unless ``throttleEnabled`` says otherwise.
    """
    root = xmltree.Element(PROPERTY)
    categories: Iterable[object] = described.get("categories") or ()
    for name, default in (
        ("maxConcurrentPerNode", 0),
        ("maxConcurrentTotal", 0),
        ("throttleEnabled", False),
        ("throttleOption", "category" if categories else "project"),
        ("limitOneJobWithMatchingParams", False),
        ("paramsToUseForLimit", ""),
    ):
        value = described.get(name)
        xmltree.add(root, name, default if value is None else value)
    holder = xmltree.SubElement(root, "categories", {"class": "java.util.concurrent.CopyOnWriteArrayList"})
    for category in categories:
        xmltree.add(holder, "string", category)
    return root


@dataclass(frozen=True)
class Category:
    """A category of the global configuration.

    Attributes:
        total, per_node: how many of it may run at the same time; 0 for any number.
        by_label: the number per node for nodes with a label, in place of ``per_node``.
    """

    name: str
    total: int = 0
    per_node: int = 0
    by_label: tuple[tuple[str, int], ...] = ()

    def on_node(self, labels: Iterable[str]) -> int:
        """How many may run on a node with these labels."""
        having = set(labels)
        return next((limit for label, limit in self.by_label if label in having), self.per_node)


class Categories:
    """The categories, in the plugin's own file; it is read at each use, so that it may be put in place by hand."""

    def __init__(self, home: Path) -> None:
        self._path = home / f"{PROPERTY}.xml"

    def all(self) -> list[Category]:
        """Every category, in the order of the configuration."""
        if not self._path.exists():
            return []
        root = xmltree.parse(self._path.read_bytes())
        return [_category(element) for element in root.iterfind(f"categories/{_CATEGORY}")]

    def find(self, name: str) -> Category | None:
        """The category of this name; of several the last, as with the plugin."""
        return next((category for category in reversed(self.all()) if category.name == name), None)

    def set(self, categories: Iterable[Category]) -> None:
        """Take these categories in place of all others."""
        root = xmltree.Element(f"{PROPERTY}_-DescriptorImpl")
        holder = xmltree.SubElement(root, "categories", {"class": "java.util.concurrent.CopyOnWriteArrayList"})
        for category in categories:
            element = xmltree.SubElement(holder, _CATEGORY)
            xmltree.add(element, "maxConcurrentPerNode", category.per_node)
            xmltree.add(element, "maxConcurrentTotal", category.total)
            xmltree.add(element, "categoryName", category.name)
            pairs = xmltree.SubElement(element, "nodeLabeledPairs")
            for label, limit in category.by_label:
                pair = xmltree.SubElement(pairs, _PAIR)
                xmltree.add(pair, "throttledNodeLabel", label)
                xmltree.add(pair, "maxConcurrentPerNodeLabeled", limit)
        write_bytes(self._path, xmltree.serialise(root))


def _category(element: Element) -> Category:
    return Category(
        xmltree.text(element, "categoryName"),
        whole(xmltree.text(element, "maxConcurrentTotal")) or 0,
        whole(xmltree.text(element, "maxConcurrentPerNode")) or 0,
        tuple(
            (xmltree.text(pair, "throttledNodeLabel"), whole(xmltree.text(pair, "maxConcurrentPerNodeLabeled")) or 0)
            for pair in element.iterfind(f"nodeLabeledPairs/{_PAIR}")
        ),
    )
