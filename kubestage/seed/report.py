"""What seeding did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class SeedReport:
    """What was made or changed, and what was there already; each as in "GitLab group saas"."""

    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)

    def note(self, what: str, *, changed: bool) -> None:
        """Notes one thing."""
        (self.changed if changed else self.unchanged).append(what)
