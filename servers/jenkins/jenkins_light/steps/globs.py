"""Ant's file patterns, as Jenkins' steps take them: ``*``, ``?``, ``**``, several with commas."""

import re
from collections.abc import Iterator
from pathlib import Path

#: What Ant leaves out unless told otherwise (the patterns that builds meet).
_DEFAULT_EXCLUDES = "**/.git/**,**/.git,**/.svn/**,**/.svn,**/*~,**/.DS_Store,**/.gitignore,**/.gitattributes"


def find(base: Path, includes: str, excludes: str = "", default_excludes: bool = True) -> Iterator[Path]:
    """The files below ``base`` that a pattern of ``includes`` matches and none of ``excludes``, in order of name.

    Links that lead out of ``base`` are not followed.
    """
    wanted = _compile(includes)
    unwanted = _compile(excludes) + (_compile(_DEFAULT_EXCLUDES) if default_excludes else [])
    root = base.resolve()
    for path in sorted(base.rglob("*")):
        if not path.is_file() or not path.resolve().is_relative_to(root):
            continue
        name = path.relative_to(base).as_posix()
        if any(p.fullmatch(name) for p in wanted) and not any(p.fullmatch(name) for p in unwanted):
            yield path


def matches(patterns: str, name: str) -> bool:
    """Whether one of the patterns matches a path with slashes."""
    return any(pattern.fullmatch(name) for pattern in _compile(patterns))


def _compile(patterns: str) -> list[re.Pattern[str]]:
    return [re.compile(_translate(p.strip())) for p in re.split(r"[,\s]+", patterns) if p.strip()]


def _translate(pattern: str) -> str:
    if pattern.endswith("/"):
        pattern += "**"
    parts = []
    for token in re.findall(r"\*\*/|/\*\*|\*\*|\*|\?|[^*?/]+|/", pattern.removeprefix("./")):
        parts.append(
            {"**/": "(?:[^/]+/)*", "/**": "(?:/.*)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(token)
            or re.escape(token)
        )
    return "".join(parts)
