"""Where the engine keeps a sandbox's state, and the Automation API without the program starts that we do not need.

Each start of the Pulumi program costs 0.3 to 0.8 s. Automation API starts it to select a stack, to read the outputs
and to read the history; we know the stack's place, take the outputs from the program itself, and need no history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pulumi import automation as auto
from pulumi.automation._stack import StackInitMode

from kubestage.settings import Settings

PROJECTS = {"platform": "kubestage-platform", "service": "kubestage-service"}


class Places:
    """The files of the engine in one sandbox."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.folder / "pulumi"
        self.home = settings.cache / "pulumi"

    def workdir(self, program: str) -> Path:
        """The project's working folder, made if missing."""
        folder = self.root / program
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def state(self, program: str, stack: str) -> Path:
        """The file in which the backend keeps the stack's state."""
        return self.root / ".pulumi" / "stacks" / PROJECTS[program] / f"{stack}.json"

    def locks(self, program: str, stack: str) -> Path:
        """The folder in which the backend keeps its locks of the stack."""
        return self.root / ".pulumi" / "locks" / "organization" / PROJECTS[program] / stack

    def environment(self, passphrase: str) -> dict[str, str]:
        """The variables under which the Pulumi program runs."""
        return {
            "PULUMI_BACKEND_URL": f"file://{self.root}",
            "PULUMI_HOME": str(self.home),
            "PULUMI_CONFIG_PASSPHRASE": passphrase,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        }


class LeanWorkspace(auto.LocalWorkspace):
    """A workspace whose stacks are selected by every command's own --stack."""

    def select_stack(self, stack_name: str) -> None:
        """Does nothing: the caller knows that the stack exists."""


class LeanStack(auto.Stack):
    """A stack whose runs report through events and through the program alone."""

    def outputs(self) -> auto.OutputMap:
        """None; see `Stacks.outputs`."""
        return {}

    def info(self, show_secrets: bool = False) -> auto.UpdateSummary:  # noqa: ARG002 - the API's name
        """An empty summary; the changes come from the events."""
        return auto.UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")


def open_stack(
    places: Places, program: str, stack: str, command: auto.PulumiCommand, env: Mapping[str, str]
) -> LeanStack:
    """Opens a stack, made if it is missing."""
    workspace = LeanWorkspace(
        work_dir=str(places.workdir(program)),
        pulumi_home=str(places.home),
        env_vars=env,
        secrets_provider="passphrase",
        project_settings=auto.ProjectSettings(name=PROJECTS[program], runtime="python"),
        pulumi_command=command,
    )
    if places.state(program, stack).exists():
        return LeanStack(stack, workspace, StackInitMode.SELECT)
    return LeanStack(stack, workspace, StackInitMode.CREATE)
