"""What a server takes in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil


@contextmanager
def growth(pid: int) -> Iterator[list[float]]:
    """The MiB by which a process's resident memory grows at most while the block runs, over what it had before."""
    process, over = psutil.Process(pid), threading.Event()
    begin = process.memory_info().rss
    peak = [0.0]

    def watch() -> None:
        while not over.wait(0.02):
            peak[0] = max(peak[0], (process.memory_info().rss - begin) / 2**20)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
