import json
import os

import pytest

from kubestage.supply.store import Entry, Store


def filled(text="content"):
    def fill(folder):
        (folder / "bin").mkdir()
        (folder / "bin" / "tool").write_text(text)
        (folder / "link").symlink_to("bin/tool")
        return Entry("build", "1", 2.0, 1.0)

    return fill


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


@pytest.fixture
def entry(store):
    folder = store.folder("artifacts", "tool", "key")
    store.make(folder, filled())
    return folder


def test_an_entry_knows_where_it_came_from_and_what_it_holds(store, entry):
    found = store.read(entry)

    assert found is not None
    assert (found.source, found.version, found.seconds, found.bytes) == ("build", "1", 2.0, len("content"))
    assert set(found.files) == {"bin/tool", "link"}


def test_what_was_never_made_is_no_entry(store):
    assert store.read(store.folder("artifacts", "tool", "other")) is None


def test_a_making_that_fails_leaves_nothing(store):
    folder = store.folder("artifacts", "tool", "key")

    def fail(partial):
        (partial / "half").write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.make(folder, fail)

    assert store.read(folder) is None
    assert list(folder.parent.iterdir()) == []


def test_what_a_killed_process_left_is_not_an_entry_and_goes_with_the_next_making(store):
    folder = store.folder("artifacts", "tool", "key")
    for name in (".key.partial", ".key.scratch", ".older.partial"):
        left = folder.with_name(name)
        left.mkdir(parents=True)
        (left / "half").write_text("half")

    assert store.read(folder) is None
    store.make(folder, filled())

    assert store.read(folder) is not None
    assert [path.name for path in folder.parent.iterdir()] == ["key"]


class TestDamage:
    @pytest.mark.parametrize(
        ("spoil", "fault"),
        [
            (lambda path: path.write_text("other"), "5 bytes instead of 7"),
            (lambda path: path.write_text("c0ntent"), "wrong checksum"),
            (lambda path: path.unlink(), "missing"),
        ],
    )
    def test_of_a_file_is_noticed_and_said(self, store, entry, spoil, fault, capsys):
        spoil(entry / "bin" / "tool")

        assert store.read(entry) is None
        said = capsys.readouterr().err
        assert f"is damaged (bin/tool: {fault}); it will be made again" in said

    def test_of_a_link_is_noticed(self, store, entry):
        (entry / "link").unlink()
        (entry / "link").symlink_to("elsewhere")

        assert store.read(entry) is None

    def test_of_the_manifest_is_noticed(self, store, entry, capsys):
        (entry / ".entry.json").write_text('{"source": "build"')

        assert store.read(entry) is None
        assert "damaged manifest" in capsys.readouterr().err

    def test_that_leaves_size_and_time_alone_is_found_by_the_thorough_look(self, store, entry):
        tool = entry / "bin" / "tool"
        facts = tool.stat()
        tool.write_text("c0ntent")
        os.utime(tool, ns=(facts.st_atime_ns, facts.st_mtime_ns))

        assert store.read(entry) is not None
        assert store.read(entry, thorough=True) is None

    def test_is_mended_by_making_the_entry_again(self, store, entry):
        (entry / "bin" / "tool").write_text("other")
        store.make(entry, filled())

        assert store.read(entry, thorough=True) is not None


def test_a_file_that_was_only_touched_is_still_good(store, entry):
    os.utime(entry / "bin" / "tool")

    assert store.read(entry) is not None


def test_the_manifest_can_be_read_by_people(entry):
    assert json.loads((entry / ".entry.json").read_text())["version"] == "1"
