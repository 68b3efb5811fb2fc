"""Jenkins over its remote API: what was built, what is building, triggers and logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from portal.clients.credentials import Credentials
from portal.clients.http import Caller
from portal.database import moment
from portal.errors import PartRefused
from portal.settings import Settings

BUILDS = 20
_TREE = (
    "builds[number,result,building,timestamp,duration,displayName,description,queueId,"
    "actions[parameters[name,value],causes[shortDescription],lastBuiltRevision[SHA1],remoteUrls]]"
    f"{{0,{BUILDS}}},queueItem[id,why,inQueueSince,params]"
)


@dataclass(frozen=True)
class Build:
    """A build of a job.

    Attributes:
        job: the job.
        number: its number in the job.
        result: Jenkins' word; empty while it runs.
        running: whether it runs.
        started: when it began.
        seconds: how long it took; 0 while it runs.
        title: its display name, as in "#4 v2.0.0.0".
        description: what the pipeline says of it.
        queue_item: the queue item that it was.
        parameters: by name.
        commits: the commit that was checked out, by the repository's address.
        cause: why it runs, in Jenkins' words.
    """

    job: str
    number: int
    result: str
    running: bool
    started: datetime
    seconds: float
    title: str
    description: str
    queue_item: int
    parameters: Mapping[str, str]
    commits: Mapping[str, str]
    cause: str

    @classmethod
    def of(cls, job: str, given: Mapping[str, Any]) -> Build:
        """Reads it from Jenkins' API, where real Jenkins has a `null` or `{}` among the actions of each build."""
        actions = [action for action in given.get("actions") or [] if action]
        parameters = {
            str(one["name"]): _text(one.get("value", ""))
            for action in actions
            for one in action.get("parameters") or []
        }
        commits = {
            str(url): str(action["lastBuiltRevision"]["SHA1"])
            for action in actions
            if action.get("lastBuiltRevision")
            for url in action.get("remoteUrls") or []
        }
        causes = [
            str(cause.get("shortDescription") or "") for action in actions for cause in action.get("causes") or []
        ]
        number = int(given["number"])
        return cls(
            job=job,
            number=number,
            result=str(given.get("result") or ""),
            running=bool(given.get("building")),
            started=moment(int(given.get("timestamp") or 0) / 1000),
            seconds=float(given.get("duration") or 0) / 1000,
            title=str(given.get("displayName") or f"#{number}"),
            description=str(given.get("description") or ""),
            queue_item=int(given.get("queueId") or 0),
            parameters=parameters,
            commits=commits,
            cause=next((cause for cause in causes if cause), ""),
        )

    def commit(self, project: str) -> str:
        """The commit that it took from a GitLab project (group and name); empty if none."""
        for url, sha in self.commits.items():
            if urlsplit(url).path.removesuffix(".git").endswith(f"/{project}"):
                return sha
        return ""

    @property
    def version(self) -> str:
        """The version that the pipeline put into the display name after the number; empty before it knows one."""
        return self.title.partition(" ")[2]


@dataclass(frozen=True)
class Waiting:
    """A job's item in the queue, why it waits there, and its parameters by name."""

    job: str
    id: int
    why: str
    since: datetime
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class JobState:
    """A job's latest builds, latest first, and what waits in the queue."""

    builds: tuple[Build, ...]
    waiting: Waiting | None

    @property
    def newest(self) -> int:
        """The queue item that came last; their numbers grow. 0 where there was none."""
        return max((item for item, _ in self._items), default=0)

    def item_of(self, parameters: Mapping[str, Any], *, after: int) -> int:
        """The first queue item after another that has these parameters; 0 where there is none."""
        wanted = {name: str(value) for name, value in parameters.items()}
        return min((item for item, given in self._items if item > after and wanted.items() <= given.items()), default=0)

    @property
    def _items(self) -> list[tuple[int, Mapping[str, str]]]:
        waiting = [(self.waiting.id, self.waiting.parameters)] if self.waiting else []
        return [*((build.queue_item, build.parameters) for build in self.builds), *waiting]


