"""The packed Groovy runner, for every test that needs one."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


@functools.cache
def runner_jar() -> Path:
    """The pipeline runner, built once per state of its sources and kept in the user's cache."""
    source = PACKAGE / "runner"
    digest = hashlib.sha256()
    for path in [source / "pom.xml", *sorted(p for p in (source / "src").rglob("*") if p.is_file())]:
        digest.update(str(path.relative_to(source)).encode() + b"\0" + path.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kubestage" / "runner-tests"
    built = cache / digest.hexdigest()[:16]
    if not built.is_dir():
        making = cache / f"making-{os.getpid()}"
        shutil.copytree(source, making, ignore=shutil.ignore_patterns("target"))
        subprocess.run(["mvn", "-q", "-B", "package"], cwd=making, check=True)
        # Whoever built the same state at the same time and was first has it in place already.
        with contextlib.suppress(OSError):
            (making / "target").rename(built)
        shutil.rmtree(making)
    jar = built / "runner.jar"
    if not jar.with_suffix(".jsa").exists():
        module = [sys.executable, "-m", "jenkins_light.engine.class_archive"]
        subprocess.run([*module, str(jar)], check=True, env={**os.environ, "PYTHONPATH": str(PACKAGE)})
    return jar
