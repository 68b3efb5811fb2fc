"""What ./inv runs: invoke, whose complaints about a command line are kubestage's errors."""

from __future__ import annotations

import gc
import re
from itertools import zip_longest
from typing import NoReturn

from invoke.exceptions import Exit, ParseError
from invoke.parser.context import to_flag
from invoke.program import Program

_ARGUMENT = re.compile(r"<Argument: (\w+)[^>]*>")


class Inv(Program):
    """Invoke's program; what it cannot parse is the user's input, told with the next command and exit code 2."""

    def parse_tasks(self) -> None:
        """Reads the tasks and their flags.

        Raises:
            Exit: there is no such task or flag, one lacks its value, or a number is none; this has been told.
        """
        try:
            super().parse_tasks()
        except ParseError as error:
            _refuse(_ARGUMENT.sub(_flag, str(error)).rstrip("!"), error.context.name if error.context else None)
        except ValueError as error:
            # Invoke converts a flag's value with int or float, whose own error ends with the value.
            _refuse(f"{str(error).rpartition(': ')[2]} is no number", self._task())
        self._refuse_empty_lists()

    def print_version(self) -> None:
        """Prints this checkout's version."""
        from kubestage.preflight.version import this_version

        print(f"kubestage {this_version()}")

    def _refuse_empty_lists(self) -> None:
        """Invoke itself lets a flag that may be given several times stand without any value."""
        for task in self.tasks:
            lists = {to_flag(name) for each in task.args.values() if each.kind is list for name in each.names}
            for word, following in zip_longest(self.core.unparsed, self.core.unparsed[1:], fillvalue="-"):
                if word in lists and following.startswith("-"):
                    _refuse(f"Flag {word} needed value and was not given one", task.name)

    def _task(self) -> str | None:
        """The first task that the command line names."""
        tasks = self.collection.task_names
        return next((word for word in self.core.unparsed if word in tasks), None)


def _flag(found: re.Match[str]) -> str:
    return "--" + found[1].rstrip("_").replace("_", "-")


def _refuse(what: str, task: str | None) -> NoReturn:
    # Loaded only now: most calls need none of it.
    from kubestage.console import console
    from kubestage.errors import InputError

    console.error(what, fix=f"./inv --help {task}" if task else "./inv --list")
    raise Exit(code=InputError.exit_code) from None


def main() -> None:
    """Runs the tasks that the command line names."""
    try:
        Inv(name="kubestage", binary="./inv", binary_names=["inv", "./inv"]).run()
    finally:
        # The process ends: Python would go through all that is loaded to see what can be freed, for a sixth of the time
        # that a short call takes.
        gc.freeze()


if __name__ == "__main__":
    main()
