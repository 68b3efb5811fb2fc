"""The one way in which kubestage runs programs."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubestage.errors import CommandFailed, MachineError

TAIL_LINES = 20


@dataclass(frozen=True)
class Result:
    """A program that has ended.

    Attributes:
        command: the program and its arguments.
        code: the exit code; negative for the signal that ended it, as in subprocess.
        stdout: standard output, decoded; standard error too unless it was kept apart.
        stderr: standard error where it was kept apart, else empty.
        seconds: wall time.
    """

    command: tuple[str, ...]
    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def program(self) -> str:
        """The program's name without its folder."""
        return Path(self.command[0]).name

    @property
    def command_line(self) -> str:
        """The command as it can be pasted into a shell."""
        return shlex.join(self.command)

    def tail(self, lines: int = TAIL_LINES) -> str:
        """The last lines of what the program said, errors last."""
        said = (self.stdout.rstrip() + "\n" + self.stderr.rstrip()).strip()
        return "\n".join(said.splitlines()[-lines:])


def run_command(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    check: bool = True,
    timeout: float | None = None,
    separate_stderr: bool = False,
    log: Path | None = None,
    on_line: Callable[[str], None] | None = None,
) -> Result:
    """Runs a program to its end and returns what it said.

    Args:
        command: program and arguments; never a shell line, never with a secret in it.
        cwd: the folder to run in.
        env: variables added to (or replacing those of) this process' environment.
        stdin: what the program reads; nothing if left out.
        check: raise CommandFailed when the exit code is not 0.
        timeout: seconds after which the program is killed.
        separate_stderr: keep standard error out of `stdout` (for output that is parsed).
        log: a file to which the output is appended as well.
        on_line: called with each line of standard output as it comes.

    Raises:
        CommandFailed: the exit code is not 0 (and `check`).
        MachineError: there is no such program, or it took longer than `timeout`.
    """
    words = tuple(str(part) for part in command)
    started = time.monotonic()
    log_file = log.open("a", encoding="utf-8") if log else None
    try:
        process = subprocess.Popen(
            words,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if separate_stderr else subprocess.STDOUT,
        )
    except FileNotFoundError as error:
        raise MachineError(f"{words[0]} was not found", why=str(error), fix="./inv doctor") from error
    stdout: list[str] = []
    stderr: list[str] = []

    def read(stream: object, into: list[str], tell: Callable[[str], None] | None) -> None:
        for raw in stream:  # type: ignore[attr-defined]
            line = raw.decode("utf-8", "replace")
            into.append(line)
            if log_file:
                log_file.write(line)
                log_file.flush()
            if tell:
                tell(line.rstrip("\n"))

    readers = [threading.Thread(target=read, args=(process.stdout, stdout, on_line), daemon=True)]
    if separate_stderr:
        readers.append(threading.Thread(target=read, args=(process.stderr, stderr, None), daemon=True))
    for reader in readers:
        reader.start()
    try:
        if stdin is not None and process.stdin:
            try:
                process.stdin.write(stdin.encode() if isinstance(stdin, str) else stdin)
                process.stdin.close()
            except BrokenPipeError:
                pass  # the program chose not to read; its exit code tells the rest
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise MachineError(
                f"{Path(words[0]).name} took longer than {timeout:g} s", why=f"$ {shlex.join(words)}"
            ) from error
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for reader in readers:
            reader.join(timeout=5)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
        if log_file:
            log_file.close()
    result = Result(words, code, "".join(stdout), "".join(stderr), time.monotonic() - started)
    if check and code != 0:
        raise CommandFailed(result)
    return result


def run_in_terminal(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> int:
    """Runs a program whose output is for the user, on the user's own terminal, and returns its exit code.

    Args:
        command: program and arguments.
        env: variables added to this process' environment.
    """
    return subprocess.run([str(part) for part in command], env={**os.environ, **(env or {})}, check=False).returncode
