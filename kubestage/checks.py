"""One of kubestage's own checks: a Python tool that is run, and says what it found."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kubestage.console import console
from kubestage.errors import PartError
from kubestage.run import run_command, run_in_terminal


@dataclass(frozen=True)
class Check:
    """A tool of this Python environment.

    Attributes:
        title: what it looks at.
        words: the module and its arguments.
        fix: the command that mends what it finds.
        environment: variables for it.
    """

    title: str
    words: tuple[str, ...]
    fix: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Runs it in this terminal: its output is for people, and is not read.

        Raises:
            PartError: it found something.
        """
        console.say(self._announced)
        started = time.monotonic()
        self._judge(run_in_terminal(self._command, env=self._variables), time.monotonic() - started)

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Runs it while something else runs in this terminal, and shows its output afterwards.

        Raises:
            PartError: it found something, and the other has not failed.
        """
        console.say(f"{self._announced}   (beside what follows; its output comes at the end)")
        with ThreadPoolExecutor(max_workers=1) as pool:
            running = pool.submit(run_command, self._command, env=self._variables, check=False)
            try:
                yield
            finally:
                result = running.result()
                console.say(f"{self.title}:")
                console.text(result.stdout.rstrip())
        self._judge(result.code, result.seconds)

    def _judge(self, code: int, seconds: float) -> None:
        if code != 0:
            raise PartError(
                f"{self.title} failed (exit code {code})", why=f"{self.words[0]} says above what.", fix=self.fix
            )
        console.say(f"✓ {self.title} ({seconds:.1f} s)")

    @property
    def _announced(self) -> str:
        return f"{self.title}: {' '.join(self.words)}"

    @property
    def _command(self) -> list[str]:
        return [sys.executable, "-m", *self.words]

    @property
    def _variables(self) -> dict[str, str]:
        return {**self.environment, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
