import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kubestage.errors import CommandFailed, MachineError
from kubestage.settings import Settings
from kubestage.supply import Supply
from kubestage.supply import space as space_module
from tests.unit.supply.recipes import Published, artefact, named


@pytest.fixture
def settings(tmp_path):
    return Settings(cache=tmp_path / "cache", source="build")


def supply(settings, *artefacts):
    return Supply(settings, artefacts=named(*artefacts))


def test_a_tool_is_made_once_and_then_taken_from_the_cache(settings):
    tool = artefact("tool", "mkdir bin && echo made > bin/tool")

    assert supply(settings, tool).tool("tool").read_text() == "made\n"
    assert supply(settings, tool).ensure(["tool"]) == []


def test_an_input_is_made_first_and_its_folder_handed_over(settings):
    part = artefact("part", "sleep 0.2; echo part > file")
    whole = artefact("whole", 'cat "$PART/file" > file', inputs=("part",))

    made = supply(settings, whole, part).ensure(["whole"])

    assert [each.name for each in made] == ["part", "whole"]
    assert (supply(settings, whole, part).folder("whole") / "file").read_text() == "part\n"


def test_inputs_of_what_is_there_are_not_made_again(settings):
    part, whole = artefact("part"), artefact("whole", inputs=("part",))
    ours = supply(settings, part, whole)
    ours.ensure(["whole"])
    for file in ours.folder("part").rglob("*"):
        file.unlink()

    assert ours.ensure(["whole"]) == []


def test_independent_artefacts_are_made_at_once(settings):
    slow = [artefact(f"slow-{number}", "sleep 0.6; true") for number in range(2)]
    started = time.monotonic()

    supply(settings, *slow).ensure([each.name for each in slow])

    assert time.monotonic() - started < 1.1


def test_two_threads_make_one_artefact_once(settings, tmp_path):
    tool = artefact("tool", f"echo x >> {tmp_path}/made; sleep 0.3")
    barrier = threading.Barrier(2)

    def ensure():
        barrier.wait()
        return supply(settings, tool).ensure(["tool"])

    with ThreadPoolExecutor() as pool:
        results = [future.result() for future in [pool.submit(ensure), pool.submit(ensure)]]

    assert (tmp_path / "made").read_text() == "x\n"
    assert sorted(len(result) for result in results) == [0, 1]


class TestFailure:
    tool = artefact("tool", "for n in $(seq 40); do echo line $n; done; echo cannot find the compiler >&2; exit 3")

    def test_names_the_command_its_last_lines_and_the_log(self, settings):
        with pytest.raises(CommandFailed) as caught:
            supply(settings, self.tool).ensure(["tool"])

        error = caught.value
        assert error.what == "tool could not be made: sh ended with exit code 3"
        assert error.why.startswith("$ sh -ec ")
        assert error.why.endswith("line 40\ncannot find the compiler")
        assert "line 12\n" not in error.why
        log = settings.cache / "logs" / "tool.log"
        assert error.fix == f"less {log}"
        assert "line 1\n" in log.read_text()

    def test_leaves_nothing_but_the_log(self, settings):
        with pytest.raises(CommandFailed):
            supply(settings, self.tool).ensure(["tool"])

        assert list((settings.cache / "artifacts" / "tool").iterdir()) == []

    def test_lets_others_under_way_finish_and_starts_no_more(self, settings):
        other = artefact("other", "sleep 0.3; echo made > file")
        after = artefact("after", "true", inputs=("other",))

        with pytest.raises(CommandFailed):
            supply(settings, self.tool, other, after).ensure(["tool", "after"])

        assert supply(settings, self.tool, other).ensure(["other"]) == []
        assert not (settings.cache / "artifacts" / "after").exists()


def test_a_damaged_entry_is_made_again(settings, capsys):
    tool = artefact("tool", "echo good > file")
    file = supply(settings, tool).folder("tool") / "file"
    file.write_text("evil")

    assert [made.name for made in supply(settings, tool).ensure(["tool"])] == ["tool"]
    assert file.read_text() == "good\n"
    assert "is damaged (file:" in capsys.readouterr().err


def test_too_little_room_is_said_before_anything_is_made(settings, monkeypatch):
    monkeypatch.setattr(space_module.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10_000_000})())

    with pytest.raises(MachineError, match="need about 50 MB, 10 MB are free"):
        supply(settings, artefact("tool")).ensure(["tool"])

    assert not (settings.cache / "artifacts").exists()


def test_what_came_from_where_is_said(settings, capsys):
    mine, theirs = artefact("mine"), artefact("theirs", pull=Published())
    Supply(settings.model_copy(update={"source": "pull"}), artefacts=named(mine, theirs)).ensure(["mine", "theirs"])

    said = capsys.readouterr().err
    assert "built here: mine 1" in said
    assert "pulled from their publishers: theirs 1" in said


def test_durations_are_kept_and_shown_as_expected_time(settings, capsys):
    ours = supply(settings, artefact("tool", "sleep 2.1"))
    ours.ensure(["tool"])
    (row,) = ours.durations.table()

    assert (row.origin, row.name) == ("build", "tool")
    assert 2.1 <= row.command_seconds <= row.seconds

    changed = supply(settings, artefact("tool", "true"))
    changed.ensure(["tool"])
    assert "last time 2." in capsys.readouterr().err


def test_status_lists_everything(settings):
    ours = supply(settings, artefact("tool", "echo made > file"), artefact("other"))
    ours.ensure(["tool"])

    tool, other = ours.status()

    assert (tool["name"], tool["present"], tool["source"], tool["bytes"]) == ("tool", True, "build", 5)
    assert (other["name"], other["present"], other["seconds"]) == ("other", False, None)


def test_the_newest_superseded_entries_stay_and_older_ones_go(settings):
    for version in "12345":
        supply(settings, artefact("tool", version=version)).ensure(["tool"])

    kept = (settings.cache / "artifacts" / "tool").iterdir()
    assert sorted(json.loads((path / ".entry.json").read_text())["version"] for path in kept) == ["3", "4", "5"]
