import threading
import time

import pytest

from kubestage.delivery.service import Served, ask, wait_until_current, wait_until_served
from kubestage.errors import WaitTimeout

from .answers import Answer, serving
from .failing_server import closes, failing_server, serves

V1 = '{"demoValue": "test", "version": "v1.0.0.0", "pod": "p"}'
V2 = '{"demoValue": "test", "version": "v2.0.0.0", "pod": "p"}'


def test_status_tells_version_environment_and_pod():
    with serving({"GET /status": [Answer(V1)]}) as server:
        assert ask(server.url) == Served("v1.0.0.0", "test", "p")


@pytest.mark.parametrize("answer", [Answer("<html>", 200), Answer(V1, 503), Answer("{}", 200)])
def test_an_answer_that_is_no_status_counts_as_none(answer: Answer):
    with serving({"GET /status": [answer]}) as server:
        assert ask(server.url) is None


def test_the_wait_passes_over_what_was_served_before():
    with serving({"GET /status": [Answer("", 503), Answer(V1), Answer(V2)]}) as server:
        assert wait_until_served(server.url, "v2.0.0.0").version == "v2.0.0.0"


def test_who_delivers_meanwhile_may_change_what_is_waited_for():
    wanted = iter(["v1.0.0.0", "v1.0.0.0"])
    with serving({"GET /status": [Answer("", 503), Answer(V1), Answer(V2)]}) as server:
        assert wait_until_current(server.url, lambda: next(wanted, "v2.0.0.0")).version == "v1.0.0.0"
        assert wait_until_current(server.url, lambda: next(wanted, "v2.0.0.0")).version == "v2.0.0.0"


def test_a_connection_that_hangs_is_soon_given_up_for_a_new_one():
    with failing_server(closes) as server:
        server.answering = server.hangs
        threading.Timer(0.2, setattr, (server, "answering", serves("v2.0.0.0"))).start()
        started = time.monotonic()
        assert wait_until_served(server.url, "v2.0.0.0").version == "v2.0.0.0"
        assert time.monotonic() - started < 1.9, "the first connection was waited for"


def test_the_wait_ends_and_tells_what_was_served_last():
    with serving({"GET /status": [Answer(V1)]}) as server, pytest.raises(WaitTimeout) as caught:
        wait_until_served(server.url, "v2.0.0.0", seconds=0.3)
    assert "says v1.0.0.0" in caught.value.why
