"""What takes too long for CI: `up` killed at many more moments."""

from __future__ import annotations

import pytest

from kubestage.sandbox.sandbox import Sandbox

from ..e2e.conftest import inv
from ..e2e.test_5_after_trouble import kill_and_repeat

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("seconds", [1, 2, 3, 4, 5, 6, 8, 11, 14, 17, 23, 27, 31, 36])
def test_up_goes_on_after_kill_9(sandbox: Sandbox, seconds: float):
    assert inv("down").code == 0
    kill_and_repeat(seconds)
