"""What the task trace does."""

from __future__ import annotations

from kubestage.console import console
from kubestage.delivery.trace import Systems, trace_version
from kubestage.delivery.trace.report import lines
from kubestage.delivery.trace.repository import Repository
from kubestage.delivery.version import check_version
from kubestage.errors import PartError
from kubestage.sandbox.sandbox import Sandbox
from kubestage.seed.gitlab import gitlab_client
from kubestage.seed.projects import SERVICE
from kubestage.settings import ENVIRONMENTS


def trace(version: str, *, as_json: bool) -> None:
    """Follows a version from its tag to its pods.

    Raises:
        InputError: nobody knows the version.
        PartError: the chain is broken (after all of it has been shown).
    """
    sandbox = Sandbox.existing()
    systems = Systems(
        Repository(sandbox.settings, gitlab_client(sandbox.settings, sandbox.secrets), SERVICE.path),
        sandbox.jenkins,
        sandbox.registry,
        lambda: sandbox.deployments.api,
        ENVIRONMENTS,
    )
    found = trace_version(systems, check_version(version).partition("@")[0])
    if as_json:
        console.facts(found.record())
    else:
        for line in lines(found):
            console.text(line)
    broken = found.broken
    if broken:
        why = "\n".join((broken.what, *broken.details))
        raise PartError(f"The chain of {found.version} breaks at its link {broken.name!r}", why=why, fix=broken.fix)
    if found.same_digest is False:
        raise PartError(f"The environments run {found.version} from different digests", why=found.verdict)
