"""The last lines of what a part has to say."""

from __future__ import annotations

from pathlib import Path

from docker.errors import NotFound

from kubestage.delivery.deployment import namespace
from kubestage.docker.daemon import Daemon
from kubestage.errors import InputError, PartError
from kubestage.extras import SONARQUBE, read_extras
from kubestage.run import run_command
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import ENVIRONMENTS

CONTAINERS = ("gitlab", "jenkins", "portal", SONARQUBE, "registry", "registry-pull")
ENGINE = "engine"
PARTS = (*CONTAINERS, "cluster", *ENVIRONMENTS, ENGINE, "kubestage")


def read_logs(sandbox: Sandbox, part: str, *, lines: int) -> str:
    """The last `lines` lines of `part`.

    Raises:
        InputError: there is no such part, or the sandbox was not asked for it, or that is no number of lines.
        PartError: it does not exist at present.
    """
    if part not in PARTS:
        raise InputError(
            f"There is no part {part!r}", why=f"There are {', '.join(PARTS)}.", fix=f"./inv logs {PARTS[0]}"
        )
    if lines < 1:
        raise InputError(f"--lines cannot be {lines}", why="It is 1 or more.", fix=f"./inv logs {part} --lines 100")
    if part == ENGINE:
        return _engine_log(Daemon.of(sandbox.settings).log, lines)
    if part == SONARQUBE and part not in read_extras(sandbox.settings):
        raise InputError("This sandbox has no SonarQube", fix="./inv up --with sonarqube")
    if part in ENVIRONMENTS:
        return _pod_logs(sandbox, part, lines)
    if part == "kubestage":
        return _own_logs(sandbox.settings.logs, lines)
    if part == "cluster":
        return _container_log(sandbox, f"{sandbox.settings.cluster}-control-plane", lines)
    return _container_log(sandbox, sandbox.settings.container(part), lines)


def _pod_logs(sandbox: Sandbox, environment: str, lines: int) -> str:
    """Kubernetes' own client knows best how to read the logs of several pods at once."""
    command: list[str | Path] = [
        sandbox.supply.tool("kubectl"),
        "--kubeconfig",
        sandbox.settings.kubeconfig,
        "--namespace",
        namespace(environment),
        "logs",
        "--selector=app=uuid-label",
        "--prefix",
        f"--tail={lines}",
    ]
    return run_command(command, timeout=30).stdout


def _container_log(sandbox: Sandbox, name: str, lines: int) -> str:
    try:
        text: bytes = sandbox.engine.client.containers.get(name).logs(tail=lines)
    except NotFound as error:
        raise PartError(f"There is no container {name}", why="The sandbox is not up.", fix="./inv up") from error
    return text.decode("utf-8", "replace")


def _engine_log(log: Path, lines: int) -> str:
    """The log of the dockerd that kubestage has started; any other engine's log is where its owner keeps it."""
    if not log.exists():
        raise PartError(
            "kubestage has not started this machine's engine, so it does not have its log",
            why=f"{log} does not exist.",
            fix="journalctl -u docker.service",
        )
    return _last_lines(log, lines)


def _last_lines(log: Path, lines: int) -> str:
    return "\n".join([*log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:], ""])


def _own_logs(folder: Path, lines: int) -> str:
    texts = []
    for path in sorted(folder.glob("*.log"), key=lambda log: log.stat().st_mtime):
        texts.append(f"==> {path}\n{_last_lines(path, lines)}")
    return "\n".join(texts) or f"There are no logs in {folder} yet.\n"
