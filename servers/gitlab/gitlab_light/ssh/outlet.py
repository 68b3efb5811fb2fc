"""Back pressure of the network below an SSH connection.

A channel's window bounds what is under way to a client, but the client chooses it: PuTTY's and others' is next to
endless, for they leave the pace to TCP. asyncssh lets its connection write on however much the socket has not taken.
"""

from __future__ import annotations

import asyncio

import asyncssh

_NAME = "gitlab_outlet"


class Outlet:
    """Whether the network takes more just now."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    def watch(self, connection: asyncssh.SSHServerConnection) -> None:
        """Follows what the connection's transport says of itself (asyncio's `pause_writing` and `resume_writing`)."""
        for name, heard in (("pause_writing", self._open.clear), ("resume_writing", self.release)):
            setattr(connection, name, heard)
        connection.set_extra_info(**{_NAME: self})

    def release(self) -> None:
        """Lets everybody on: the network takes more, or the connection has gone."""
        self._open.set()

    async def drain(self) -> None:
        """Waits until the network takes more."""
        await self._open.wait()


def outlet_of(process: asyncssh.SSHServerProcess[bytes]) -> Outlet:
    """The outlet of the connection that a channel belongs to."""
    found = process.get_extra_info(_NAME)
    assert isinstance(found, Outlet)  # noqa: S101  set when the connection was made
    return found
