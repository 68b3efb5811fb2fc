"""XPath over an answer: cheap expressions here, the others in a process that can be ended.

libxml2 knows no time limit, and while it works nothing else of this program does; an expression such as
``//*[//*[//*]]`` takes
the number of elements to the third power.

``python -m jenkins_light.web.xpaths`` reads a request from stdin and writes the answer to stdout, both JSON.
"""

import json
import re
import subprocess
import sys
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from jenkins_light.errors import BadRequestError, JenkinsError, TooLargeError

_CHEAP_STEPS = 1e7
_SECONDS = 10
_COSTLY = re.compile(r"//|\[|::")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
TEXT = "text/plain"


class NoSingleNodeError(JenkinsError):
    """Nothing matches, or several nodes do and nothing wraps them; Jenkins tells it as plain text."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


_WRAPPER = (
    "The wrapper parameter can only contain alphanumeric characters or dash/dot/underscore. "
    "The first character has to be a letter or underscore."
)


def apply(document: bytes, xpath: str, excluded: list[str], wrapper: str) -> tuple[str, bytes]:
    """What ``xpath``, ``exclude`` and ``wrapper`` make of an answer: its media type and text.

    Raises:
        BadRequestError: a malformed expression.
        NoSingleNodeError: nothing matches, several nodes do without a wrapper, or the wrapper is no name.
        TooLargeError: it takes longer than ten seconds.
    """
    if wrapper and not _NAME.fullmatch(wrapper):
        raise NoSingleNodeError(_WRAPPER, 400)
    elements = document.count(b"<") + 1
    if sum(float(elements) ** min(len(_COSTLY.findall(path)), 20) for path in [xpath, *excluded]) <= _CHEAP_STEPS:
        return _evaluate(document, xpath, excluded, wrapper)
    request = {"document": document.decode(), "xpath": xpath, "excluded": excluded, "wrapper": wrapper}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "jenkins_light.web.xpaths"],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise TooLargeError(f"XPath {xpath[:100]} takes longer than {_SECONDS} s; ask for less with tree") from None
    except subprocess.CalledProcessError as error:
        raise BadRequestError(f"XPath {xpath[:100]} can't be evaluated") from error
    return _answer(json.loads(done.stdout))


def _answer(answer: dict[str, str]) -> tuple[str, bytes]:
    if answer["kind"] == "bad":
        raise BadRequestError(answer["text"])
    if answer["kind"] == "none":
        raise NoSingleNodeError(answer["text"], int(answer["status"]))
    return answer["kind"], answer["text"].encode()


def _evaluate(document: bytes, xpath: str, excluded: list[str], wrapper: str) -> tuple[str, bytes]:
    root = etree.fromstring(document)
    try:
        for path in excluded:
            for node in _nodes(root.xpath(path)):
                parent = node.getparent()
                if parent is not None:
                    parent.remove(node)
        if not xpath:
            return "application/xml", etree.tostring(root)
        found = root.xpath(xpath)
    except (etree.XPathError, ValueError) as error:
        raise BadRequestError(f"XPath {xpath[:100]}: {error}") from error
    return _shown(xpath, found, wrapper)


def _shown(xpath: str, found: Any, wrapper: str) -> tuple[str, bytes]:
    if wrapper:
        return "application/xml", etree.tostring(_wrapped(found if isinstance(found, list) else [found], wrapper))
    if not isinstance(found, list):
        return TEXT, str(found).encode()
    if not found:
        raise NoSingleNodeError(f"XPath {xpath} didn\u2019t match", 404)
    if len(found) > 1:
        raise NoSingleNodeError(
            f"XPath {xpath} matched {len(found)} nodes. Create XPath that only matches one, or use the "
            '"wrapper" query parameter to wrap them all under a root element.',
            500,
        )
    if etree.iselement(found[0]):
        return "application/xml", etree.tostring(found[0])
    return TEXT, str(found[0]).encode()


def _wrapped(found: list[Any], name: str) -> Any:
    """Nodes and texts in their order below one element."""
    holder = etree.Element(name)
    for node in found:
        if etree.iselement(node):
            holder.append(node)
        elif len(holder):
            holder[-1].tail = (holder[-1].tail or "") + str(node)
        else:
            holder.text = (holder.text or "") + str(node)
    return holder


def _nodes(found: Any) -> list[Any]:
    return [node for node in found if etree.iselement(node)] if isinstance(found, list) else []


def main() -> None:
    """Evaluate the request on stdin."""
    request = json.loads(sys.stdin.buffer.read())
    try:
        kind, text = _evaluate(request["document"].encode(), request["xpath"], request["excluded"], request["wrapper"])
        answer = {"kind": kind, "text": text.decode()}
    except BadRequestError as error:
        answer = {"kind": "bad", "text": str(error)}
    except NoSingleNodeError as error:
        answer = {"kind": "none", "text": str(error), "status": str(error.status)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
