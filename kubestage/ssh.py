"""SSH as far as the sandbox needs it: by which key a server is known."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

_SECONDS = 5.0


def host_fingerprint(host: str, port: int) -> str:
    """The fingerprint of a server's key as ssh shows it at the first connection; empty where nothing answers."""
    # In a thread of its own: whoever asks may have an event loop running in this one.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(_fingerprint(host, port))).result()


async def _fingerprint(host: str, port: int) -> str:
    import asyncssh  # here, since it takes a while to load and few tasks need it

    try:
        async with asyncio.timeout(_SECONDS):
            key = await asyncssh.get_server_host_key(host, port, config=None)
    except (OSError, TimeoutError, asyncssh.Error):
        return ""
    return key.get_fingerprint() if key else ""
