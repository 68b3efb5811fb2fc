"""The git behind an SSH channel, with what it reads and writes streamed both ways."""

from __future__ import annotations

import asyncio
import re
from asyncio.subprocess import PIPE
from collections.abc import Mapping

import asyncssh
from starlette.concurrency import run_in_threadpool

from gitlab_light.admission import Admission
from gitlab_light.git.report import Report
from gitlab_light.git.smart_http import MAX_PROCESSES
from gitlab_light.instance import Instance
from gitlab_light.ssh.outlet import Outlet, outlet_of

_CHUNK = 128 * 1024
# What a client may send ahead of git.
WINDOW = 1024 * 1024
# asyncssh opens the whole window again as soon as a part of what came is taken from its buffers. So each read has to
# take all that can be there (a window in the session's buffer and one in the channel's), or they grow without end.
_ALL_THAT_CAME = 4 * WINDOW
_PROTOCOL = re.compile(r"version=[0-9](:[a-z0-9=:_-]{0,200})?")
# How long git may go on by itself once its client has gone: what has come in whole is carried out.
_LINGER_SECONDS = 600.0

Process = asyncssh.SSHServerProcess[bytes]


class Transfers:
    """Runs git for one channel after another, not too many at once."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._places = asyncio.Semaphore(MAX_PROCESSES)

    async def run(self, process: Process, command: str, admission: Admission) -> int:
        """Runs one of git's server commands; returns its exit code.

        Args:
            process: the channel.
            command: "git-upload-pack", "git-receive-pack" or "git-upload-archive".
            admission: the repository, and the rules of a push.
        """
        variables = self._instance.git_environment | _protocol(process.env)
        if command != "git-receive-pack":
            return await self._git(process, command, admission, variables, ())
        journal = self._instance.journal
        assert admission.user is not None  # noqa: S101  nobody pushes without a name
        push = await run_in_threadpool(
            journal.begin, admission.project.id, admission.user.id, admission.rules, admission.notice
        )
        # First git tells its refs, then what came of the push.
        report, told = Report(parts=1), ""
        try:
            variables["GITLAB_PUSH"] = str(push.folder)
            code = await self._git(process, command, admission, variables, (push.lock,), report)
        finally:
            told = await run_in_threadpool(journal.finish, push, report.taken)
        process.stdout.write(report.end(told))
        await process.stdout.drain()
        return code

    async def _git(
        self, process: Process, command: str, admission: Admission, env: Mapping[str, str], keep: tuple[int, ...],
        report: Report | None = None,
    ) -> int:  # fmt: skip
        repository = self._instance.repositories.of(admission.project.id).path
        async with self._places:
            git = await asyncio.create_subprocess_exec(
                "git", command.removeprefix("git-"), str(repository),
                stdin=PIPE, stdout=PIPE, stderr=PIPE, env=env, pass_fds=keep, limit=_CHUNK,
            )  # fmt: skip
            assert git.stdin is not None and git.stdout is not None and git.stderr is not None  # noqa: S101, PT018  pipes
            feeding = asyncio.create_task(_feed(process.stdin, git.stdin))
            outlet = outlet_of(process)
            answers = asyncio.gather(
                _pass_on(git.stdout, process.stdout, outlet, report), _pass_on(git.stderr, process.stderr, outlet)
            )
            try:
                await answers
                return await git.wait()
            finally:
                feeding.cancel()
                await asyncio.gather(feeding, answers, return_exceptions=True)
                await _end(git, writes=command == "git-receive-pack")


def _protocol(env: Mapping[str, str]) -> dict[str, str]:
    """The one variable that a git client may set."""
    wanted = env.get("GIT_PROTOCOL", "")
    return {"GIT_PROTOCOL": wanted} if _PROTOCOL.fullmatch(wanted) else {}


async def _feed(source: asyncssh.SSHReader[bytes], sink: asyncio.StreamWriter) -> None:
    """Passes on what the client sends; its going makes git see an end too early."""
    try:
        while chunk := await source.read(_ALL_THAT_CAME):
            sink.write(chunk)
            await sink.drain()
    except (asyncssh.Error, BrokenPipeError, ConnectionResetError):
        pass  # git has ended by itself, or the client has gone
    finally:
        sink.close()


async def _pass_on(
    source: asyncio.StreamReader, sink: asyncssh.SSHWriter[bytes], outlet: Outlet, report: Report | None = None
) -> None:
    """Passes on what git says (of a push all but the end), no faster than the window and the network take it."""
    while chunk := await source.read(_CHUNK):
        sink.write(report.feed(chunk) if report else chunk)
        await sink.drain()
        await outlet.drain()


async def _end(git: asyncio.subprocess.Process, *, writes: bool) -> None:
    """Waits for git; one that only reads has nobody to read for once its client has gone."""
    if git.returncode is None and not writes:
        git.terminate()
    try:
        await asyncio.wait_for(git.wait(), _LINGER_SECONDS)
    except TimeoutError:
        git.kill()
        await git.wait()
