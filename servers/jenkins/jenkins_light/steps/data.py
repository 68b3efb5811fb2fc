"""``readJSON``, ``readYaml``, ``readProperties`` and their writers (pipeline-utility-steps)."""

import json
from typing import Any

import yaml

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import Abort, StepError, step


def _source(call: StepCall) -> str:
    """The text to read: of ``text`` or of ``file``; never both, as in the plugin."""
    file, text = call.args.get("file"), call.args.get("text")
    if (file is None) == (text is None):
        raise Abort(f"At least one of file or text needs to be provided to {call.name}, and not both.")
    if text is not None:
        return str(text)
    path = call.path(str(file))
    if not path.is_file():
        raise StepError("java.io.FileNotFoundException", f"{path} does not exist.")
    return path.read_text("utf-8")


@step("readJSON", "file")
def read_json(call: StepCall) -> Any:
    """A JSON document as maps and lists."""
    try:
        return json.loads(_source(call))
    except json.JSONDecodeError as error:
        raise StepError("net.sf.json.JSONException", f"Invalid JSON String: {error}") from error


@step("writeJSON")
def write_json(call: StepCall) -> str | None:
    """Write JSON into a file, or return it as text (``returnText``); ``pretty`` is the indentation."""
    if "json" not in call.args:
        raise Abort("You have to provided a json object.")
    indent = int(call.args.get("pretty") or 0) or None
    separators = None if indent else (",", ":")
    text = json.dumps(call.args["json"], indent=indent, separators=separators, ensure_ascii=False)
    if call.flag("returnText"):
        return text
    _write(call, text)
    return None


@step("readYaml", "file")
def read_yaml(call: StepCall) -> Any:
    """A YAML document as maps and lists; several documents come as a list."""
    try:
        documents = list(yaml.safe_load_all(_source(call)))
    except yaml.YAMLError as error:
        raise StepError("org.yaml.snakeyaml.error.YAMLException", str(error)) from error
    plain = [_plain(document) for document in documents]
    return plain[0] if len(plain) == 1 else plain


@step("writeYaml")
def write_yaml(call: StepCall) -> str | None:
    """Write YAML into a file, or return it as text; a file that exists needs ``overwrite``."""
    if "datas" in call.args:
        text = yaml.safe_dump_all(call.args["datas"], sort_keys=False, allow_unicode=True)
    elif "data" in call.args:
        text = yaml.safe_dump(call.args["data"], sort_keys=False, allow_unicode=True)
    else:
        raise Abort("data or datas parameter must be provided to writeYaml")
    if call.flag("returnText"):
        return text
    if call.path(call.text("file")).exists() and not call.flag("overwrite"):
        raise StepError("java.nio.file.FileAlreadyExistsException", f"{call.path(call.text('file'))} already exist.")
    _write(call, text)
    return None


def _write(call: StepCall, text: str) -> None:
    path = call.path(call.text("file"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _plain(value: Any) -> Any:
    """YAML's dates as text, since they have no JSON; keys as text."""
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
