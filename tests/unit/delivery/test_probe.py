from __future__ import annotations

import time

import pytest

from kubestage.delivery import probe as module
from kubestage.delivery.probe import Probe
from kubestage.errors import InputError
from kubestage.waits import wait_for

from .failing_server import Answering, closes, failing_server, http, in_chunks, resets, serves


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine even a refusal takes its time."""
    monkeypatch.setattr(module, "_LAST_ANSWERS_SECONDS", 5.0)


def test_it_asks_fifty_times_a_second_each_time_on_a_connection_of_its_own():
    with failing_server(serves("v1.0.0.0")) as server, Probe(server.url) as probe:
        time.sleep(1)
    report = probe.report()
    assert 45 <= report.due <= 60
    assert report.requests == len(server.requests) == report.due
    assert report.failures == 0
    assert all(request.startswith(b"GET /status HTTP/1.1\r\n") for request in server.requests)
    assert all(b"\r\nConnection: close\r\n" in request for request in server.requests)


@pytest.mark.parametrize(
    ("answering", "kind"),
    [
        (http(503, b"down"), "HTTP 503"),
        (http(200, b"<html>"), "no status"),
        (http(200, b"[1]"), "no status"),
        (http(200, b'{"demoValue": "test"}'), "no status"),
        (http(200, b'{"version": "v1"}', length=500), "cut short"),
        (closes, "closed without an answer"),
        (resets, "reset"),
        (lambda connection: connection.sendall(b"hello"), "cut short"),
    ],
    ids=["503", "html", "list", "other JSON", "short body", "closed", "reset", "no HTTP"],
)
def test_an_answer_that_is_none_is_a_failure_of_its_own_kind(answering: Answering, kind: str):
    with failing_server(answering) as server, Probe(server.url, rate=100) as probe:
        time.sleep(0.1)
    report = probe.report()
    assert report.requests > 0
    assert report.kinds == {kind: report.requests}


def test_where_nobody_listens_requests_are_refused():
    with failing_server(closes) as gone:
        pass
    with Probe(gone.url, rate=100) as probe:
        time.sleep(0.1)
    assert set(probe.report().kinds) == {"refused"}


def test_a_server_that_hangs_slows_nothing_down_and_each_request_times_out():
    with failing_server(closes) as server:
        server.answering = server.hangs
        with Probe(server.url, rate=50, timeout=0.3) as probe:
            time.sleep(0.5)
        report = probe.report()
    assert report.due >= 20
    assert report.kinds == {"timeout": report.requests}
    assert all(sample.seconds < 1 for sample in report.samples)


def test_after_a_gap_the_end_does_not_wait_for_what_hangs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_LAST_ANSWERS_SECONDS", 0.1)
    with failing_server(closes) as server:
        with Probe(server.url, timeout=60) as probe:
            wait_for("a request failed", lambda: probe.report().failures > 0, seconds=10, every=0.01)
            server.answering = server.hangs
            time.sleep(0.2)
            ended = time.monotonic()
        took = time.monotonic() - ended
        report = probe.report()
    assert took < 10
    assert set(report.kinds) == {"closed without an answer", "unanswered"}
    assert report.requests == report.due


def test_without_a_gap_the_end_waits_for_each_answer_since_any_may_be_the_lost_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_LAST_ANSWERS_SECONDS", 0.0)
    with failing_server(closes) as server:
        server.answering = server.hangs
        with Probe(server.url, timeout=0.5) as probe:
            time.sleep(0.2)
    assert set(probe.report().kinds) == {"timeout"}


def test_an_outage_is_the_longest_silence_and_a_version_begins_where_it_answers_first():
    with failing_server(serves("v1", "a")) as server, Probe(server.url) as probe:
        time.sleep(0.4)
        probe.mark("down")
        began = time.monotonic()
        server.answering = closes
        time.sleep(0.6)
        server.answering = serves("v2", "b")
        down = time.monotonic() - began
        time.sleep(0.4)
    report = probe.report()
    assert set(report.kinds) == {"closed without an answer"}
    assert 0.5 < report.silence.seconds < down + 0.6
    assert report.silence.start == pytest.approx(report.marks[0].at, abs=0.2)
    assert [segment.versions for segment in report.segments] == [("v1",), (), ("v2",)]
    assert list(report.replicas) == ["a", "b"]


def test_an_answer_in_chunks_is_read():
    with failing_server(in_chunks("v3")) as server, Probe(server.url) as probe:
        time.sleep(0.1)
    assert [segment.versions for segment in probe.report().segments] == [("v3",)]


def test_requests_that_are_much_too_late_are_not_sent_in_a_bunch(monkeypatch: pytest.MonkeyPatch):
    # The asking itself is held up, as a machine without a free core would hold it up.
    ask = Probe._ask

    async def slowly(self: Probe, at: float) -> None:
        if at == 0.1:
            time.sleep(1)
        await ask(self, at)

    monkeypatch.setattr(Probe, "_ask", slowly)
    with failing_server(serves("v1")) as server, Probe(server.url) as probe:
        time.sleep(1.5)
    report = probe.report()
    assert report.due - report.requests >= 20
    assert not report.kept_pace
    assert "COULD NOT KEEP ITS PACE" in str(report.table())


def test_it_reports_while_it_runs():
    with failing_server(serves("v1")) as server, Probe(server.url) as probe:
        time.sleep(0.2)
        before = probe.report()
        time.sleep(0.2)
    assert 0 < before.requests < probe.report().requests


def test_what_fails_under_the_probe_ends_it_and_passes_through():
    with failing_server(serves("v1")) as server:
        probe = Probe(server.url)
        with pytest.raises(ZeroDivisionError), probe:
            raise ZeroDivisionError
        asked = len(server.requests)
        time.sleep(0.1)
        assert len(server.requests) == asked


def test_an_address_without_a_host_is_refused():
    with pytest.raises(InputError, match="cannot be asked"), Probe("http://nowhere.invalid:1"):
        pass
