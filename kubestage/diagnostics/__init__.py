"""One archive with all that helps to find a fault, and no secret in it."""

from kubestage.diagnostics.archive import diagnose

__all__ = ["diagnose"]
