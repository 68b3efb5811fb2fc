"""XML as Jenkins writes it: version 1.1 headers, and never an entity or a document type from outside."""

import copy
import re
from xml.etree import ElementTree

from jenkins_light.errors import BadRequestError

Element = ElementTree.Element
SubElement = ElementTree.SubElement

_MOST_LEVELS = 200
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>", re.IGNORECASE)


def parse(data: bytes) -> Element:
    """Parse a document.

    Jenkins declares XML 1.1, which expat refuses; the declaration is therefore dropped (the text is UTF-8).

    Raises:
        BadRequestError: it is not well-formed, or has a DOCTYPE.
    """
    body = _DECLARATION.sub(b"", data, count=1)
    if b"<!DOCTYPE" in body:
        raise BadRequestError("A DOCTYPE is not allowed here")
    try:
        # Without a DOCTYPE there are no entities to expand, and ElementTree fetches nothing.
        root = ElementTree.fromstring(body)  # noqa: S314
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise BadRequestError(f"Not well-formed XML: {error}") from error
    _check_depth(root)
    return root


def _check_depth(root: Element) -> None:
    """Refuse what later recursions over the tree could not follow."""
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > _MOST_LEVELS:
            raise BadRequestError(f"The XML is nested deeper than {_MOST_LEVELS} levels")
        level = [child for element in level for child in element]


def serialise(element: Element, *, indented: bool = True) -> bytes:
    """The document as Jenkins' config.xml has it; not ``indented`` with the spaces that it came with."""
    shown = copy.deepcopy(element)
    if indented:
        ElementTree.indent(shown)
    text: str = ElementTree.tostring(shown, encoding="unicode")
    return f"<?xml version='1.1' encoding='UTF-8'?>\n{text}\n".encode()


def bare(element: Element) -> bytes:
    """The document without a declaration, as Jenkins answers where no file is behind it."""
    return serialise(element).partition(b"\n")[2]


def text(element: Element | None, path: str, default: str = "") -> str:
    """The text of the first element at ``path``, or ``default`` when it is missing."""
    found = None if element is None else element.find(path)
    return default if found is None else (found.text or "")


def flag(element: Element | None, path: str, default: bool = False) -> bool:
    """The truth of the element at ``path``."""
    return text(element, path, str(default)).strip().lower() == "true"


def add(parent: Element, tag: str, value: object = None, **attributes: str) -> Element:
    """Append a child with a text; booleans are written as Jenkins writes them."""
    child = ElementTree.SubElement(parent, tag, attributes)
    if value is not None:
        child.text = str(value).lower() if isinstance(value, bool) else str(value)
    return child
