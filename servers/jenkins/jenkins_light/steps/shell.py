"""``sh`` and ``pwsh`` as workflow-durable-task-step has them."""

import uuid
from pathlib import Path

from jenkins_light.engine import processes
from jenkins_light.engine.buildlog import LineStream
from jenkins_light.engine.calls import StepCall
from jenkins_light.engine.durable import NEVER_STARTED, VANISHED, Task
from jenkins_light.steps.registry import Abort, step

_POLL_SECONDS = 0.1


@step("sh", "script", resumable=True)
@step("pwsh", "script", resumable=True)
def sh(call: StepCall) -> str | int | None:
    """Run a script in the working directory; without ``#!`` it runs as ``sh -xe``, so that each command is traced.

    It goes on while the server is away. Source: workflow-durable-task-step, ``ShellStep`` (script, returnStdout,
    returnStatus, encoding, label).
    """
    if call.flag("returnStdout") and call.flag("returnStatus"):
        raise Abort("Cannot specify both returnStdout and returnStatus")
    encoding = str(call.args.get("encoding") or "UTF-8")
    task = _task(call)
    call.on_cancel(lambda: _interrupt(call, task))
    task.follow(LineStream(call.run.log), encoding, _POLL_SECONDS)
    code, output = task.result(), task.output()
    _explain(call, code, task)
    call.afterwards.append(task.remove)
    call.check_cancelled()
    if call.flag("returnStatus"):
        return code
    if code:
        diagnosis = LineStream(call.run.log)
        diagnosis.feed(output.decode(encoding, "replace").encode())
        diagnosis.finish()
        raise Abort(f"script returned exit code {code}")
    return output.decode(encoding, "replace") if call.flag("returnStdout") else None


def _task(call: StepCall) -> Task:
    """The script as a task: what an earlier server started, else a new one."""
    if call.saved:
        task = Task(Path(call.saved["control"]), call.saved["cookie"])
        if task.started or not task.control.exists():
            task.find()
            return task
        # The server ended before it could start the script.
        task.remove()
    folder = call.folder
    folder.mkdir(parents=True, exist_ok=True)
    control = call.workspace.with_name(call.workspace.name + "@tmp") / f"durable-{uuid.uuid4().hex[:8]}"
    control.mkdir(parents=True)
    cookie = f"durable-{uuid.uuid4().hex}"
    task = Task(control, cookie)
    make = _powershell if call.name == "pwsh" else _command
    command = make(call.text("script"), control)
    if call.container is not None:
        command = call.container.around(command, folder, {**call.env, processes.STEP_COOKIE: cookie})
    call.save(control=str(control), cookie=cookie)
    task.start(command, folder, call.env, call.flag("returnStdout"))
    return task


def _interrupt(call: StepCall, task: Task) -> None:
    if not task.ended(0):
        call.log("Sending interrupt signal to process")
        if call.container is not None:
            call.container.kill(task.cookie)
        task.stop()


def _explain(call: StepCall, code: int, task: Task) -> None:
    """Say why there is no exit code, in durable-task's words."""
    if code == NEVER_STARTED:
        call.log(f"process apparently never started in {task.control}")
    elif code == VANISHED and not call.cancelled:
        call.log(f"wrapper script does not seem to be touching the log file in {task.control}")


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


def _powershell(script: str, control: Path) -> list[str]:
    """PowerShell Core, which must be on the path."""
    path = control / "script.ps1"
    path.write_text(f"{script}\nexit $LASTEXITCODE\n")
    options = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass"]
    return ["pwsh", *options, "-File", str(path)]
