"""An operation while it runs: its log, and which of its steps were taken, so that a restart takes none twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from portal.errors import PartDown, PartRefused, PortalError
from portal.models.actions import Operation
from portal.operations import Operations


class Interrupted(PortalError):
    """The portal ended while a request was under way, so nobody knows whether it arrived."""

    def __init__(self, step: str) -> None:
        super().__init__(
            "interrupted",
            f"The portal ended while it was about to {step}",
            why="Whether the request arrived is not known, and it is not sent twice.",
            fix="look at the picture; do it again if it was not done",
        )


class Task:
    """One running operation."""

    def __init__(self, operation: Operation, operations: Operations) -> None:
        self.id = operation.id
        self.parameters = operation.parameters
        self._operations = operations
        self._progress = operations.progress(operation.id)

    def log(self, text: str) -> None:
        """Adds lines to the operation's log."""
        self._operations.log(self.id, text)

    def log_read(self, text: str, position: int) -> None:
        """Adds lines that were read elsewhere, and keeps up to where: a next life repeats none and misses none."""
        self._progress["read"] = position
        self._operations.log(self.id, text, self._progress)

    def link(self, link: str) -> None:
        """Tells the page of what was started."""
        if self._operations.get(self.id).link != link:
            self._operations.change(self.id, link=link)

    def note(self, name: str, value: Any) -> None:
        """Keeps a value for a next life."""
        self._progress[name] = value
        self._operations.keep_progress(self.id, self._progress)

    def noted(self, name: str, default: Any) -> Any:
        """A kept value."""
        return self._progress.get(name, default)

    def brought(self, revision: int) -> None:
        """Notes the revision that came of it."""
        self._operations.brought(self.id, revision)

    async def once(
        self,
        step: str,
        send: Callable[[], Awaitable[Any]],
        *,
        repeatable: bool = False,
        find: Callable[[], Awaitable[Any]] | None = None,
    ) -> Any:
        """Sends a request once over all lives of the portal; what it was answered.

        Args:
            step: the step's name, which goes on after "about to".
            send: sends the request; its answer must fit into JSON.
            repeatable: it may be sent again where nobody knows whether it arrived.
            find: looks for the answer in what came of a request that an earlier life had under way; 0 for nothing.

        Raises:
            Interrupted: an earlier life ended while it was under way, and nothing that came of it is found.
        """
        state = self._progress.get(step)
        if state is not None and state["sent"]:
            return state["answer"]
        if state is not None and not repeatable:
            answer = await find() if find else 0
            if not answer:
                raise Interrupted(step)
            self.note(step, {"sent": True, "answer": answer})
            return answer
        self.note(step, {"sent": False})
        try:
            answer = await send()
        except PartRefused:
            self._forget(step)
            raise
        except PartDown as error:
            if not error.sent:
                self._forget(step)
            raise
        self.note(step, {"sent": True, "answer": answer})
        return answer

    def _forget(self, step: str) -> None:
        self._progress.pop(step, None)
        self._operations.keep_progress(self.id, self._progress)
