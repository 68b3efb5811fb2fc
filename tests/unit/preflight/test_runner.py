"""Running the checks: who is asked, what is mended, and what remains to be told."""

import pytest

from kubestage.errors import MachineError
from kubestage.preflight import runner
from kubestage.preflight.check import Check, Fix, fine, problem, warning
from kubestage.preflight.runner import doctor, run_preflight, undo_fixes
from kubestage.settings import Settings


class Part:
    """Something that is broken until it is mended."""

    def __init__(self, *, mendable=True, mends=True, severity=problem, error=None):
        self.well = False
        self.mended = 0
        self._mends = mends
        self._severity = severity
        self._error = error
        self._mendable = mendable

    def ask(self):
        fix = Fix("mend the part", ("mend --part",), self._run if self._mendable else None)
        return fine("as new") if self.well else self._severity("It is broken.", fix)

    def _run(self):
        self.mended += 1
        if self._error:
            raise self._error
        self.well = self._mends


def check(part, name="part", needs=()):
    return Check(name, f"the {name} works", part.ask, needs)


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def terminal(monkeypatch):
    """A terminal at which somebody gives the answers listed."""
    answers = []
    monkeypatch.setattr(runner.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(runner.sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(runner.Confirm, "ask", lambda *_args, **_options: answers.pop(0))
    return answers


def test_a_machine_that_is_ready_is_left_alone(settings, capsys):
    part = Part()
    part.well = True

    run_preflight(settings, fix="yes", checks=[check(part)])

    assert part.mended == 0
    assert capsys.readouterr().err == ""


def test_yes_mends_without_asking_and_asks_the_check_again(settings, capsys):
    part = Part()

    findings = run_preflight(settings, fix="yes", checks=[check(part)])

    assert (part.mended, findings[0].state) == (1, "ok")
    assert "✓ mend the part" in capsys.readouterr().err


@pytest.mark.parametrize("fix", ["no", "ask"])
def test_without_a_terminal_nothing_is_changed_and_the_commands_are_told(settings, fix):
    part = Part()

    with pytest.raises(MachineError) as caught:
        run_preflight(settings, fix=fix, checks=[check(part)])

    assert part.mended == 0
    assert caught.value.exit_code == 3
    assert caught.value.what == "This machine is not ready"
    assert caught.value.why == "the part works: no\n  It is broken.\n  to do: mend the part"
    assert caught.value.fix == "./inv up --yes   # or by hand:\n     mend --part"


def test_on_a_terminal_the_user_decides(settings, terminal):
    wanted, unwanted = Part(), Part()
    terminal += [True, False]

    with pytest.raises(MachineError) as caught:
        run_preflight(settings, checks=[check(wanted, "heart"), check(unwanted, "tail")])

    assert (wanted.mended, unwanted.mended) == (1, 0)
    assert "the tail works: no" in caught.value.why
    assert "heart" not in caught.value.why


def test_what_only_the_user_can_mend_is_not_asked_about(settings, terminal):
    with pytest.raises(MachineError) as caught:
        run_preflight(settings, checks=[check(Part(mendable=False))])

    assert caught.value.fix == "mend --part"


def test_all_problems_are_told_at_once(settings):
    with pytest.raises(MachineError) as caught:
        run_preflight(settings, fix="no", checks=[check(Part(), "heart"), check(Part(mendable=False), "tail")])

    assert "the heart works: no" in caught.value.why
    assert "the tail works: no" in caught.value.why


def test_a_check_that_needs_a_failed_one_is_not_asked(settings):
    def explode():
        raise AssertionError("asked")

    after = Check("after", "it beats", explode, ("heart",))
    findings = doctor(settings, [check(Part(), "heart"), after])

    assert [finding.state for finding in findings] == ["problem", "not checked"]


def test_after_a_fix_the_checks_that_need_it_are_asked(settings):
    heart, tail = Part(), Part()

    run_preflight(settings, fix="yes", checks=[check(heart, "heart"), check(tail, "tail", ("heart",))])

    assert tail.well


def test_a_warning_stops_nothing_and_is_told(settings, capsys):
    findings = run_preflight(settings, fix="no", checks=[check(Part(severity=warning))])

    assert findings[0].state == "warning"
    err = capsys.readouterr().err
    assert "warning: the part works: no. It is broken." in err
    assert "next: mend --part" in err


def test_a_warnings_fix_that_fails_stops_nothing(settings):
    part = Part(severity=warning, error=MachineError("not allowed"))

    assert run_preflight(settings, fix="yes", checks=[check(part)])[0].state == "warning"


def test_a_fix_that_fails_is_told_with_its_cause(settings):
    part = Part(error=MachineError("apt-get ended with exit code 100", why="404 Not Found"))

    with pytest.raises(MachineError) as caught:
        run_preflight(settings, fix="yes", checks=[check(part)])

    assert caught.value.what == "Mend the part: that did not work"
    assert caught.value.why == "apt-get ended with exit code 100\n404 Not Found"
    assert caught.value.fix == "mend --part"


def test_a_fix_that_mends_nothing_is_not_repeated_without_end(settings):
    part = Part(mends=False)

    with pytest.raises(MachineError, match="not ready"):
        run_preflight(settings, fix="yes", checks=[check(part)])

    assert part.mended == 1


def test_the_doctor_changes_nothing_and_tells_all_as_plain_data(settings):
    part = Part()
    records = [finding.record() for finding in doctor(settings, [check(part)])]

    assert part.mended == 0
    assert records == [
        {
            "name": "part",
            "what": "the part works",
            "state": "problem",
            "detail": "It is broken.",
            "fix": "mend the part",
            "commands": ["mend --part"],
            "automatic": True,
        }
    ]


def test_fixes_are_undone_last_one_first(settings):
    undone = []
    checks = [Check(name, name, fine, undo=lambda name=name: undone.append(name)) for name in ("first", "second")]

    undo_fixes(settings, [*checks, Check("third", "third", fine)])

    assert undone == ["second", "first"]


def test_the_real_checks_have_names_of_their_own_and_needs_that_come_before(settings):
    seen = set()
    for each in runner.all_checks(settings):
        assert each.name not in seen
        assert seen.issuperset(each.needs), each.name
        seen.add(each.name)
