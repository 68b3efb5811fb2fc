"""Who wrote which lines of a file."""

from __future__ import annotations

from typing import Any

from gitlab_light.api.call import Call
from gitlab_light.api.files import find_file, require_ref, tell_file
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter
from gitlab_light.git import history
from gitlab_light.params import Params

routes = Routes()


@routes.get("/projects/:id/repository/files/:file_path/blame", anonymous=True, scopes=["read_repository"])
def show_blame(call: Call) -> Any:
    """A file's lines in runs, each with the commit that wrote them."""
    require_ref(call)
    repository, commit, ref, blob = find_file(call)
    tell_file(call, repository, commit, ref, blob)
    limits = _range(call)
    output = repository.text(
        "blame", "--porcelain", *([f"-L{limits[0]},{limits[1]}"] if limits else []), commit, "--",
        call.arguments["file_path"],
    )  # fmt: skip
    runs: list[tuple[str, list[str]]] = []
    sha = ""
    for line in output.split("\n")[:-1]:
        if line.startswith("\t"):
            if not runs or runs[-1][0] != sha:
                runs.append((sha, []))
            runs[-1][1].append(line[1:])
        elif len(word := line.split(" ", 1)[0]) == 40 and all(char in "0123456789abcdef" for char in word):
            sha = word
    commits = history.commits(repository, list(dict.fromkeys(sha for sha, _ in runs)))
    return [{"commit": _commit(commits[sha]), "lines": lines} for sha, lines in runs if sha in commits]


def _commit(found: history.Commit) -> dict[str, Any]:
    return {
        "id": found.id,
        "parent_ids": list(found.parents),
        "message": found.message,
        "authored_date": found.authored_date,
        "author_name": found.author_name,
        "author_email": found.author_email,
        "committed_date": found.committed_date,
        "committer_name": found.committer_name,
        "committer_email": found.committer_email,
    }


def _range(call: Call) -> tuple[int, int] | None:
    given = call.params.raw("range")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise bad_parameter("range is invalid")
    limits = Params(given)
    start, end = limits.optional_integer("start"), limits.optional_integer("end")
    if start is None or end is None or not 1 <= start <= end:
        raise bad_parameter("range[start], range[end] are missing or invalid")
    return start, end
