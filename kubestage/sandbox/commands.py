"""What each task does: read the settings, call the parts, print for people or as JSON."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from kubestage.console import console
from kubestage.errors import MachineError, PartError
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import ENVIRONMENTS, Settings


def up(*, yes: bool, wait: bool, add: Sequence[str] = (), drop: Sequence[str] = ()) -> None:
    """Stands the sandbox up, or repairs it; `add` and `drop` are optional parts."""
    from kubestage.extras import SONARQUBE, change_extras, wish_extras
    from kubestage.lock import WAIT_SECONDS, sandbox_lock
    from kubestage.preflight import record_version, run_preflight
    from kubestage.sandbox.up import up as stand_up

    started = time.monotonic()
    wish = wish_extras(add, drop)
    sandbox = Sandbox(Settings.load())
    with sandbox_lock(sandbox.settings, wait=WAIT_SECONDS if wait else 0):
        extras = change_extras(sandbox.settings, wish)
        run_preflight(sandbox.settings, fix="yes" if yes else "ask")
        report = stand_up(sandbox)
        record_version(sandbox.settings)
    for change in report.changes:
        console.say(f"  {change}")
    seconds = time.monotonic() - started
    console.say(
        f"✓ {sandbox.settings.sandbox} is up ({seconds:.1f} s)" + ("" if report.changes else ": nothing changed")
    )
    for name, served in report.served.items():
        console.say(f"  {name} serves {served.version} at {sandbox.settings.service_url(name)}/status")
    if SONARQUBE in extras:
        console.say(f"  SonarQube is at {sandbox.settings.sonarqube_url}")
    console.next("./inv status", "./inv credentials", "./inv cd.deploy --env test --version v2.0.0.0")


def doctor(*, as_json: bool) -> None:
    """Asks every check of this machine.

    Raises:
        MachineError: something would stop `up` (after everything has been shown).
    """
    from kubestage.preflight import doctor as ask
    from kubestage.supply import Supply

    settings = Settings.load()
    findings = ask(settings)
    artefacts = Supply(settings).status(thorough=True)
    records = [finding.record() for finding in findings]
    if as_json:
        console.facts({"checks": records, "artefacts": artefacts})
    else:
        console.table(
            ["what must be so", "state", "facts"],
            [[record["what"], record["state"], record["detail"].replace("\n", "; ")] for record in records],
        )
        console.text("")
        console.table(
            ["artefact", "version", "from", "in the cache", "MB", "seconds it took"],
            [
                [
                    row["name"],
                    row["version"],
                    row["source"],
                    "yes" if row["present"] else "no",
                    f"{row['bytes'] / 1e6:.0f}" if row["present"] else "",
                    str(row["seconds"] or ""),
                ]
                for row in artefacts
            ],
        )
        for record in records:
            for command in record["commands"]:
                console.next(command)
    problems = [finding.check.what for finding in findings if finding.state == "problem"]
    if problems:
        raise MachineError("This machine is not ready", why="\n".join(problems), fix="./inv up --yes")


def status(*, as_json: bool) -> None:
    """Shows every part.

    Raises:
        PartError: a part is not healthy (after everything has been shown).
    """
    from kubestage.sandbox.status import read_status

    sandbox = Sandbox.existing()
    found = read_status(sandbox.settings, sandbox.engine.client, sandbox.registry)
    if as_json:
        console.facts(found.record())
    else:
        console.table(
            ["part", "health", "declared", "running", "address"],
            [[part.name, part.health, part.declared, part.running, part.address] for part in found.parts],
        )
        console.say(f"versions in the registry: {', '.join(found.versions) or 'none'}")
    if not found.healthy:
        bad = ", ".join(part.name for part in found.parts if part.health != "healthy")
        raise PartError(
            f"Not healthy: {bad}", why="`up` repairs what is stopped, gone or half made.", fix="./inv up --yes"
        )
    if not as_json:
        deploy = f"./inv cd.deploy --env {ENVIRONMENTS[0]} --version"
        console.next(f"{deploy} {found.versions[-1]}" if found.versions else "./inv ci.build")


def credentials(*, as_json: bool) -> None:
    """Shows the accounts."""
    from kubestage.sandbox.credentials import accounts

    sandbox = Sandbox.existing()
    every = accounts(sandbox.settings, sandbox.secrets)
    if as_json:
        console.facts({account.key: {k: v for k, v in asdict(account).items() if k != "key"} for account in every})
        return
    console.table(
        ["what", "user", "password or secret", "token", "address"],
        [[account.what, account.user, account.secret, account.token, account.address] for account in every],
    )


def logs(part: str, *, lines: int) -> None:
    """Prints the last lines of a part's log."""
    from kubestage.sandbox.logs import ENGINE, read_logs

    # The engine is there before any sandbox, and most wanted when none comes up.
    sandbox = Sandbox(Settings.load()) if part == ENGINE else Sandbox.existing()
    console.text(read_logs(sandbox, part, lines=lines), end="")


