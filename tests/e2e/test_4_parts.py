"""Single parts on the same engine: tests/integration, which ran beside the chain while it waited for pods."""

from __future__ import annotations

import pytest

from .conftest import Beside


@pytest.mark.timeout(1800)
def test_the_tests_of_single_parts_pass(integration: Beside):
    run = integration.end(timeout=1700)
    print(run.text)
    assert run.code == 0, run.text
