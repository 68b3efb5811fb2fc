"""The console: facts on standard output, everything for people on standard error."""

import json
import threading

import pytest

from kubestage.console import Console


@pytest.fixture
def console(monkeypatch):
    """A console without a terminal, wide enough for no line to break."""
    monkeypatch.setenv("COLUMNS", "200")
    return Console()


def test_facts_are_the_only_thing_on_standard_output(console, capsys):
    console.say("working")
    console.warn("odd")
    console.error("No registry", why="It is stopped.", fix="./inv up")
    console.next("./inv status")
    console.facts({"healthy": True})
    out, err = capsys.readouterr()

    assert json.loads(out) == {"healthy": True}
    for text in (
        "working",
        "warning: odd",
        "error: No registry",
        "  It is stopped.",
        "try: ./inv up",
        "next: ./inv status",
    ):
        assert text in err


def test_square_brackets_are_text_and_not_markup(console, capsys):
    console.say("[bold]list[0][/bold]")
    console.table(["name"], [["[red]x[/red]"]])
    out, err = capsys.readouterr()

    assert "[bold]list[0][/bold]" in err
    assert "[red]x[/red]" in out


def test_a_table_in_a_pipe_keeps_each_row_whole(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    address = "http://localhost:8080/" + "x" * 300
    Console().table(["part", "address"], [["jenkins", address]])
    lines = capsys.readouterr().out.splitlines()

    assert lines[1].split() == ["jenkins", address]


def test_a_step_tells_how_long_it_took_and_usually_takes(console, capsys):
    with console.step("kind cluster", expected=12):
        pass
    err = capsys.readouterr().err

    assert "✓ kind cluster (0.0 s, last time 12.0 s)" in err


def test_a_step_that_fails_is_marked_and_the_error_goes_on(console, capsys):
    with pytest.raises(ValueError, match="no"), console.step("kind cluster"):
        raise ValueError("no")

    assert "✗ kind cluster" in capsys.readouterr().err
    assert [(step.title, step.outcome) for step in console.timeline] == [("kind cluster", "failed")]


def test_steps_in_several_threads_each_get_their_line(console, capsys):
    gate = threading.Barrier(3)

    def work(title):
        with console.step(title):
            gate.wait(5)

    threads = [threading.Thread(target=work, args=(f"part {number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(line[:8] for line in capsys.readouterr().err.splitlines()) == ["✓ part 0", "✓ part 1", "✓ part 2"]


def test_a_long_step_gives_a_sign_of_life_in_a_log(console, capsys, monkeypatch):
    monkeypatch.setattr("kubestage.console._HEARTBEAT_SECONDS", 0.02)
    gate = threading.Event()

    with console.step("Kubernetes", expected=90):
        gate.wait(0.1)

    assert "… Kubernetes 0 s of about 90 s" in capsys.readouterr().err
