"""What the GitLab plugin asks of GitLab: whether a commit is there, and to note a build's state on it."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from jenkins_light.errors import GitLabUnavailableError
from jenkins_light.model.gitlab import GitLabConnection

if TYPE_CHECKING:
    import httpx

#: Of an address' path what names the project (ProjectIdUtil: everything before .git).
_PROJECT = re.compile(r"/?(?P<project>.*/.*)\.git")
_SCP_LIKE = re.compile(r"[^/:@]+@[^/:]+:(?P<path>.+)")


@dataclass(frozen=True)
class BuiltCommit:
    """A commit of a GitLab project, by the project's path or number."""

    project: str
    commit: str


def project_of(url: str) -> str | None:
    """The path of the project that a repository's address names; None where it names none."""
    short = _SCP_LIKE.fullmatch(url)
    match = _PROJECT.fullmatch(short["path"] if short else urlsplit(url).path)
    return match["project"] if match else None


class GitLabClient:
    """The API of one GitLab server."""

    def __init__(self, connection: GitLabConnection, token: str) -> None:
        self._connection = connection
        self._headers = {"PRIVATE-TOKEN": token}

    def has_commit(self, built: BuiltCommit) -> bool:
        """Whether the project is there and has the commit.

        Raises:
            GitLabUnavailableError: GitLab does not answer, or refuses for another reason.
        """
        answer = self._call("GET", f"/projects/{_part(built.project)}/repository/commits/{_part(built.commit)}")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return False
        _accept(answer)
        return True

    def set_status(self, built: BuiltCommit, state: str, name: str, url: str) -> None:
        """Note a build's state on a commit.

        Raises:
            GitLabUnavailableError: GitLab does not answer, or refuses.
        """
        body = {"state": state, "context": name, "target_url": url, "description": state}
        answer = self._call("POST", f"/projects/{_part(built.project)}/statuses/{_part(built.commit)}", body)
        # GitLab answers 400 to a state that the commit has already; the plugin passes over that too.
        if answer.status_code == HTTPStatus.BAD_REQUEST and "Cannot transition status" in answer.text:
            return
        _accept(answer)

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> "httpx.Response":
        # Loading it takes a good part of the server's start, and few builds come here.
        import httpx

        try:
            with httpx.Client(
                verify=self._connection.verify, timeout=self._connection.timeout, trust_env=False, headers=self._headers
            ) as client:
                return client.request(method, f"{self._connection.url}/api/v4{path}", json=body)
        except httpx.HTTPError as error:
            raise GitLabUnavailableError(str(error)) from error


def _accept(answer: "httpx.Response") -> None:
    """Raise GitLabUnavailableError for an answer that refuses."""
    if answer.is_error:
        raise GitLabUnavailableError(f"{answer.status_code} {answer.reason_phrase} for url '{answer.url}'")


def _part(text: str) -> str:
    return quote(text, safe="")
