"""git's smart HTTP protocol, through git's own http-backend run as a CGI, streamed both ways."""

from __future__ import annotations

import asyncio
import subprocess
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from starlette.types import Message, Receive, Scope, Send

from gitlab_light.git.report import Report

_CHUNK = 128 * 1024
_MAX_HEADER = 16 * 1024
# A client that sends or takes nothing for this long has gone.
_IDLE_SECONDS = 600.0
# Each git may pack or index, so more at once only makes all of them slower.
MAX_PROCESSES = 32


class Backend:
    """Runs http-backend for one request after another, not too many at once."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(MAX_PROCESSES)
        # Called by its own name, it costs one process less a request than `git http-backend`.
        folder = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
        self._program = str(Path(folder) / "git-http-backend")

    async def serve(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        repository: Path,
        service_path: str,
        user: str,
        env: Mapping[str, str],
        keep: tuple[int, ...] = (),
        finished: Callable[[frozenset[str] | None], Awaitable[str]] | None = None,
    ) -> None:
        """Answers one request of a git client.

        Args:
            scope: the ASGI request.
            receive: gives the request's body.
            send: takes the answer.
            repository: the bare repository.
            service_path: "info/refs", "git-upload-pack" or "git-receive-pack".
            user: the user's name, "" for nobody.
            env: the environment of git.
            keep: file descriptors that git and what it starts keep open.
            finished: awaited when git has ended a push, before the client learns of it, with the refs that git has
                moved (None where it did not say); what it returns is shown to the pusher.
        """
        variables = {**env, **_cgi_variables(scope, repository, service_path, user)}
        async with self._places:
            process = await asyncio.create_subprocess_exec(
                self._program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=variables, pass_fds=keep,
                limit=_CHUNK,
            )  # fmt: skip
            feeding = asyncio.create_task(_feed(process, receive, fetching=service_path == "git-upload-pack"))
            try:
                report = Report() if finished is not None else None
                await _answer(process, send, report)
                end = b""
                if finished is not None and report is not None:
                    await process.wait()
                    end = report.end(await finished(report.taken))
                await send({"type": "http.response.body", "body": end})
            finally:
                feeding.cancel()
                await asyncio.gather(feeding, return_exceptions=True)
                await _end(process)


def _cgi_variables(scope: Scope, repository: Path, service_path: str, user: str) -> dict[str, str]:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    variables = {
        "GIT_PROJECT_ROOT": str(repository.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repository.name}/{service_path}",
        "REQUEST_METHOD": scope["method"],
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "CONTENT_TYPE": headers.get("content-type", ""),
        "REMOTE_USER": user,
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "GATEWAY_INTERFACE": "CGI/1.1",
    }
    # No CONTENT_LENGTH: http-backend asks for the rest of an announced body for ever, and without a pause, when its
    # input ends before, as it does when this server is killed. Unannounced, the input's end is the body's.
    if "content-encoding" in headers:
        variables["HTTP_CONTENT_ENCODING"] = headers["content-encoding"]
    if "git-protocol" in headers:
        variables["GIT_PROTOCOL"] = headers["git-protocol"]
    return variables


async def _feed(process: Process, receive: Receive, *, fetching: bool) -> None:
    """Passes the request's body on; a client that goes before its end has git ended.

    A push that has come in whole is carried out even if its client has gone; a fetch is then given up.
    """
    stdin = process.stdin
    assert stdin is not None  # noqa: S101  it is a pipe
    whole = False
    try:
        while True:
            async with asyncio.timeout(_IDLE_SECONDS):
                message: Message = await receive()
            if message["type"] == "http.disconnect":
                break
            if message.get("body"):
                stdin.write(message["body"])
                await stdin.drain()
            if not message.get("more_body"):
                whole = True
                break
    except (BrokenPipeError, ConnectionResetError, TimeoutError):
        pass  # git has ended by itself, or the client has gone: either way there is nobody to read for
    finally:
        stdin.close()
    if whole and (not fetching or (await receive())["type"] != "http.disconnect"):
        return
    if process.returncode is None:
        process.terminate()


async def _answer(process: Process, send: Send, report: Report | None) -> None:
    """Passes on all that git says (of a push's report all but the end), and leaves the answer open."""
    stdout = process.stdout
    assert stdout is not None  # noqa: S101  it is a pipe
    status, headers = 500, []
    size = 0
    while (line := await stdout.readline()).strip():
        size += len(line)
        if size > _MAX_HEADER:
            break
        name, _, value = line.decode("latin-1").strip().partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            status = 200 if status == 500 else status
            headers.append((name.lower().encode("latin-1"), value.strip().encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    while chunk := await stdout.read(_CHUNK):
        body = report.feed(chunk) if report else chunk
        await asyncio.wait_for(send({"type": "http.response.body", "body": body, "more_body": True}), _IDLE_SECONDS)


async def _end(process: Process) -> None:
    """Waits for git; one whose client left in the midst of the answer is told to end."""
    try:
        await asyncio.wait_for(process.wait(), 10)
    except TimeoutError:
        process.terminate()
        await process.wait()
