"""docs/gitlab.md claims nothing that no test shows."""

from __future__ import annotations

from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).parents[3]
_CONTRACT = _CHECKOUT / "tests/contract/gitlab"
_LINES = (_CHECKOUT / "docs/gitlab.md").read_text("utf-8").splitlines()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in _LINES if line.startswith("|")][2:]


def _shown_by(cell: str) -> list[Path]:
    names = [name.strip() for name in cell.split(",")]
    return [_CHECKOUT / name if "/" in name else _CONTRACT / f"{name}.py" for name in names]


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
def test_a_row_says_how_an_area_is_and_names_tests_that_there_are(row):
    area, state, tests = row
    assert area
    assert state.startswith(("works", "differs", "absent"))
    assert all(path.exists() for path in _shown_by(tests)), tests


def test_no_contract_test_is_of_an_area_that_has_no_row():
    named = {path for row in ROWS for path in _shown_by(row[2])}
    assert set(_CONTRACT.glob("test_*.py")) <= named
