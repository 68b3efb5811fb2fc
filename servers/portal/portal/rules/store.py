"""The rules as they are kept: every state that was ever saved, the last of which counts."""

from __future__ import annotations

import time
from typing import Any

from pydantic import ValidationError

from portal.database import Database
from portal.errors import Refusal
from portal.models.rules import Finding, Guard, Hours, RuleCheck, Rules, Trigger
from portal.rules.judge import warnings

# What a new portal begins with: the talk's chain does the first two by GitLab's own hook and the pipeline, so they are
# there to be switched on.
EXAMPLES = Rules(
    rules=[
        Trigger(name="build-tags", enabled=False, on="tag", matching="v*", do="build"),
        Trigger(name="deploy-to-test", enabled=False, on="image", matching="v*", do="deploy", environment="test"),
        Guard(
            name="prod-in-office-hours",
            enabled=False,
            environment="prod",
            between=Hours(begin="09:00", end="17:00", days=["mon", "tue", "wed", "thu", "fri"]),
            approval=True,
        ),
    ]
)
_KEPT = 200
# Only names have a pattern, and who edits rules on the page need not read one.
_WORDS = {"string_pattern_mismatch": "write it with lower-case letters, digits and hyphens, as in build-tags"}


class RuleStore:
    """Reads and saves the rules."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row = database.row("SELECT * FROM rules ORDER BY revision DESC LIMIT 1")
        self.current = Rules.model_validate_json(row["document"]) if row else EXAMPLES

    def save(self, rules: Rules, who: str) -> Rules:
        """Saves rules that are based on the current ones; they come back with their own revision.

        Raises:
            Refusal: somebody else has saved meanwhile.
        """
        if rules.revision != self.current.revision:
            raise Refusal(
                "outdated",
                "The rules have been changed meanwhile",
                why=f"They are at revision {self.current.revision}; these are based on {rules.revision}.",
                fix="load the rules again (GET /api/v1/rules), and change those",
            )
        saved = rules.model_copy(update={"revision": rules.revision + 1})
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO rules VALUES (?, ?, ?, ?)", saved.revision, saved.model_dump_json(), who, time.time()
            )
            self._database.execute("DELETE FROM rules WHERE revision <= ?", saved.revision - _KEPT)
        self.current = saved
        return saved


def check(document: Any) -> RuleCheck:
    """Whether anything could be saved as rules, and what is wrong with it else."""
    try:
        rules = Rules.model_validate(document)
    except ValidationError as error:
        return RuleCheck(ok=False, findings=findings(error))
    return RuleCheck(ok=True, warnings=warnings(rules))


def findings(error: ValidationError) -> list[Finding]:
    """What is wrong, place by place."""
    return [
        Finding(
            where=_place(one["loc"]),
            what=_WORDS.get(one["type"]) or _printable(one["msg"].removeprefix("Value error, ")),
        )
        for one in error.errors(include_input=False, include_url=False, include_context=False)[:50]
    ]


def _place(parts: tuple[int | str, ...]) -> str:
    """Where it is, without pydantic's own names for the kinds of a rule."""
    return _printable(".".join(str(part) for part in parts if part not in ("trigger", "guard")))


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
