"""The built-in node's executors and the workspaces that its builds work in."""

import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jenkins_light.model.builds import Build

NODE_NAME = "built-in"
LABELS = frozenset({"built-in", "master"})
_BUSY = "Waiting for next available executor"
_POLL_SECONDS = 0.2
#: How long a block waits for a busy executor before it says so (ExecutorStepExecution).
_TOLD_SECONDS = 15.0


def label_matches(expression: str) -> bool:
    """Whether the built-in node has what a label expression (``a && (b || !c)``) asks for; none asks for nothing."""
    if not expression.strip():
        return True
    tokens = re.findall(r"\"[^\"]+\"|&&|\|\||[!()]|[^\s!()&|]+", expression)
    python = {"&&": " and ", "||": " or ", "!": " not ", "(": "(", ")": ")"}
    try:
        # Only the words and/or/not, brackets, True and False can be in it.
        return bool(eval("".join(python.get(t, str(t.strip('"') in LABELS)) for t in tokens), {}))  # noqa: S307
    except SyntaxError:
        return False


@dataclass(frozen=True)
class _Work:
    """What an executor does: a ``node`` block of a build, and the categories that ``throttle`` puts it in."""

    build: "Build"
    categories: tuple[str, ...]


@dataclass(eq=False)
class _Ticket:
    """A ``node`` block that waits; ``hindered`` says what holds it back although an executor may be free."""

    hindered: Callable[[], str | None]


class Executors:
    """Slots that ``node`` blocks hold; of those that nothing else holds back, whoever waits longest is next."""

    def __init__(self, count: int) -> None:
        self._condition = threading.Condition()
        self._slots: list[_Work | None] = [None] * count
        self._count = count
        self._offline: str | None = None
        self._waiting: deque[_Ticket] = deque()

    @property
    def slots(self) -> "list[Build | None]":
        """What each executor works on."""
        return [None if work is None else work.build for work in self._slots]

    def in_category(self, name: str) -> int:
        """How many executors work on what ``throttle`` put in this category."""
        return sum(work is not None and name in work.categories for work in self._slots)

    @property
    def offline(self) -> str | None:
        """Why no executor takes new work, or None while they do."""
        return self._offline

    def set_offline(self, why: str | None) -> None:
        """Take no new work, or do again (None); what runs goes on."""
        with self._condition:
            self._offline = why
            self._condition.notify_all()

    def resize(self, count: int) -> None:
        """Have this many executors; those that are busy end with their work."""
        with self._condition:
            self._count = count
            self._slots += [None] * (count - len(self._slots))
            self._trim()
            self._condition.notify_all()

    def take_back(self, build: "Build", number: int, categories: tuple[str, ...] = ()) -> int:
        """Give a build that a restart interrupted its executor again, one more than there are if need be."""
        with self._condition:
            while number >= len(self._slots) or self._slots[number] is not None:
                number = len(self._slots)
                self._slots.append(None)
            self._slots[number] = _Work(build, categories)
            return number

    def acquire(
        self,
        build: "Build",
        cancelled: Callable[[], bool],
        waiting: Callable[[str], None],
        categories: tuple[str, ...] = (),
        hindered: Callable[[], str | None] = lambda: None,
    ) -> int | None:
        """Wait for an executor and return its number, or None when ``cancelled`` became true first.

        ``waiting`` is called once with the reason when there is none at hand, or when ``hindered`` gives one.
        """
        ticket = _Ticket(hindered)
        told, began = False, time.monotonic()
        with self._condition:
            self._waiting.append(ticket)
            try:
                while (why := self._hindrance(ticket)) is not None:
                    if cancelled():
                        return None
                    if not told and time.monotonic() - began >= (_TOLD_SECONDS if why == _BUSY else _POLL_SECONDS):
                        told = True
                        waiting(why)
                    self._condition.wait(_POLL_SECONDS)
                number = self._slots.index(None)
                self._slots[number] = _Work(build, categories)
                return number
            finally:
                self._waiting.remove(ticket)
                self._condition.notify_all()

    def release(self, number: int) -> None:
        """Give an executor back."""
        with self._condition:
            self._slots[number] = None
            self._trim()
            self._condition.notify_all()

    def _hindrance(self, ticket: _Ticket) -> str | None:
        """Why it is not this one's turn, or None."""
        if (why := ticket.hindered()) is not None:
            return why
        free = self._offline is None and None in self._slots[: self._count]
        ahead = takewhile(lambda waiting: waiting is not ticket, self._waiting)
        if free and all(waiting.hindered() is not None for waiting in ahead):
            return None
        return _BUSY

    def _trim(self) -> None:
        while len(self._slots) > self._count and self._slots[-1] is None:
            self._slots.pop()


class Workspaces:
    """Folders that builds work in: a job's own, or ``name@2`` and so on while that is in use."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._in_use: set[Path] = set()

    def acquire(self, job: str) -> Path:
        """A folder for this job that nobody else has, made if need be."""
        with self._lock:
            number = 1
            while (path := self._named(job, number)) in self._in_use:
                number += 1
            self._in_use.add(path)
        return self._made(path)

    def take_back(self, path: Path) -> Path:
        """Give a build that a restart interrupted its folder again."""
        with self._lock:
            self._in_use.add(path)
        return self._made(path)

    def release(self, path: Path) -> None:
        """Others may have it now."""
        with self._lock:
            self._in_use.discard(path)

    def of(self, job: str) -> Path:
        """The job's first workspace."""
        return self._named(job, 1)

    def _made(self, path: Path) -> Path:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError:
            self.release(path)
            raise
        return path

    def _named(self, job: str, number: int) -> Path:
        return self._root / (job if number == 1 else f"{job}@{number}")
