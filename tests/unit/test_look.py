"""What the servers' pages share: times as people read them, and the assets."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "servers" / "look"))

import light_look
from light_look import times

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(("then", "words"), [
    ("2026-11-22T20:00:00Z", "just now"), ("2026-11-22T19:59:18+00:00", "42 s ago"),
    ("2026-11-22T19:55:00", "5 min ago"),
    ("2026-11-22T21:00:00+02:00", "1 h ago"), ("2026-11-19T20:00:00Z", "3 d ago"), ("2024-01-01T00:00:00Z", "2 y ago"),
])  # fmt: skip
def test_how_long_ago(then, words):
    assert times.ago(then, NOW) == words


@pytest.mark.parametrize(("milliseconds", "words"), [
    (35, "35 ms"), (4_200, "4.2 s"), (72_000, "1 min 12 s"), (7_500_000, "2 h 5 min"),
])  # fmt: skip
def test_how_long_it_lasted(milliseconds, words):
    assert times.lasted(milliseconds) == words


def test_milliseconds_and_texts_are_the_same_moment():
    assert times.exact(1_763_841_600_000) == times.exact("2025-11-22T21:00:00+01:00") == "2025-11-22 20:00:00 UTC"


def test_only_its_own_files_are_assets():
    assert light_look.asset("look.css")[1] == "text/css"
    assert light_look.asset("../README.md") is None


@pytest.mark.parametrize("server", ["gitlab", "jenkins", "portal"])
def test_both_servers_have_the_same_look(server):
    linked = Path(__file__).resolve().parents[2] / "servers" / server / "light_look"
    assert (linked / "look.css").samefile(light_look.STYLE)
