"""A Jenkins with the jobs uuid.image and uuid.runner: triggers, builds with stages and logs, accounts."""

from __future__ import annotations

import asyncio
import base64
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

STAGE_SECONDS = 0.5
Work = Callable[["Build"], Awaitable[None]]


@dataclass
class Build:
    """A build of a job.

    Attributes:
        parameters: by name.
        revision: the commit that it checked out, by the repository's address.
    """

    job: str
    number: int
    item: int
    parameters: Mapping[str, str]
    title: str = ""
    result: str = ""
    stage: str = ""
    log: str = ""
    revision: dict[str, str] = field(default_factory=dict)
    began: float = field(default_factory=time.time)

    def described(self) -> dict[str, Any]:
        """As the remote API tells it."""
        parameters = [{"name": name, "value": value} for name, value in self.parameters.items()]
        actions: list[dict[str, Any]] = [
            {},
            {"parameters": parameters},
            {"causes": [{"shortDescription": "Generic Cause"}]},
        ]
        actions += [{"lastBuiltRevision": {"SHA1": sha}, "remoteUrls": [url]} for url, sha in self.revision.items()]
        return {
            "number": self.number, "result": self.result or None, "building": not self.result, "queueId": self.item,
            "timestamp": int(self.began * 1000), "duration": 0, "displayName": self.title or f"#{self.number}",
            "description": None, "actions": actions,
        }  # fmt: skip


class Jenkins:
    """The Jenkins.

    Args:
        accounts: names and passwords.
        jobs: what the builds of each job do.
    """

    def __init__(self, accounts: Mapping[str, str], jobs: Mapping[str, Work]) -> None:
        self._accounts, self._jobs = accounts, jobs
        self.builds: dict[str, list[Build]] = {name: [] for name in jobs}
        self._items: dict[int, Build] = {}
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def application(self) -> Starlette:
        """The remote API, as far as it is used."""
        routes = [
            Route("/whoAmI/api/json", self._who),
            Route("/generic-webhook-trigger/invoke", self._invoke, methods=["POST"]),
            Route("/queue/item/{item:int}/api/json", self._item),
            Route("/job/{job}/api/json", self._job),
            Route("/job/{job}/{number:int}/api/json", lambda request: JSONResponse(self._of(request).described())),
            Route("/job/{job}/{number:int}/wfapi/describe", self._stages),
            Route("/job/{job}/{number:int}/logText/progressiveText", self._log),
        ]
        return Starlette(routes=routes)

    def start(self, job: str, parameters: Mapping[str, str]) -> Build:
        """Starts a build."""
        build = Build(job, len(self.builds[job]) + 1, next(self._numbers), parameters)
        self.builds[job].insert(0, build)
        self._items[build.item] = build
        task = asyncio.get_running_loop().create_task(self._run(build))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return build

    async def stop(self) -> None:
        """Ends the builds that run."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, build: Build) -> None:
        try:
            await self._jobs[build.job](build)
            build.result = "SUCCESS"
        except ValueError as error:
            build.log += f"ERROR: {error}\n"
            build.result = "FAILURE"
        build.stage = ""
        build.log += f"Finished: {build.result}\n"

    async def _who(self, request: Request) -> Response:
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        name, _, password = base64.b64decode(encoded).decode().partition(":") if scheme == "Basic" else ("", "", "")
        if self._accounts.get(name) != password or not name:
            return PlainTextResponse("Invalid password/token", 401)
        return JSONResponse({"name": name, "authenticated": True, "anonymous": False})

    async def _invoke(self, request: Request) -> Response:
        job = request.query_params.get("token", "")
        if job not in self._jobs:
            return JSONResponse({"jobs": None, "message": "Did not find any jobs with GenericTrigger configured!"}, 404)
        body = await request.json()
        build = self.start(
            job, {name: str(value) for name, value in body.items() if not isinstance(value, (dict, list))}
        )
        told = {"regexpFilterExpression": "", "triggered": True, "id": build.item, "url": f"queue/item/{build.item}/"}
        return JSONResponse({"jobs": {job: told}, "message": "Triggered jobs."})

    async def _item(self, request: Request) -> Response:
        build = self._items.get(request.path_params["item"])
        if build is None:
            return PlainTextResponse("no such item", 404)
        return JSONResponse({"id": build.item, "why": None, "cancelled": False, "executable": {"number": build.number}})

    async def _job(self, request: Request) -> Response:
        job = request.path_params["job"]
        if job not in self.builds:
            return PlainTextResponse("no such job", 404)
        return JSONResponse(
            {"name": job, "builds": [each.described() for each in self.builds[job][:20]], "queueItem": None}
        )

    async def _stages(self, request: Request) -> Response:
        stage = self._of(request).stage
        return JSONResponse({"stages": [{"name": stage, "status": "IN_PROGRESS"}] if stage else []})

    async def _log(self, request: Request) -> Response:
        build, start = self._of(request), int(request.query_params.get("start", 0))
        text = build.log.encode()
        headers = {"X-Text-Size": str(len(text))} | ({} if build.result else {"X-More-Data": "true"})
        return PlainTextResponse(text[start:], headers=headers)

    def _of(self, request: Request) -> Build:
        builds = self.builds[request.path_params["job"]]
        return next(build for build in builds if build.number == request.path_params["number"])
