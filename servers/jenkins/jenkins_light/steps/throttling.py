"""``throttle`` of throttle-concurrents."""

from collections.abc import Iterator

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import StepError, Variables, block_step


@block_step("throttle", "categories")
def throttle(call: StepCall) -> Iterator[Variables]:
    """Put the node blocks within into categories of the global configuration, whose limits they then wait for.

    Source: ``ThrottleStepExecution`` (categories).
    """
    named = call.args.get("categories")
    names = [str(name) for name in named] if isinstance(named, list) else [str(named)]
    unique = tuple(dict.fromkeys(names))
    twice = [name for name in unique if names.count(name) > 1]
    if twice:
        call.log(f"One or more duplicate categories ({', '.join(twice)}) specified. Duplicates will be ignored.")
    unknown = [name for name in unique if call.controller.throttle_categories.find(name) is None]
    if unknown and not call.resumed:
        raise StepError(
            "java.lang.IllegalArgumentException",
            f"One or more specified categories do not exist: {', '.join(unknown)}",
        )
    if call.block is not None:
        call.block.categories = unique
    yield {}
