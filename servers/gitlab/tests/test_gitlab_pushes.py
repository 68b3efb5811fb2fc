"""What becomes of pushes: git's report is read, and each is settled once."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from gitlab_light.git.journal import WHOLE, ZERO, Journal, RefChange
from gitlab_light.git.report import Report

_REPORT = b"000eunpack ok\n" + b"0014ok refs/heads/a\n" + b"001cng refs/heads/b refused\n" + b"0000"


@pytest.mark.parametrize(("parts", "said"), [(0, b""), (1, b"0017refs and their tips0000")])
def test_what_a_pusher_reads_stands_before_the_end_of_gits_report(parts, said):
    report = Report(parts)
    pieces = (_REPORT[:20], _REPORT[20:])
    packets = (
        said + b"0009\x02line" + b"".join(f"{len(one) + 5:04x}".encode() + b"\x01" + one for one in pieces) + b"0000"
    )
    passed = b"".join(report.feed(packets[place : place + 3]) for place in range(0, len(packets), 3))
    assert passed == packets[:-4]
    assert report.end("read me\n") == b"000d\x02read me\n0000"
    assert report.taken == {"refs/heads/a"}


def test_a_bare_report_tells_what_was_taken_once_it_is_whole():
    report = Report()
    assert report.feed(_REPORT[:-4]) == _REPORT[:-4]
    assert report.taken is None
    report.feed(_REPORT[-4:])
    assert report.taken == {"refs/heads/a"}


@pytest.mark.parametrize("answer", [b"000eunpack ok\n0000", b"<html>no packets</html>", b""])
def test_a_client_without_side_bands_is_told_nothing(answer):
    report = Report()
    assert report.feed(answer) + report.end("read me\n") == answer
    assert not report.taken


class TestJournal:
    """Pushes are settled once, whenever the server ends."""

    @pytest.fixture
    def refs(self):
        return {}

    @pytest.fixture
    def settled(self):
        return []

    @pytest.fixture
    def journal(self, tmp_path, refs, settled):
        return Journal(tmp_path, settled.append, lambda _, ref: refs.get(ref))

    change = RefChange(ZERO, "1" * 40, "refs/heads/a b")

    def test_a_push_by_the_api_is_settled(self, journal, settled, tmp_path):
        with journal.applying(7, 3, [self.change]):
            pass
        assert [(push.project_id, push.user_id, push.changes) for push in settled] == [(7, 3, (self.change,))]
        assert list(tmp_path.iterdir()) == []

    def test_one_that_failed_is_not(self, journal, settled, tmp_path):
        with pytest.raises(KeyError), journal.applying(7, 3, [self.change]):
            raise KeyError
        assert settled == []
        assert list(tmp_path.iterdir()) == []

    def abandon(self, tmp_path, change, end=WHOLE + "\n"):
        """Leaves a push as a server that was killed leaves it."""
        push = Journal(tmp_path, lambda _: None, lambda *_: None).begin(7, 3)
        (push.folder / "pre").write_text(f"{change.old} {change.new} {change.ref}\n{end}")
        os.close(push.lock)

    def test_of_a_push_that_git_tells_of_what_it_took_is_settled(self, journal, settled, refs, tmp_path):
        push = journal.begin(7, 3)
        refused = replace(self.change, ref="refs/heads/refused")
        lines = "".join(f"{change.old} {change.new} {change.ref}\n" for change in (self.change, refused))
        (push.folder / "pre").write_text(f"{lines}{WHOLE}\n")
        refs[refused.ref] = refused.new  # by somebody else
        journal.finish(push, frozenset({self.change.ref}))
        assert [push.changes for push in settled] == [(self.change,)]

    def test_before_git_was_let_nothing_was_applied(self, journal, settled, refs, tmp_path):
        self.abandon(tmp_path, self.change, end="")
        refs[self.change.ref] = self.change.new  # by somebody else
        journal.recover()
        assert settled == []

    @pytest.mark.parametrize("applied", [True, False])
    def test_what_may_have_been_applied_is_looked_up(self, journal, settled, refs, tmp_path, applied):
        self.abandon(tmp_path, self.change)
        if applied:
            refs[self.change.ref] = self.change.new
        assert journal.recover() == 1
        assert [push.changes for push in settled] == ([(self.change,)] if applied else [])
        assert journal.recover() == 0

    def test_what_another_push_has_set_out_from_was_applied(self, journal, settled, refs, tmp_path):
        later = replace(self.change, old=self.change.new, new="3" * 40)
        self.abandon(tmp_path, self.change)
        self.abandon(tmp_path, later)
        refs[later.ref] = later.new
        assert journal.recover() == 2
        assert {push.changes for push in settled} == {(self.change,), (later,)}

    def test_one_that_cannot_be_settled_hinders_no_other(self, tmp_path, settled):
        self.abandon(tmp_path, self.change)
        self.abandon(tmp_path, self.change)

        def settle(push):
            settled.append(push)
            if len(settled) == 1:
                raise KeyError

        journal = Journal(tmp_path, settle, lambda *_: self.change.new)
        assert journal.recover() == 1
        assert journal.recover() == 0
        assert len(settled) == 2

    def test_a_push_under_way_is_left_alone(self, tmp_path, settled):
        first = Journal(tmp_path, settled.append, lambda *_: None)
        push = first.begin(7, 3)
        assert first.recover() == 0
        # Its git is alive though the server is another one: the kernel still holds the lock.
        assert Journal(tmp_path, settled.append, lambda *_: None).recover() == 0
        assert push.folder.exists()
        first.finish(push, None)
