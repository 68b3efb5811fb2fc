"""Waits: bounded, named, and over at once when the cause is final."""

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kubestage.errors import PartError, WaitTimeout
from kubestage.waits import wait_for, wait_for_http


def test_a_wait_gives_what_the_probe_found():
    answers = iter([None, False, "ready"])

    assert wait_for("it is ready", lambda: next(answers), seconds=5, every=0.001) == "ready"


@pytest.mark.parametrize("found", ["", 0, []])
def test_an_empty_answer_is_an_answer(found):
    assert wait_for("it answers", lambda: found, seconds=5) == found


def test_a_wait_in_vain_says_for_what_how_long_and_what_was_seen_last():
    with pytest.raises(WaitTimeout) as caught:
        wait_for("pigs fly", lambda: None, seconds=0.02, every=0.005, why=lambda: "They walk.", fix="./inv wings")

    assert caught.value.what == "Waited 0.02 s in vain until pigs fly"
    assert (caught.value.why, caught.value.fix) == ("They walk.", "./inv wings")


def test_a_probe_is_asked_at_least_once():
    assert wait_for("now", lambda: True, seconds=0)


def test_a_final_cause_ends_the_wait_at_once():
    def probe():
        raise PartError("the container is dead")

    started = time.monotonic()
    with pytest.raises(PartError, match="dead"):
        wait_for("it answers", probe, seconds=30)
    assert time.monotonic() - started < 1


@pytest.fixture
def slow_to_start():
    """A server that refuses twice and then answers."""
    answers = iter([503, 503, 200, 200])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(next(answers))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_is_ready_when_its_status_says_so(slow_to_start):
    assert wait_for_http("the server", slow_to_start, seconds=5).status_code == 200


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(slow_to_start, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert wait_for_http("the server", slow_to_start, seconds=5).ok


def test_silence_is_told_with_the_address():
    with pytest.raises(WaitTimeout) as caught:
        wait_for_http("the server", "http://127.0.0.1:9/", seconds=0.01)

    assert caught.value.what.endswith("until the server answers")
    assert caught.value.why == "http://127.0.0.1:9/: ConnectionError"


def test_a_dead_server_is_not_waited_for():
    def alive():
        raise PartError("it has died")

    with pytest.raises(PartError):
        wait_for_http("the server", "http://127.0.0.1:9/", seconds=30, alive=alive)
