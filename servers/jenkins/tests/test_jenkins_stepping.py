"""What a build's steps answer, in which order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jenkins_light.engine.journal import Journal
from jenkins_light.engine.stepping import Stepping
from jenkins_light.steps.inputs import Question
from jenkins_light.steps.registry import BLOCK_STEPS, Interrupted


class SlowJournal(Journal):
    """Is held up between the note of the first call and its return, as a thread may be at any moment."""

    def note(self, call: int, **what: Any) -> bool:
        kept = super().note(call, **what)
        if call == 1:
            time.sleep(0.3)
        return kept


def test_branches_are_answered_in_the_order_in_which_the_journal_has_it(tmp_path: Path) -> None:
    """A runner that takes the build up is told the journal's order, and must come by it to the same turns."""
    told: list[int] = []
    journal = SlowJournal(tmp_path)
    controller = SimpleNamespace(runner=SimpleNamespace(send=lambda message: told.append(message["call"])))
    run: Any = SimpleNamespace(journal=journal, controller=controller, id="job#1", build=SimpleNamespace(building=True))
    stepping = Stepping(run)
    calls: list[Any] = [SimpleNamespace(id=number, afterwards=[]) for number in (1, 2)]
    threads = [threading.Thread(target=stepping._answer, args=(call, {"value": 0})) for call in calls]

    for thread in threads:
        thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join()

    assert told == list(journal.calls)


def test_what_a_step_gets_when_its_build_has_just_ended_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[str] = []

    @contextmanager
    def node(_call: Any) -> Iterator[dict[str, str]]:
        held.append("executor")
        stepping.close("The build ended")
        yield {}
        held.remove("executor")

    monkeypatch.setitem(BLOCK_STEPS, "node", node)
    stepping = Stepping(SimpleNamespace(journal=Journal(tmp_path), id="job#1"))  # type: ignore[arg-type]
    call: Any = SimpleNamespace(id=1, name="node", block=None)
    with pytest.raises(Interrupted):
        stepping._open(call)
    assert held == []


def test_of_two_who_answer_an_input_the_first_decides() -> None:
    question = Question("Ship", "Ship it?", "Yes", [])
    assert question.answer("anna", True, {})
    assert not question.answer("ben", False, {})
    assert (question.by, question.proceed) == ("anna", True)
