"""A check shows what its tool says, and fails with it."""

from __future__ import annotations

import time

import pytest

from kubestage.checks import Check
from kubestage.errors import PartError


def tool(tmp_path, body: str, code: int = 0) -> Check:
    """A check whose tool is a module that does this."""
    (tmp_path / "its_tool.py").write_text(f"import os, sys\n{body}\nsys.exit({code})\n")
    return Check("look", ("its_tool", "here"), "mend it", {"PYTHONPATH": str(tmp_path), "WHO": "it"})


def test_its_arguments_and_variables_reach_the_tool(tmp_path, capfd):
    tool(tmp_path, "print(sys.argv[1:], os.environ['WHO'])").run()
    said = capfd.readouterr()
    assert said.out == "['here'] it\n"
    assert "✓ look (" in said.err


def test_a_finding_is_an_error_with_its_fix(tmp_path):
    with pytest.raises(PartError, match=r"look failed \(exit code 3\)") as caught:
        tool(tmp_path, "", code=3).run()
    assert caught.value.fix == "mend it"


def test_beside_something_else_its_output_comes_afterwards(tmp_path, capfd):
    with tool(tmp_path, "print('found nothing')").beside():
        time.sleep(0.5)
        assert "found nothing" not in capfd.readouterr().out
    assert "found nothing" in capfd.readouterr().out


def test_beside_something_else_its_finding_is_an_error_too(tmp_path):
    with pytest.raises(PartError, match="look failed"), tool(tmp_path, "", code=1).beside():
        pass


def test_what_failed_beside_it_is_told_and_its_output_is_shown(tmp_path, capfd):
    with (
        pytest.raises(RuntimeError, match="the other"),
        tool(tmp_path, "print('mine')", code=1).beside(),
    ):
        raise RuntimeError("the other")
    assert "mine" in capfd.readouterr().out
