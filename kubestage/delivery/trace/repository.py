"""The service's repository in GitLab: its tags, their commits, and what its hooks have sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import requests
from gitlab import Gitlab
from gitlab.exceptions import GitlabHttpError
from gitlab.v4.objects import Project

from kubestage.delivery.trace.link import utc
from kubestage.seed.gitlab import found_or_none, speaking_to_gitlab
from kubestage.settings import Settings

# Deliveries are kept for some days; a busy week's worth is enough to find a tag's.
_DELIVERIES = 500


@dataclass(frozen=True)
class Commit:
    """A commit.

    Attributes:
        sha: its name, 40 hexadecimal digits.
        title: its message's first line.
        author: who wrote it.
        when: committed, ISO 8601 in UTC.
        url: its page in GitLab.
    """

    sha: str
    title: str
    author: str
    when: str
    url: str

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Commit:
        """Reads it from GitLab's API."""
        return cls(
            str(given["id"]), str(given["title"]), str(given["author_name"]), utc(given["committed_date"]),
            str(given["web_url"]),
        )  # fmt: skip


@dataclass(frozen=True)
class Tag:
    """A tag.

    Attributes:
        name: its name.
        commit: what it stands on.
        when: when it was made, ISO 8601 in UTC; empty for a tag without a note, which has no date of its own.
        url: its page in GitLab.
    """

    name: str
    commit: Commit
    when: str
    url: str


@dataclass(frozen=True)
class Delivery:
    """One delivery of a hook, as GitLab's log has it.

    Attributes:
        ref: the ref that was pushed.
        commit: the commit that the ref then stood on.
        status: the HTTP status of the answer, or GitLab's word where nobody answered ("internal error").
        when: when it was answered, ISO 8601 in UTC; GitLab tells no time of its own.
        queue_items: Jenkins' queue item of each job that the delivery started.
        answer: what was answered.
        url: its page in GitLab.
    """

    ref: str
    commit: str
    status: str
    when: str
    queue_items: Mapping[str, int]
    answer: str
    url: str

    @property
    def taken(self) -> bool:
        """Whether the receiver answered with success."""
        return self.status.startswith("2")

    @classmethod
    def of(cls, given: Mapping[str, Any], page: str) -> Delivery:
        """Reads it from GitLab's API (project hook events); the answer is that of the Generic Webhook Trigger."""
        sent = given.get("request_data") or {}
        headers = {str(name).lower(): str(value) for name, value in (given.get("response_headers") or {}).items()}
        body = str(given.get("response_body") or "")
        return cls(
            ref=str(sent.get("ref", "")),
            commit=str(sent.get("checkout_sha") or ""),
            status=str(given.get("response_status", "")),
            when=utc(headers.get("date")),
            queue_items=_triggered(body),
            answer=body,
            url=f"{page}/hook_logs/{given['id']}",
        )


class Repository:
    """One project in GitLab.

    Args:
        settings: tell where GitLab answers.
        client: speaks to it with an account that may read the project's hooks.
        path: group and name.

    Attributes:
        path: the same.
    """

    def __init__(self, settings: Settings, client: Gitlab, path: str) -> None:
        self._settings = settings
        self._client = client
        self.path = path
        self._url = f"{settings.gitlab_url}/{path}"

    @property
    def hooks_page(self) -> str:
        """The page that lists the hooks."""
        return f"{self._url}/-/hooks"

    def tag_names(self) -> list[str]:
        """All tags' names.

        Raises:
            PartError: GitLab refuses or does not answer.
        """
        with speaking_to_gitlab(self._settings):
            return sorted(str(tag.name) for tag in self._project().tags.list(get_all=True))

    def tag(self, name: str) -> Tag | None:
        """A tag, or None when there is none of that name.

        Raises:
            PartError: GitLab refuses or does not answer.
        """
        with speaking_to_gitlab(self._settings):
            found = found_or_none(lambda: self._project().tags.get(name))
        if found is None:
            return None
        given = found.attributes
        return Tag(name, Commit.of(given["commit"]), utc(given.get("created_at")), f"{self._url}/-/tags/{name}")

    def commit(self, sha: str) -> Commit | None:
        """A commit, or None when the project does not have it.

        Raises:
            PartError: GitLab refuses or does not answer.
        """
        with speaking_to_gitlab(self._settings):
            found = found_or_none(lambda: self._project().commits.get(sha))
        return Commit.of(found.attributes) if found else None

    def deliveries(self, token: str) -> list[Delivery] | None:
        """What the hooks sent to the job that a trigger's `token` names, latest first; None when there is no such hook.

        Raises:
            PartError: GitLab refuses or does not answer.
        """
        with speaking_to_gitlab(self._settings):
            hooks = [hook for hook in self._project().hooks.list(get_all=True) if f"token={token}" in str(hook.url)]
            if not hooks:
                return None
            return [delivery for hook in hooks for delivery in self._log(int(hook.get_id() or 0))]

    def _project(self) -> Project:
        return self._client.projects.get(self.path, lazy=True)

    def _log(self, hook: int) -> list[Delivery]:
        path = f"/projects/{self.path.replace('/', '%2F')}/hooks/{hook}/events"
        try:
            events = list(islice(self._client.http_list(path, iterator=True, per_page=100), _DELIVERIES))
        except GitlabHttpError as error:
            if error.response_code != requests.codes.not_found:
                raise
            return []  # a GitLab before 17.3 has no such API
        return [Delivery.of(event, f"{self.hooks_page}/{hook}") for event in events]


def _triggered(body: str) -> dict[str, int]:
    """The jobs that an answer of the Generic Webhook Trigger says were started, with their queue items."""
    try:
        jobs = json.loads(body).get("jobs") or {}
        return {str(name): int(job["id"]) for name, job in jobs.items() if job.get("triggered")}
    except (ValueError, AttributeError, KeyError, TypeError):
        return {}
