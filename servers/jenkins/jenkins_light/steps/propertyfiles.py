"""``readProperties`` and ``readManifest`` of pipeline-utility-steps."""

import re
import zipfile
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import Abort, StepError, step

_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@step("readProperties", "file")
def read_properties(call: StepCall) -> dict[str, Any]:
    """A Java properties file and a text over the ``defaults``; a file that is missing is only warned of.

    Source: pipeline-utility-steps' ReadPropertiesStep (file, text, defaults, interpolate, charset).
    """
    values: dict[str, Any] = {str(key): value for key, value in (call.args.get("defaults") or {}).items()}
    file, text = call.args.get("file"), call.args.get("text")
    if not file and text is None:
        raise Abort("At least one of file or text needs to be provided to readProperties.")
    if file:
        path = call.path(str(file))
        if path.is_file():
            values |= parse_properties(path.read_text(str(call.args.get("charset") or "ISO-8859-1")))
        else:
            problem = "is a directory" if path.is_dir() else "does not exist"
            call.log(f"warning: {path} {problem}, omitting from properties gathering")
    values |= parse_properties(str(text or ""))
    if call.flag("interpolate"):
        call.log("Interpolation set to true, starting to parse the variable!")
        return {key: _interpolated(value, values) for key, value in values.items()}
    return values


def parse_properties(text: str) -> dict[str, str]:
    """A properties file's entries, by the rules of ``java.util.Properties.load``."""
    values = {}
    for line in re.sub(r"(?<!\\)((?:\\\\)*)\\\r?\n[ \t\f]*", r"\1", text).splitlines():
        stripped = line.lstrip(" \t\f")
        if stripped and stripped[0] not in "#!":
            match = re.match(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*(?:[=:][ \t\f]*)?(.*)", stripped, re.DOTALL)
            if match:
                values[_unescaped(match[1])] = _unescaped(match[2])
    return values


def _unescaped(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _ESCAPES.get(match[2], match[2])

    return re.sub(r"\\(?:u([0-9A-Fa-f]{4})|(.))", plain, text)


def _interpolated(value: Any, values: dict[str, Any], depth: int = 0) -> Any:
    """``${key}`` replaced by that key's value; one that is not there stays as it is written."""
    if not isinstance(value, str) or depth > len(values):
        return value
    found = re.sub(r"\$\{([^}]+)\}", lambda m: str(values.get(m[1], m[0])), value)
    return found if found == value else _interpolated(found, values, depth + 1)


@step("readManifest", "file")
def read_manifest(call: StepCall) -> dict[str, Any]:
    """A jar's manifest, or one from a file or a text: ``main`` and ``entries`` by name."""
    if call.args.get("text") is not None:
        text = call.text("text")
    else:
        path = call.path(call.text("file"))
        if not path.is_file():
            raise StepError("java.io.FileNotFoundException", f"{path} does not exist.")
        if path.suffix in {".jar", ".war", ".ear"}:
            with zipfile.ZipFile(path) as archive:
                text = archive.read("META-INF/MANIFEST.MF").decode()
        else:
            text = path.read_text("utf-8")
    sections = [_attributes(part) for part in re.split(r"\r?\n\r?\n", text.replace("\r\n ", "").replace("\n ", ""))]
    main, *others = sections
    entries = {section.pop("Name"): section for section in others if "Name" in section}
    return {"@type": "object", "text": str(main), "fields": {"main": main, "entries": entries}}


def _attributes(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}
