"""The one way in which kubestage runs programs."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from kubestage.errors import CommandFailed, MachineError

TAIL_LINES = 20

# How long the streams of a program that has ended are read on, where something that it left behind holds them.
_DRAIN_SECONDS = 5.0


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
        MachineError: the program cannot be run, or it took longer than `timeout`.
    """
    words = tuple(str(part) for part in command)
    started = time.monotonic()
    stdout: list[str] = []
    stderr: list[str] = []
    with ExitStack() as open_files:
        log_file = open_files.enter_context(log.open("a", encoding="utf-8")) if log else None

        def take(stream: IO[bytes], into: list[str], tell: Callable[[str], None] | None) -> None:
            with stream:
                for raw in stream:
                    line = raw.decode("utf-8", "replace")
                    into.append(line)
                    if log_file and not log_file.closed:
                        log_file.write(line)
                        log_file.flush()
                    if tell:
                        tell(line.rstrip("\n"))

        process = _start(words, cwd, env, stdin is not None, separate_stderr)
        # Each stream has a thread: a program may write before it reads, and stop reading when it likes.
        workers = [_in_thread(take, process.stdout, stdout, on_line)]
        if separate_stderr:
            workers.append(_in_thread(take, process.stderr, stderr, None))
        if stdin is not None:
            workers.append(_in_thread(_feed, process.stdin, stdin.encode() if isinstance(stdin, str) else stdin))
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise MachineError(
                f"{Path(words[0]).name} took longer than {timeout:g} s", why=f"$ {shlex.join(words)}"
            ) from error
        finally:
            if process.poll() is None:
                _kill_tree(process)
            # Something that the program left behind may hold its streams; that is read in the background.
            for worker in workers:
                worker.join(timeout=_DRAIN_SECONDS)
    result = Result(words, code, "".join(stdout), "".join(stderr), time.monotonic() - started)
    if check and code != 0:
        raise CommandFailed(result)
    return result


def _start(
    words: Sequence[str], cwd: Path | None, env: Mapping[str, str] | None, reads: bool, separate_stderr: bool
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            words,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if separate_stderr else subprocess.STDOUT,
        )
    except OSError as error:
        # The error names the file at fault, which is the folder where that is missing.
        if isinstance(error, FileNotFoundError) and error.filename == words[0]:
            what = f"{words[0]} was not found"
        else:
            what = f"{words[0]} could not be run" + (f" in {cwd}" if cwd else "")
        raise MachineError(what, why=str(error), fix="./inv doctor") from error


def _in_thread(target: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread


def _feed(stream: IO[bytes], data: bytes) -> None:
    # A program may choose not to read; its exit code tells the rest.
    with suppress(BrokenPipeError), stream:
        stream.write(data)


def _kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Ends the program and all that it started: a grandchild would hold the streams open, and go on unseen."""
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    process.kill()
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    process.wait()


def run_in_terminal(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> int:
    """Runs a program whose output is for the user, on the user's own terminal, and returns its exit code.

    Args:
        command: program and arguments.
        env: variables added to this process' environment.
    """
    return subprocess.run([str(part) for part in command], env={**os.environ, **(env or {})}, check=False).returncode