def diagnose(output: str) -> None:
    """Packs what helps to find a fault; works with whatever is left of the sandbox."""
    from kubestage.diagnostics import diagnose as pack

    path = pack(Sandbox(Settings.load()), Path(output))
    console.say(f"✓ {path} ({path.stat().st_size / 1e6:.1f} MB): look through it before you pass it on")
    console.text(str(path))


def environment() -> None:
    """Prints shell lines for kubectl and docker."""
    sandbox = Sandbox.existing()
    folder = sandbox.supply.tool("kubectl").parent
    for line in (
        f"export KUBECONFIG={shlex.quote(str(sandbox.settings.kubeconfig))}",
        *(f"export {name}={shlex.quote(value)}" for name, value in sandbox.engine.environment.items() if value),
        f'export PATH={shlex.quote(str(folder))}:"$PATH"',
    ):
        console.text(line)


def down(*, cache_too: bool) -> None:
    """Removes the sandbox, and the cache if asked."""
    from kubestage.lock import sandbox_lock
    from kubestage.preflight import undo_fixes
    from kubestage.sandbox.down import remove_cache, remove_sandbox

    sandbox = Sandbox(Settings.load())
    with sandbox_lock(sandbox.settings):
        client = sandbox.engine.client
        removed = remove_sandbox(sandbox.settings, client)
        if cache_too:
            removed.folders += remove_cache(sandbox.settings, client, sandbox.supply).folders
            undo_fixes(sandbox.settings)
    for kind, names in asdict(removed).items():
        if names:
            console.say(f"removed {kind}: {', '.join(names)}")
    if not any(asdict(removed).values()):
        console.say(f"There was nothing of the sandbox {sandbox.settings.sandbox}.")
    console.next("./inv up --yes")


def e2e(*, yes: bool, keep: bool, expression: str) -> None:
    """Runs the tests that need an engine, on a sandbox of their own name and ports.

    Raises:
        PartError: a test failed.
    """
    from kubestage import quality
    from kubestage.preflight import run_preflight
    from kubestage.preflight.machine import Machine
    from kubestage.preflight.packages import checks_of_tests
    from kubestage.sandbox.sonarqube import ARTEFACTS

    os.environ.setdefault("KUBESTAGE_ISOLATED", "true")
    _ready_for("e2e", 1000, yes=yes, further=ARTEFACTS)
    run_preflight(Settings.load(), fix="yes" if yes else "ask", checks=checks_of_tests(Machine()))
    quality.docker_tests(expression, {"KUBESTAGE_KEEP": "1"} if keep else {})


def bench(*, yes: bool, expression: str, rounds: int, compare: bool, against: str) -> None:
    """Measures, each figure so many rounds, on a sandbox of its own name and ports.

    Raises:
        PartError: an aim was missed.
        InputError: there is no earlier run to compare with.
    """
    from kubestage import quality

    _ready_for("bench", 2000, yes=yes)
    os.environ["KUBESTAGE_ROUNDS"] = str(rounds)
    quality.benches(
        ["-k", expression] if expression else [], compare=compare, against=Path(against) if against else None
    )


def _ready_for(name: str, port_offset: int, *, yes: bool, further: Sequence[str] = ()) -> None:
    """Makes this machine ready for a sandbox of that name, unless the user's settings name another one."""
    from kubestage.preflight import run_preflight
    from kubestage.sandbox.up import IMAGES, TOOLS

    os.environ.setdefault("KUBESTAGE_SANDBOX", name)
    os.environ.setdefault("KUBESTAGE_PORT_OFFSET", str(port_offset))
    sandbox = Sandbox(Settings.load())
    run_preflight(sandbox.settings, fix="yes" if yes else "ask")
    sandbox.supply.ensure([*TOOLS, *IMAGES, *further])
