from __future__ import annotations

from pathlib import Path

import pytest

from kubestage.delivery.strategy import Strategies
from kubestage.errors import InputError
from kubestage.seed.projects import KNOWLEDGE
from kubestage.seed.strategy import MANIFEST
from kubestage.settings import CHECKOUT

UUID_YAML = KNOWLEDGE.source / MANIFEST


def strategies(folder: Path, **stacks: str) -> Strategies:
    for environment in ("test", "prod"):
        text = (CHECKOUT / "stacks" / f"Pulumi.{environment}.yaml").read_text(encoding="utf-8")
        if environment in stacks:
            text += f"  kubestage-service:strategy: {stacks[environment]}\n"
        (folder / f"Pulumi.{environment}.yaml").write_text(text, encoding="utf-8")
    return Strategies.read(folder, UUID_YAML)


def test_the_checkouts_stacks_are_content_with_uuid_yaml(tmp_path: Path):
    found = strategies(tmp_path)
    assert found == Strategies("Recreate", {})
    assert not found.differ


def test_a_stack_that_says_the_same_does_not_differ(tmp_path: Path):
    assert not strategies(tmp_path, test="Recreate").differ


def test_a_stack_that_says_otherwise_differs(tmp_path: Path):
    found = strategies(tmp_path, test="RollingUpdate")
    assert found.stacks == {"test": "RollingUpdate"}
    assert found.differ


@pytest.mark.parametrize("word", ["Rolling", "recreate", "3", "[Recreate]", '""'])
def test_another_word_is_refused_with_those_there_are(word: str, tmp_path: Path):
    with pytest.raises(InputError, match=r"kubestage-service:strategy in .*Pulumi.prod.yaml cannot be") as caught:
        strategies(tmp_path, prod=word)
    assert "Recreate or RollingUpdate" in caught.value.why
