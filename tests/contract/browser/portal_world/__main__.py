"""A portal to look at while one works on its pages: python -m tests.contract.browser.portal_world."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path

from tests.contract.browser.portal_world.world import PASSWORDS, World


def main() -> None:
    """Serves until it is interrupted."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.start()
        accounts = ", ".join(f"{name} / {password}" for name, password in PASSWORDS.items())
        sys.stdout.write(f"{world.url}   {accounts}\n")
        sys.stdout.flush()
        signal.sigwait([signal.SIGINT, signal.SIGTERM])
        world.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
    main()
