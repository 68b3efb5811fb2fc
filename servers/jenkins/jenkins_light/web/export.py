"""Jenkins' remote API: objects with exported properties, cut by ``depth`` or ``tree``, as JSON, XML or Python.

The rules are Stapler's: a property shows at its visibility; with ``depth=0`` (the default) a nested object shows those
of visibility 2 and more, one deeper 3 and more; ``depth`` moves the limit; ``tree`` names what is wanted instead.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, TooLargeError
from jenkins_light.xmltree import Element

ALWAYS = 999
_MOST_OBJECTS = 100_000
_MOST_LEVELS = 50
Value = Any


@dataclass(frozen=True)
class Bean:
    """An object of the API.

    Attributes:
        cls: the Java class, told as ``_class``; "" for none.
        values: property name → (visibility, getter). Getters give plain values, Beans, or lists of them.
        root: the name of the XML root element.
    """

    cls: str
    values: Mapping[str, tuple[int, Callable[[], Value]]]
    root: str = ""

    @property
    def xml_root(self) -> str:
        """The root element: the class' simple name with a small first letter, unless another was given."""
        name = self.root or re.split(r"[.$]", self.cls)[-1]
        return name[:1].lower() + name[1:]


class Inline(list[Bean]):
    """A list whose objects count as part of their owner: they show what stands at the owner's depth."""


def bean(cls: str, root: str = "", **values: Value) -> Bean:
    """A Bean of constant values, all of them visible wherever it stands."""
    return Bean(cls, {name: (ALWAYS, lambda value=value: value) for name, value in values.items()}, root)  # type: ignore[misc]


@dataclass
class Tree:
    """A parsed ``tree`` parameter: names to what is wanted below, and the range of a list."""

    children: dict[str, "Tree"] = field(default_factory=dict)
    first: int = 0
    last: int | None = None


def parse_tree(text: str) -> Tree:
    """Parse ``jobs[name,builds[number]{0,5}]``.

    Raises:
        BadRequestError: it is malformed, or nested without sense.
    """
    tokens = deque(re.findall(r"[\[\]{},]|[^\[\]{},\s]+", text))
    tree = _parse_children(tokens, 0)
    if tokens:
        raise BadRequestError(f"Malformed tree: {text[:100]}")
    return tree


def _parse_children(tokens: deque[str], level: int) -> Tree:
    if level > _MOST_LEVELS:
        raise BadRequestError(f"A tree has at most {_MOST_LEVELS} levels")
    tree = Tree()
    while tokens and tokens[0] != "]":
        name = tokens.popleft()
        if name == ",":
            continue
        if name in "[{}":
            raise BadRequestError("Malformed tree parameter")
        child = Tree()
        if tokens and tokens[0] == "[":
            tokens.popleft()
            child = _parse_children(tokens, level + 1)
            if not tokens:
                raise BadRequestError("Malformed tree parameter: a ] is missing")
            tokens.popleft()
        if tokens and tokens[0] == "{":
            child.first, child.last = _range(tokens)
        tree.children[name] = child
    return tree


def _range(tokens: deque[str]) -> tuple[int, int | None]:
    text = ""
    tokens.popleft()
    while tokens and (token := tokens.popleft()) != "}":
        text += token
    match = re.fullmatch(r"(\d{0,9})(,?)(\d{0,9})", text)
    if match is None or not text:
        raise BadRequestError(f"Malformed range in tree: {{{text[:40]}}}")
    start, comma, end = match.groups()
    if not comma:
        return int(start or 0), int(start or 0) + 1
    return int(start or 0), int(end) if end else None


def prune(target: Bean, tree: Tree | None, depth: int) -> dict[str, Any]:
    """The Bean as plain data.

    Raises:
        TooLargeError: the answer would have more objects than one answer may.
    """
    cut = _Cut()
    return cut.by_tree(target, tree) if tree is not None else cut.by_depth(target, 1 - depth)


