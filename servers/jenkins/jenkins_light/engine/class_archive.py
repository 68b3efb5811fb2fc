"""``python -m jenkins_light.engine.class_archive runner.jar [java]``: lays ``runner.jsa`` beside the jar.

It holds the runner's classes as the JVM has them once they are read and verified (class data sharing), which takes a
third off each start. Made where the jar is put in place, since it is good for that jar at that path and that JVM
only. The archive is of the static kind: on Java 17 the dynamic one leaves out classes as old as Groovy 2.4's.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any, cast

from jenkins_light.engine.runner import JVM_OPTIONS, archive_of

#: Loads what a build usually needs: the compiler, the library of both languages, and what keeps a build's state.
_PIPELINE = """
pipeline { agent any
  environment { A = 'b' }
  stages { stage('s') {
    when { expression { env.A } }
    steps { script {
      for (i in [1, 2]) { echo "${env.A}" }
      [1].each { sleep time: 1, unit: 'MILLISECONDS' }
      parallel(a: { sh 'true' }, b: { try { error 'x' } catch (e) { echo e.message } })
    } }
  } }
  post { always { echo currentBuild.currentResult } }
}
"""


def make(jar: Path, java: str) -> None:
    """Make the archive of a runner.

    Raises:
        subprocess.CalledProcessError: the JVM can't.
        RuntimeError: the runner can't run a pipeline.
        OSError: there is no such program.
    """
    with tempfile.TemporaryDirectory() as folder:
        classes = Path(folder) / "classes"
        _list(jar, java, classes, Path(folder) / "program.dat")
        making = archive_of(jar).with_suffix(f".{os.getpid()}")
        archive = [f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={making}"]
        subprocess.run(
            [java, *JVM_OPTIONS, "-Xlog:disable", "-Xshare:dump", *archive, "-cp", str(jar)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        making.replace(archive_of(jar))


def _list(jar: Path, java: str, classes: Path, state: Path) -> None:
    """Have a runner run a pipeline and note which classes that took."""
    command = [java, *JVM_OPTIONS, "-Xshare:off", f"-XX:DumpLoadedClassList={classes}", "-jar", str(jar)]
    start = {"type": "start", "build": "b", "script": _PIPELINE, "state": str(state), "steps": ["sh"]}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        result = _talk(process, {**start, "blockSteps": ["node"]})
    if result != "SUCCESS":
        raise RuntimeError(f"The pipeline that lists the runner's classes ended as {result}")


def _talk(process: subprocess.Popen[bytes], start: dict[str, Any]) -> str | None:
    """Run a build in which each step succeeds; its result."""
    stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    with stdin:
        stdin.write(json.dumps(start).encode() + b"\n")
        stdin.flush()
        for line in stdout:
            message = json.loads(line)
            if message["type"] in ("step", "leave"):
                reply = {"type": "reply", "build": "b", "call": message["call"], "value": None, "env": {}}
                stdin.write(json.dumps(reply).encode() + b"\n")
                stdin.flush()
            elif message["type"] == "end":
                return str(message["result"])
    return None


if __name__ == "__main__":
    make(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "java")
