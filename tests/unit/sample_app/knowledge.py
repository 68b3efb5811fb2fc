"""The files of knowledge_share, rendered as the job uuid.runner renders them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from kubestage.settings import CHECKOUT

SAMPLE_APP = CHECKOUT / "sample-app"
KNOWLEDGE = SAMPLE_APP / "knowledge_share"
KUBERNETES = KNOWLEDGE / "demo" / "k8s" / "uid"


def pipeline(name: str) -> str:
    return (KNOWLEDGE / "demo" / "pipeline" / f"{name}.Jenkinsfile").read_text(encoding="utf-8")


def pipeline_sed(name: str, file: str, values: dict[str, str]) -> str:
    """The sed line of a pipeline for `file`, as the shell gets it: Groovy's escapes and variables resolved."""
    groovy = next(call for call in re.findall(r'sh\("((?:[^"\\]|\\.)*)"\)', pipeline(name), re.DOTALL)
                  if call.startswith("sed ") and call.endswith(file))  # fmt: skip
    joined = groovy.replace("\\\n", "").replace("\\$", "\0")
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], joined).replace("\0", "$")


def rendered(file: str, tmp_path: Path, **values: str) -> list[dict[str, Any]]:
    """A file's documents after the pipeline's own sed has run over it."""
    target = tmp_path / file
    target.write_bytes((KUBERNETES / file).read_bytes())
    subprocess.run(["sh", "-c", pipeline_sed("uuid.runner", file, values)], cwd=tmp_path, check=True)
    return list(yaml.safe_load_all(target.read_text(encoding="utf-8")))
