"""The portal's parts on their own."""

from __future__ import annotations

import sys
from pathlib import Path

# The package is no part of the environment that runs the tests.
sys.path[:0] = [str(Path(__file__).resolve().parents[1])]
