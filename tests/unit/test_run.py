"""Running programs: what comes back, what is raised, and what is left behind."""

import os
import time

import psutil
import pytest

from kubestage.errors import CommandFailed, MachineError
from kubestage.run import run_command, run_in_terminal


def test_output_of_both_streams_comes_back_in_one():
    result = run_command(["sh", "-c", "echo out; echo err >&2"])

    assert sorted(result.stdout.split()) == ["err", "out"]
    assert result.code == 0


def test_standard_error_can_be_kept_out_of_what_is_parsed():
    result = run_command(["sh", "-c", "echo out; echo err >&2"], separate_stderr=True)

    assert (result.stdout, result.stderr) == ("out\n", "err\n")


def test_a_failure_shows_the_command_as_it_can_be_pasted_and_the_last_lines():
    with pytest.raises(CommandFailed) as caught:
        run_command(["sh", "-c", "seq 1 100; echo 'no such thing'; exit 7"])

    assert caught.value.result.code == 7
    assert caught.value.what == "sh ended with exit code 7"
    assert "$ sh -c 'seq 1 100; echo '\"'\"'no such thing'\"'\"'; exit 7'" in caught.value.why
    assert caught.value.why.endswith("100\nno such thing")
    assert "\n50\n" not in caught.value.why


def test_a_failure_can_be_left_to_the_caller():
    assert run_command(["false"], check=False).code == 1


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(MachineError, match=r"no-such-program was not found"):
        run_command(["no-such-program"])


def test_a_folder_that_is_not_there_is_not_mistaken_for_a_missing_program(tmp_path):
    with pytest.raises(MachineError, match=r"true could not be run in .*nowhere"):
        run_command(["true"], cwd=tmp_path / "nowhere")


def test_a_file_that_may_not_be_run_is_an_error_of_the_machine(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")

    with pytest.raises(MachineError, match="plain could not be run"):
        run_command([plain])


def test_a_program_that_takes_too_long_is_ended_with_all_that_it_started():
    started = time.monotonic()

    with pytest.raises(MachineError, match="took longer than"):
        run_command(["sh", "-c", "sleep 61.5 & sleep 61.5"], timeout=0.3)

    assert time.monotonic() - started < 3
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "61.5"]]


def test_variables_are_added_to_those_of_this_process():
    result = run_command(["sh", "-c", 'echo "$ADDED $HOME"'], env={"ADDED": "here"})

    assert result.stdout == f"here {os.environ['HOME']}\n"


def test_what_the_program_reads_is_not_in_its_command_line():
    result = run_command(["cat"], stdin="secret")

    assert result.stdout == "secret"
    assert "secret" not in result.command_line


def test_a_program_that_reads_nothing_does_not_fail_for_that():
    assert run_command(["true"], stdin="x" * 1_000_000).code == 0


def test_without_input_a_program_meets_the_end_at_once():
    assert run_command(["cat"]).stdout == ""


def test_much_input_and_much_output_at_once_do_not_block():
    text = "line\n" * 200_000

    assert run_command(["cat"], stdin=text).stdout == text


def test_lines_are_told_as_they_come():
    arrivals = []
    run_command(
        ["sh", "-c", "echo one; sleep 0.3; echo two"], on_line=lambda line: arrivals.append((line, time.monotonic()))
    )

    assert [line for line, _ in arrivals] == ["one", "two"]
    assert arrivals[1][1] - arrivals[0][1] > 0.2


def test_output_is_appended_to_a_log(tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")

    run_command(["echo", "now"], log=log)

    assert log.read_text() == "before\nnow\n"


def test_output_that_is_no_utf8_is_kept_readable():
    assert run_command(["printf", r"a\377b"]).stdout == "a\ufffdb"


def test_on_the_users_terminal_only_the_exit_code_counts():
    assert run_in_terminal(["sh", "-c", "exit 5"]) == 5


def test_what_a_program_leaves_behind_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("kubestage.run._DRAIN_SECONDS", 0.2)

    result = run_command(["sh", "-c", "sleep 2.5 & echo started"])

    assert result.stdout == "started\n"
    assert result.seconds < 2
