"""``compareVersions`` of pipeline-utility-steps."""

import re

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import Abort, step

#: From oldest to newest; a release is the empty word, other words come after it, numbers after those.
_QUALIFIERS = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
_ALIASES = {"a": "alpha", "b": "beta", "m": "milestone", "ea": "beta", "ga": "", "final": "", "cr": "rc"}
Part = tuple[int, int, str]
_RELEASE: Part = (0, _QUALIFIERS.index(""), "")


@step("compareVersions")
def compare_versions(call: StepCall) -> int:
    """-1, 0 or 1 as ``v1`` is older than, as old as or newer than ``v2``, in the order of Jenkins' VersionNumber."""
    one, two = (str(call.args.get(name) or "") for name in ("v1", "v2"))
    for name, version in (("v1", one), ("v2", two)):
        if not version and call.flag("failIfEmpty"):
            raise Abort(f"{name} is empty.")
    return compare(one, two)


def compare(one: str, two: str) -> int:
    """As the step."""
    if not one or not two:
        return (bool(one) > bool(two)) - (bool(one) < bool(two))
    left, right = _parts(one), _parts(two)
    length = max(len(left), len(right))
    padded = [parts + [_RELEASE] * (length - len(parts)) for parts in (left, right)]
    return (padded[0] > padded[1]) - (padded[0] < padded[1])


def _parts(version: str) -> list[Part]:
    """Numbers and words, each as something to sort by; closing zeros don't count (1.0 is 1)."""
    parts: list[Part] = []
    for token in re.findall(r"\d+|[a-z]+", version.lower()):
        if token.isdecimal():
            parts.append((1, int(token), "") if int(token) else _RELEASE)
        else:
            word = _ALIASES.get(token, token)
            known = word in _QUALIFIERS
            parts.append((0, _QUALIFIERS.index(word) if known else len(_QUALIFIERS), "" if known else word))
    while parts and parts[-1] == _RELEASE:
        parts.pop()
    return parts
