"""``readJSON``, ``readYaml`` and its writer (pipeline-utility-steps)."""

from typing import Any

import yaml

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import Abort, StepError, step


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, as SnakeYAML does."""


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text_node)


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
def read_json(call: StepCall) -> str | None:
    """The text of a JSON document, which the runner reads; None if neither ``file`` nor ``text`` is given.

    Source: pipeline-utility-steps, ReadJSONStepExecution.
    """
    file, text = call.args.get("file"), call.args.get("text")
    if file and text:
        raise StepError(
            "java.lang.IllegalArgumentException", "At most one of file or text must be provided to readJSON."
        )
    if not file:
        return None if text is None else str(text)
    path = call.path(str(file))
    if path.is_dir():
        raise StepError("java.lang.IllegalArgumentException", f"{path} is a directory.")
    if not path.exists():
        raise StepError("java.io.FileNotFoundException", f"{path} does not exist.")
    return path.read_text("utf-8")


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
        text = yaml.dump_all(call.args["datas"], Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    elif "data" in call.args:
        text = yaml.dump(call.args["data"], Dumper=_Dumper, sort_keys=False, allow_unicode=True)
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
