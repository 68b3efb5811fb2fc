"""Drives Pulumi: inline programs of infra/ on the real engine, with state in the sandbox's folder."""

from kubestage.engine.config import Config, Secret
from kubestage.engine.outcome import Changes, Outcome
from kubestage.engine.stacks import Run, Stacks

__all__ = ["Changes", "Config", "Outcome", "Run", "Secret", "Stacks"]