class Jenkins:
    """A Jenkins, real or light, with an API token (which needs no crumb)."""

    def __init__(
        self, settings: Settings, credentials: Credentials, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._caller = Caller("Jenkins", settings.jenkins.url, settings.fix_for("jenkins"), transport=transport)
        self._link = settings.jenkins.link
        self._credentials = credentials

    async def close(self) -> None:
        """Closes its connections."""
        await self._caller.close()

    def page(self, job: str, number: int = 0) -> str:
        """The page of a job or build."""
        return f"{self._link}/job/{quote(job)}/" + (f"{number}/" if number else "")

    async def job(self, job: str) -> JobState:
        """A job's state.

        Raises:
            PartDown: Jenkins does not answer.
            PartRefused: it has no such job, or the account may not read it.
        """
        found = (await self._get(f"/job/{quote(job)}/api/json", params={"tree": _TREE})).json()
        item = found.get("queueItem")
        since = moment(int((item or {}).get("inQueueSince") or 0) / 1000)
        waiting = Waiting(job, int(item["id"]), str(item.get("why") or ""), since, _params(item)) if item else None
        return JobState(tuple(Build.of(job, given) for given in found.get("builds") or []), waiting)

    async def build(self, job: str, number: int) -> Build:
        """One build."""
        tree = _TREE.partition("[")[2].partition("]{")[0]
        return Build.of(job, (await self._get(f"{_path(job, number)}/api/json", params={"tree": tree})).json())

    async def stage(self, job: str, number: int) -> str:
        """The stage that a build is in, as the stage view's API tells; empty where Jenkins has no stage view."""
        response = await self._get(f"{_path(job, number)}/wfapi/describe", allow=(404,))
        if response.status_code == httpx.codes.NOT_FOUND:
            return ""
        stages = response.json().get("stages") or []
        current = [stage for stage in stages if stage.get("status") in ("IN_PROGRESS", "PAUSED_PENDING_INPUT")]
        return str(current[-1].get("name") or "") if current else ""

    async def log(self, job: str, number: int, start: int) -> tuple[str, int, bool]:
        """The console text from a byte on, the byte after it, and whether more comes."""
        page = await self._get(f"{_path(job, number)}/logText/progressiveText", params={"start": start})
        page.encoding = "utf-8"
        more = page.headers.get("X-More-Data") == "true"
        return page.text, int(page.headers.get("X-Text-Size", start)), more

    async def queued(self, job: str, item: int) -> tuple[int, str, bool]:
        """A queue item's build number (0 before it has one), why it waits, and whether it was cancelled.

        Jenkins forgets an item five minutes after it left the queue; its build still names it.
        """
        response = await self._get(f"/queue/item/{item}/api/json", allow=(404,))
        if response.status_code == httpx.codes.NOT_FOUND:
            builds = (await self.job(job)).builds
            number = next((build.number for build in builds if build.queue_item == item), 0)
            return number, "Jenkins no longer knows the queue item", False
        found = response.json()
        executable = found.get("executable") or {}
        return int(executable.get("number") or 0), str(found.get("why") or ""), bool(found.get("cancelled"))

    async def invoke(self, token: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, int]:
        """Posts to the Generic Webhook Trigger, as the talk's curl line does; the queue item of each job triggered.

        Raises:
            PartRefused: no job was triggered; with the plugin's own message.
        """
        response = await self._caller.send(
            "POST", "/generic-webhook-trigger/invoke", allow=(404, 500), params={"token": token}, json=dict(body),
            headers=dict(headers),
        )  # fmt: skip
        answer = response.json() if "json" in response.headers.get("Content-Type", "") else {}
        jobs = answer.get("jobs") or {}
        triggered = {name: int(job["id"]) for name, job in jobs.items() if job.get("triggered")}
        if not triggered:
            why = str(answer.get("message") or response.text[:300])
            raise PartRefused("Jenkins", response.status_code, why, fix="./inv up --yes")
        return triggered

    async def who(self, user: str, password: str) -> str:
        """The name of the account that these open, as /whoAmI tells; empty where they open none.

        Raises:
            PartDown: Jenkins does not answer.
        """
        response = await self._caller.send("GET", "/whoAmI/api/json", allow=(401, 403), auth=(user, password))
        if response.is_error:
            return ""
        found = response.json()
        return str(found.get("name") or "") if found.get("authenticated") and not found.get("anonymous") else ""

    async def _get(self, path: str, *, allow: tuple[int, ...] = (), **options: Any) -> httpx.Response:
        user, token = self._credentials.get("jenkins-user"), self._credentials.get("jenkins-token")
        if user and token:
            options["auth"] = (user, token)
        return await self._caller.send("GET", path, allow=allow, **options)


def _path(job: str, number: int) -> str:
    return f"/job/{quote(job)}/{number}"


def _text(value: Any) -> str:
    """A parameter's value as the environment of a build has it, where flags are true and false."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _params(item: Mapping[str, Any]) -> dict[str, str]:
    """A queue item's parameters, which Jenkins tells as lines of name=value."""
    pairs = (line.partition("=") for line in str(item.get("params") or "").splitlines() if line)
    return {name: value for name, _, value in pairs}
