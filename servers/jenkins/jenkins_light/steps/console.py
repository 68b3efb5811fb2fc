"""Steps that change how the console looks: ``timestamps``, ``ansiColor``, ``wrap``, ``tee``."""

from collections.abc import Iterator

from jenkins_light.engine.calls import StepCall
from jenkins_light.model.describable import symbol_of
from jenkins_light.steps.registry import Variables, block_step, no_implementation

#: Build wrappers that only decorate the console or the environment.
_DECORATIONS = {"AnsiColorBuildWrapper", "TimestamperBuildWrapper", "BuildUser", "Xvfb"}


@block_step("timestamps")
def timestamps(call: StepCall) -> Iterator[Variables]:
    """Put the time before each line of the console."""
    call.run.log.timestamps(+1)
    try:
        yield {}
    finally:
        call.run.log.timestamps(-1)


@block_step("ansiColor", "colorMapName")
def ansi_color(call: StepCall) -> Iterator[Variables]:
    """Let colours through: the console text keeps escape sequences, and programs are told of a terminal."""
    yield {"TERM": str(call.args.get("colorMapName") or "xterm")}


@block_step("wrap", "delegate")
def wrap(call: StepCall) -> Iterator[Variables]:
    """The old way to call a build wrapper, ``wrap([$class: 'TimestamperBuildWrapper']) { … }``."""
    kind = symbol_of(call.args.get("delegate") or call.args)
    if kind not in _DECORATIONS:
        raise no_implementation("class jenkins.tasks.SimpleBuildWrapper", kind)
    stamped = int(kind == "TimestamperBuildWrapper")
    call.run.log.timestamps(stamped)
    try:
        yield {"TERM": "xterm"} if kind == "AnsiColorBuildWrapper" else {}
    finally:
        call.run.log.timestamps(-stamped)


@block_step("tee", "file")
def tee(call: StepCall) -> Iterator[Variables]:
    """Write what the console gets during the block into a file too, masked as the console is."""
    path = call.path(call.text("file"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file, call.run.log.copied_to(file):
        yield {}