class _Cut:
    """Cuts one answer out of Beans, which may lead on without end: a build to its neighbours, and they back to it."""

    def __init__(self) -> None:
        self._left = _MOST_OBJECTS

    def _head(self, target: Bean) -> dict[str, Any]:
        self._left -= 1
        if self._left < 0:
            raise TooLargeError(f"This answer has more than {_MOST_OBJECTS} objects; ask for less with tree")
        return {"_class": target.cls} if target.cls else {}

    def by_depth(self, target: Bean, limit: int) -> dict[str, Any]:
        """What is visible at a limit."""
        shown = {n: getter() for n, (visibility, getter) in target.values.items() if visibility >= limit}
        found = self._head(target)
        for name, value in shown.items():
            found[name] = _plain(value, partial(self.by_depth, limit=limit if isinstance(value, Inline) else limit + 1))
        return found

    def by_tree(self, target: Bean, tree: Tree) -> dict[str, Any]:
        """What a tree names."""
        found = self._head(target)
        wanted = dict(tree.children)
        if "*" in wanted:
            star = wanted.pop("*")
            wanted = dict.fromkeys(target.values, star) | wanted
        for name, child in wanted.items():
            if name in target.values:
                value = target.values[name][1]()
                if isinstance(value, list):
                    value = value[child.first : child.last]
                # A map's values have no names that a tree could have: without any they are shown whole.
                whole = isinstance(value, dict) and not child.children
                found[name] = _plain(
                    value, partial(self.by_depth, limit=1) if whole else partial(self.by_tree, tree=child)
                )
        return found


def _plain(value: Value, below: Callable[[Bean], dict[str, Any]]) -> Any:
    if isinstance(value, Bean):
        return below(value)
    if isinstance(value, (list, tuple)):
        return [_plain(entry, below) for entry in value]
    if isinstance(value, dict):
        return {str(key): _plain(entry, below) for key, entry in value.items()}
    return value


def to_json(data: Any, pretty: bool = False) -> str:
    """As ``api/json``; ``pretty`` has a line for each value."""
    separators = (",", " : ") if pretty else (",", ":")
    return json.dumps(data, ensure_ascii=False, separators=separators, indent=2 if pretty else None)


def to_python(data: Any) -> str:
    """As ``api/python``: a literal, in Stapler's form (JSON's quotes, Python's constants), which clients rely on."""
    if isinstance(data, dict):
        return "{" + ",".join(f"{json.dumps(str(key))}:{to_python(value)}" for key, value in data.items()) + "}"
    if isinstance(data, (list, tuple)):
        return "[" + ",".join(map(to_python, data)) + "]"
    return json.dumps(data) if isinstance(data, str) else repr(data)


def to_xml(name: str, data: dict[str, Any]) -> Element:
    """As ``api/xml``."""
    root = xmltree.Element(name)
    _fill(root, data)
    return root


def _fill(element: Element, data: dict[str, Any]) -> None:
    for name, value in data.items():
        if name == "_class":
            element.set("_class", value)
            continue
        entries: Iterable[Any] = value if isinstance(value, list) else [value]
        tag = _singular(name) if isinstance(value, list) else name
        for entry in entries:
            if entry is None:
                continue
            child = xmltree.SubElement(element, _element_name(tag))
            if isinstance(entry, dict):
                _fill(child, entry)
            else:
                child.text = _clean(str(entry).lower() if isinstance(entry, bool) else str(entry))


def _clean(text: str) -> str:
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def _singular(name: str) -> str:
    """What Stapler's XMLDataWriter calls an entry of a list."""
    return re.sub("s$", "", re.sub("ies$", "y", name))


def _element_name(name: str) -> str:
    """A name that XML takes: what it can't have is left out, as Stapler leaves it out."""
    if not re.match(r"[A-Za-z_]", name):
        name = name[1:] if re.match(r".[A-Za-z_]", name) else f"_{name}"
    return re.sub(r"[^A-Za-z0-9_.-]", "", name)
