"""``sh`` as workflow-durable-task-step has it."""

import os
import select
import shutil
import subprocess
import uuid
from pathlib import Path

from jenkins_light.engine import processes
from jenkins_light.engine.buildlog import LineStream
from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import Abort, step

_CHUNK = 65536
_POLL_SECONDS = 0.5


@step("sh", "script")
def sh(call: StepCall) -> str | int | None:
    """Run a script in the working directory; without ``#!`` it runs as ``sh -xe``, so that each command is traced.

    Source: workflow-durable-task-step, ``ShellStep`` (script, returnStdout, returnStatus, encoding, label).
    """
    if call.flag("returnStdout") and call.flag("returnStatus"):
        raise Abort("Cannot specify both returnStdout and returnStatus")
    folder = call.folder
    folder.mkdir(parents=True, exist_ok=True)
    control = call.workspace.with_name(call.workspace.name + "@tmp") / f"durable-{uuid.uuid4().hex[:8]}"
    control.mkdir(parents=True)
    try:
        encoding = str(call.args.get("encoding") or "UTF-8")
        code, output = _run(call, _command(call.text("script"), control), folder, call.flag("returnStdout"), encoding)
    finally:
        shutil.rmtree(control, ignore_errors=True)
    call.check_cancelled()
    if call.flag("returnStatus"):
        return code
    if code:
        raise Abort(f"script returned exit code {code}")
    return output.decode(encoding, "replace") if call.flag("returnStdout") else None


@step("bat", "script")
@step("powershell", "script")
def windows_only(call: StepCall) -> None:
    """Batch and PowerShell scripts need a Windows agent; the text is Jenkins'."""
    kind = "Batch" if call.name == "bat" else "PowerShell"
    raise Abort(f"{kind} scripts can only be run on Windows nodes")


def _command(script: str, control: Path) -> list[str]:
    path = control / "script.sh"
    path.write_text(script)
    path.chmod(0o700)
    return [str(path)] if script.startswith("#!") else ["sh", "-xe", str(path)]


def _run(call: StepCall, command: list[str], folder: Path, capture: bool, encoding: str) -> tuple[int, bytes]:
    """Run the command; its output goes to the log, or with ``capture`` only what it writes to stderr."""
    cookie = f"durable-{uuid.uuid4().hex}"
    env = {**call.env, processes.STEP_COOKIE: cookie}
    if call.container is not None:
        command = call.container.around(command, folder, env)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if capture else subprocess.STDOUT,
        start_new_session=True,
    )
    call.on_cancel(lambda: _interrupt(call, process, cookie))
    with process:
        captured = _pump(call, process, encoding)
        return process.wait(), captured


def _interrupt(call: StepCall, process: "subprocess.Popen[bytes]", cookie: str) -> None:
    if process.poll() is None:
        call.log("Sending interrupt signal to process")
        if call.container is not None:
            call.container.kill(cookie)
        processes.terminate(process, cookie)


def _pump(call: StepCall, process: "subprocess.Popen[bytes]", encoding: str) -> bytes:
    """Read until the process ended and its pipes are empty; a child that it left behind does not hold the step up."""
    stream, captured = LineStream(call.run.log), bytearray()
    logged = process.stderr or process.stdout
    pipes = [pipe.fileno() for pipe in (process.stdout, process.stderr) if pipe]
    utf8 = encoding.upper().replace("-", "") == "UTF8"
    ended = False
    while pipes:
        ready, _, _ = select.select(pipes, [], [], 0 if ended else _POLL_SECONDS)
        if ended and not ready:
            break
        for pipe in ready:
            data = os.read(pipe, _CHUNK)
            if not data:
                pipes.remove(pipe)
            elif logged is not None and pipe == logged.fileno():
                stream.feed(data if utf8 else data.decode(encoding, "replace").encode())
            else:
                captured += data
        if not ready:
            stream.pause()
        ended = ended or process.poll() is not None
    stream.finish()
    return bytes(captured)
