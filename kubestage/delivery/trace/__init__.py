"""A version's way from its tag to the pods that run it, and where that way breaks."""

from kubestage.delivery.trace.chain import Trace, trace_version
from kubestage.delivery.trace.findings import Systems
from kubestage.delivery.trace.link import Link, Mark

__all__ = ["Link", "Mark", "Systems", "Trace", "trace_version"]
