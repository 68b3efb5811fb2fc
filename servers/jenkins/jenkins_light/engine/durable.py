"""Shell scripts that outlive the server: each in a session of its own, its log and exit code in a control folder.

Source: durable-task's ``FileMonitoringTask`` and ``BourneShellScript``, which name the files so.
"""

import os
import select
import shutil
import subprocess
import time
from pathlib import Path

from jenkins_light.engine import processes
from jenkins_light.engine.buildlog import LineStream
from jenkins_light.engine.journal import Mark

_CHUNK = 65536
#: Exit codes of a script whose end nobody saw: it vanished, or it never came to life.
VANISHED, NEVER_STARTED = -1, -2

#: Runs a command and keeps its exit code; signals to the session end the command, not this shell.
_WRAPPER = """
trap : HUP INT TERM
control=$1
shift
"$@"
echo $? >"$control/jenkins-result.txt.tmp"
mv "$control/jenkins-result.txt.tmp" "$control/jenkins-result.txt"
"""


class Task:
    """A script that was started, by this server or an earlier one."""

    def __init__(self, control: Path, cookie: str) -> None:
        self.control = control
        self.cookie = cookie
        self._process: subprocess.Popen[bytes] | None = None
        self._pidfd: int | None = None

    def start(self, command: list[str], folder: Path, env: dict[str, str], capture: bool) -> None:
        """Start a command; with ``capture`` its standard output goes into ``output.txt`` instead of the log."""
        with self._log.open("ab") as log, self._output.open("ab") if capture else self._log.open("ab") as output:
            self._process = subprocess.Popen(
                ["sh", "-c", _WRAPPER, "sh", str(self.control), *command],
                cwd=folder,
                env={**env, processes.STEP_COOKIE: self.cookie},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                start_new_session=True,
            )
        self._pidfd = os.pidfd_open(self._process.pid)

    @property
    def started(self) -> bool:
        """Whether the script may have been started."""
        return self._log.exists()

    def find(self) -> None:
        """Look for the process that an earlier server started."""
        pid = processes.leader(self.cookie)
        if pid is not None:
            try:
                self._pidfd = os.pidfd_open(pid)
            except ProcessLookupError:
                self._pidfd = None

    @property
    def _log(self) -> Path:
        return self.control / "jenkins-log.txt"

    @property
    def _output(self) -> Path:
        return self.control / "output.txt"

    def ended(self, seconds: float) -> bool:
        """Wait at most so long for the end; return whether it has come."""
        if self._pidfd is None:
            return True
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(int(seconds * 1000)))

    def stop(self) -> None:
        """Make it end, with all that it started."""
        processes.terminate(self.cookie, self.ended)

    def follow(self, stream: LineStream, encoding: str, every: float) -> None:
        """Copy the log into a build's until the script has ended; from where an earlier server got to."""
        utf8 = encoding.upper().replace("-", "") == "UTF8"
        if not self.started:
            return
        copied = Mark(self.control / "jenkins-log-copied")
        with self._log.open("rb") as log:
            log.seek(copied.value)
            over = False
            while True:
                while data := log.read(_CHUNK):
                    stream.feed(data if utf8 else data.decode(encoding, "replace").encode())
                    if stream.complete:
                        copied.set(log.tell() - stream.held)
                if over:
                    break
                stream.pause()
                over = self.ended(every)
        stream.finish()
        copied.close()

    def result(self) -> int:
        """The exit code of a script that has ended; VANISHED or NEVER_STARTED when it left none."""
        if self._process is not None:
            self._process.wait()
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None
        try:
            return int((self.control / "jenkins-result.txt").read_text())
        except (FileNotFoundError, ValueError):
            return VANISHED if self.started else NEVER_STARTED

    def output(self) -> bytes:
        """What a captured script wrote."""
        return self._output.read_bytes() if self._output.exists() else b""

    def remove(self) -> None:
        """Remove the control folder. A child that the script left behind may still be writing there."""
        for _ in range(3):
            shutil.rmtree(self.control, ignore_errors=True)
            if not self.control.exists():
                return
            time.sleep(0.05)
