"""``tool`` and ``tools { … }``."""

from jenkins_light.engine.calls import StepCall
from jenkins_light.engine.tools import Tool
from jenkins_light.steps.registry import step


def _find(call: StepCall, kind: str | None, name: str) -> Tool:
    """The installation; that its version differs from its name is said once per build."""
    tool = call.controller.tools.get(kind, name)
    told = call.run.state.setdefault("tools", set())
    if tool.means and tool not in told:
        told.add(tool)
        call.log(f"Tool {tool.name} is {tool.means} ({tool.home})")
    return tool


@step("tool", "name")
def tool_step(call: StepCall) -> str:
    """The folder of a tool, by name and perhaps type."""
    return _find(call, call.args.get("type"), call.text("name")).home


@step("envVarsForTool")
def variables_for_tool(call: StepCall) -> list[str]:
    """What a Declarative ``tools`` entry adds to the environment."""
    tool = _find(call, call.text("toolId"), call.text("toolVersion"))
    return [f"{name}={value}" for name, value in tool.variables().items()]
