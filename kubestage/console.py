"""The one console: progress on a terminal, plain timed lines in a log, facts as JSON."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console as RichConsole
from rich.markup import escape
from rich.table import Table

_HEARTBEAT_SECONDS = 15.0
_WIDEST = 10_000


@dataclass(frozen=True)
class Step:
    """A step that has ended.

    Attributes:
        title: what was done.
        started: seconds since the epoch.
        seconds: how long it took.
        outcome: "done" or "failed".
    """

    title: str
    started: float
    seconds: float
    outcome: str


class Console:
    """Prints for people on standard error and facts on standard output.

    Steps that last show elapsed and expected time: live on a terminal, as a line now and then elsewhere.

    Attributes:
        timeline: the steps that have ended, in the order in which they did.
    """

    def __init__(self) -> None:
        self.timeline: list[Step] = []
        self._err = RichConsole(stderr=True, highlight=False, soft_wrap=True)
        self._out = RichConsole(highlight=False, soft_wrap=True)
        if not self._out.is_terminal:
            # A terminal folds a table's long cells; a file or a pipe gets each row on one line, whole.
            self._out.width = _WIDEST
        self._lock = threading.RLock()
        self._live: dict[int, tuple[str, float, float | None]] = {}
        self._status: Any = None

    def say(self, text: str) -> None:
        """Prints a line about what happens."""
        with self._lock:
            self._err.print(escape(text))

    def warn(self, text: str) -> None:
        """Prints a line about something that is not as it should be, but stops nothing."""
        with self._lock:
            self._err.print(f"[yellow]warning:[/yellow] {escape(text)}")

    def error(self, what: str, why: str = "", fix: str = "") -> None:
        """Prints what happened, why, and the next command."""
        with self._lock:
            self._err.print(f"[bold red]error:[/bold red] {escape(what)}")
            for line in why.splitlines():
                self._err.print(f"  {escape(line)}")
            if fix:
                self._err.print(f"[bold]try:[/bold] {escape(fix)}")

    def next(self, *commands: str) -> None:
        """Prints the commands that are useful now."""
        with self._lock:
            for command in commands:
                self._err.print(f"[dim]next:[/dim] {escape(command)}")

    def facts(self, data: Any) -> None:
        """Prints `data` as JSON on standard output."""
        sys.stdout.write(json.dumps(data, indent=2, default=str) + "\n")
        sys.stdout.flush()

    def text(self, text: str, end: str = "\n") -> None:
        """Prints text as it is on standard output."""
        sys.stdout.write(text + end)
        sys.stdout.flush()

    def table(self, columns: list[str], rows: list[list[str]]) -> None:
        """Prints a table on standard output; cells may hold no markup."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(escape(cell) for cell in row))
        self._out.print(table)

    @contextmanager
    def step(self, title: str, *, expected: float | None = None) -> Iterator[None]:
        """Shows that `title` is under way, and in the end how long it took.

        Steps may run at once in several threads.

        Args:
            title: what is being done, as in "kind cluster".
            expected: seconds it took the last time, if known.
        """
        key = id(object()) ^ threading.get_ident() ^ time.monotonic_ns()
        started = time.monotonic()
        with self._lock:
            self._live[key] = (title, started, expected)
        stop = threading.Event()
        beat = threading.Thread(target=self._beat, args=(key, stop), daemon=True)
        beat.start()
        outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            stop.set()
            beat.join()
            with self._lock:
                self._live.pop(key, None)
                self._show_live()
                seconds = time.monotonic() - started
                self.timeline.append(Step(title, time.time() - seconds, seconds, outcome))
                mark = "[green]✓[/green]" if outcome == "done" else "[red]✗[/red]"
                usual = f", last time {expected:.1f} s" if expected and expected > 2 else ""
                self._err.print(f"{mark} {escape(title)} ({seconds:.1f} s{usual})")

    def _beat(self, key: int, stop: threading.Event) -> None:
        pause = 0.2 if self._err.is_terminal else _HEARTBEAT_SECONDS
        while not stop.wait(pause):
            with self._lock:
                if self._err.is_terminal:
                    self._show_live()
                elif key in self._live:
                    self._err.print(f"… {escape(self._line(*self._live[key]))}")

    def _show_live(self) -> None:
        if not self._err.is_terminal:
            return
        if not self._live:
            if self._status:
                self._status.stop()
                self._status = None
            return
        text = " · ".join(escape(self._line(*entry)) for entry in self._live.values())
        if self._status is None:
            self._status = self._err.status(text)
            self._status.start()
        else:
            self._status.update(text)

    @staticmethod
    def _line(title: str, started: float, expected: float | None) -> str:
        elapsed = time.monotonic() - started
        return f"{title} {elapsed:.0f} s" + (f" of about {expected:.0f} s" if expected else "")


console = Console()
