"""Events are written once and reach everybody in their order; who is slow gets the last picture, not all of them."""

from __future__ import annotations

import asyncio

from portal.database import now
from portal.hub import Hub
from portal.models import Chain, Health, LogLine


def chain(sequence: int) -> Chain:
    return Chain(sequence=sequence, at=now())


def line(number: int) -> LogLine:
    return LogLine(operation=1, number=number, at=now(), text="x")


def kinds(data: bytes) -> list[str]:
    return [text.removeprefix("event: ") for text in data.decode().splitlines() if text.startswith("event: ")]


def new_hub() -> Hub:
    return Hub(lambda: [("chain", chain(0))])


def test_who_begins_gets_the_whole_and_then_what_happens():
    async def scene() -> None:
        hub = new_hub()
        stream = hub.stream(None)
        assert kinds(await anext(stream)) == ["chain"]
        hub.publish("log", line(1))
        hub.publish("log", line(2))
        assert kinds(await anext(stream)) == ["log", "log"]
        assert hub.viewers == 1
        await stream.aclose()
        assert hub.viewers == 0

    asyncio.run(scene())


def test_what_happens_while_a_slow_reader_takes_something_is_told_next():
    async def scene() -> None:
        hub = new_hub()
        stream = hub.stream(None)
        await anext(stream)
        hub.publish("log", line(1))
        await anext(stream)
        hub.publish("log", line(2))
        assert b'"number":2' in await asyncio.wait_for(anext(stream), 5)
        await stream.aclose()

    asyncio.run(scene())


def test_who_was_away_gets_what_was_missed_with_the_last_picture_alone():
    async def scene() -> None:
        hub = new_hub()
        seen = hub.publish("log", line(1))
        for sequence in range(5):
            hub.publish("chain", chain(sequence))
        hub.publish("log", line(2))
        stream = hub.stream(seen)
        missed = await anext(stream)
        assert kinds(missed) == ["chain", "log"]
        assert b'"sequence":4' in missed
        await stream.aclose()

    asyncio.run(scene())


def test_what_was_seen_in_an_earlier_life_is_answered_with_the_whole():
    async def scene() -> None:
        earlier = new_hub().publish("log", line(1)) - 10_000
        hub = new_hub()
        hub.publish("log", line(1))
        stream = hub.stream(earlier)
        assert kinds(await anext(stream)) == ["chain"]
        await stream.aclose()

    asyncio.run(scene())


def test_a_reader_who_falls_too_far_behind_gets_the_whole_again():
    async def scene() -> None:
        hub = new_hub()
        stream = hub.stream(None)
        await anext(stream)
        for number in range(3000):
            hub.publish("log", line(number + 1))
        assert kinds(await anext(stream)) == ["chain"]
        hub.publish("log", line(1))
        assert kinds(await anext(stream)) == ["log"]
        await stream.aclose()

    asyncio.run(scene())


def test_a_hundred_viewers_get_the_same_bytes():
    async def scene() -> None:
        hub = new_hub()
        streams = [hub.stream(None) for _ in range(100)]
        await asyncio.gather(*(anext(stream) for stream in streams))
        waiting = [asyncio.ensure_future(anext(stream)) for stream in streams]
        await asyncio.sleep(0)
        hub.publish("audit", Health(status="ok", viewers=1))
        got = await asyncio.gather(*waiting)
        assert len({bytes(data) for data in got}) == 1
        for stream in streams:
            await stream.aclose()

    asyncio.run(scene())


def test_who_reads_slowly_is_handed_a_piece_at_a_time_and_all_of_it():
    async def scene() -> None:
        hub = new_hub()
        seen = hub.publish("log", line(0))
        for number in range(1, 101):
            hub.publish("log", LogLine(operation=1, number=number, at=now(), text="x" * 4000))
        stream = hub.stream(seen)
        pieces: list[bytes] = []
        while sum(len(kinds(each)) for each in pieces) < 100:
            pieces.append(await asyncio.wait_for(anext(stream), 5))
        await stream.aclose()
        assert max(map(len, pieces)) < 80_000
        assert b'"number":1,' in pieces[0]
        assert b'"number":100,' in pieces[-1]

    asyncio.run(scene())
