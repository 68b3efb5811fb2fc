"""Is this machine ready for a sandbox? Each check knows what must be so, how to see it, and how to mend it."""

from kubestage.preflight.check import Answer, Check, Fix
from kubestage.preflight.runner import Finding, doctor, run_preflight, undo_fixes
from kubestage.preflight.version import record_version

__all__ = ["Answer", "Check", "Finding", "Fix", "doctor", "record_version", "run_preflight", "undo_fixes"]
