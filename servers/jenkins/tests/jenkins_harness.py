"""The light Jenkins as a process of its own, with the real pipeline runner, for tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests
from jenkins_client import Client
from runner_jar import runner_jar as runner_jar

from tests.ports import free_port

PACKAGE = Path(__file__).resolve().parents[1]
USER, PASSWORD, TOKEN = "admin", "correct horse", "11" + "ab" * 16
_READY_SECONDS = 90


class LightJenkins:
    """A server with a home folder; it can be stopped, killed and started again."""

    def __init__(self, folder: Path, jar: Path, **environment: str) -> None:
        self.home = folder / "home"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "password").write_text(PASSWORD)
        (folder / "token").write_text(TOKEN + "\n")
        self._environment = {
            **os.environ,
            # As in the image; what builds write into their home is not to land in that of who runs the tests.
            "HOME": str(self.home),
            "PYTHONPATH": str(PACKAGE),
            "JENKINS_HOME": str(self.home),
            "JENKINS_URL": self.url,
            "JENKINS_HOST": "127.0.0.1",
            "JENKINS_PORT": str(self.port),
            "JENKINS_ADMIN_PASSWORD_FILE": str(folder / "password"),
            "JENKINS_ADMIN_TOKEN_FILE": str(folder / "token"),
            "JENKINS_RUNNER_JAR": str(jar),
            **environment,
        }

    def start(self) -> float:
        """Start and wait until /login answers; return how many seconds that took."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jenkins_light"], env=self._environment, stdout=log, stderr=log
            )
        while time.monotonic() - began < _READY_SECONDS:
            try:
                if requests.get(f"{self.url}/login", timeout=1).status_code == 200:
                    return time.monotonic() - began
            except requests.RequestException:  # one that listens and does not answer in time as well
                time.sleep(0.02)
        raise AssertionError(f"the server did not come up:\n{self.log.read_text()}")

    @property
    def client(self) -> Client:
        """A client with the administrator's API token."""
        return Client(self.url, USER, TOKEN)

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None
        return self._process.pid

    def cpu_seconds(self) -> float:
        """The processor time that the server itself used so far: what a start costs, however busy the machine is."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        """The resident memory of the server and of the runner."""
        pids = [self.pid, *self.children()]
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def children(self) -> list[int]:
        """The processes that the server started."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]

    def stop(self) -> float:
        """SIGTERM; return how many seconds the end took."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def _end(self, signum: signal.Signals) -> float:
        began = time.monotonic()
        if self._process is not None:
            self._process.send_signal(signum)
            self._process.wait(60)
            self._process = None
        return time.monotonic() - began
