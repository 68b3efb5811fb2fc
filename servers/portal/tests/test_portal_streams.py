"""Streams of events are counted, so that nobody takes all the connections that there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from portal.access.streams import Streams
from portal.errors import Refusal
from portal.models import Session

ALICE, BOB = Session(user="alice", role="viewer"), Session(user="bob", role="operator")


async def endless() -> AsyncGenerator[bytes, None]:
    while True:
        yield b""


def refused(streams: Streams, session: Session) -> int:
    try:
        streams.admit(session)
    except Refusal as refusal:
        return refusal.status
    return 0


def test_one_account_has_so_many_streams_and_others_are_not_concerned():
    async def scene() -> None:
        streams = Streams(most_of_one=2, most=10)
        opened = [streams.counted(ALICE, endless()) for _ in range(2)]
        for stream in opened:
            await anext(stream)
        assert (refused(streams, ALICE), refused(streams, BOB)) == (429, 0)
        await opened[0].aclose()
        assert refused(streams, ALICE) == 0
        await opened[1].aclose()

    asyncio.run(scene())


def test_an_audience_shares_a_name_and_no_limit():
    async def scene() -> None:
        streams = Streams(most_of_one=1, most=2)
        hall = [Session(user="audience", role="viewer", csrf=str(seat)) for seat in range(3)]
        opened = [streams.counted(seat, endless()) for seat in hall[:2]]
        for stream in opened:
            await anext(stream)
        with pytest.raises(Refusal, match="2 listen already"):
            streams.admit(hall[2])
        for stream in opened:
            await stream.aclose()
        streams.admit(hall[2])

    asyncio.run(scene())
