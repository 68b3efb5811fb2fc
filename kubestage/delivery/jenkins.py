"""Jenkins as the tasks use it: trigger a job as the talk does, follow its build's log, learn its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from kubestage.delivery.buildlog import failure_in
from kubestage.errors import PartError
from kubestage.waits import wait_for

_START_SECONDS = 60.0
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Build:
    """A finished build.

    Attributes:
        job: the job's name.
        number: the build's number in its job.
        result: Jenkins' word for it: SUCCESS, UNSTABLE, FAILURE, ABORTED or NOT_BUILT.
        seconds: its duration as Jenkins tells it.
        log: the whole console text.
        url: the build's page.
    """

    job: str
    number: int
    result: str
    seconds: float
    log: str
    url: str

    def require_success(self) -> None:
        """Raises PartError with the failed stage and the log's last lines unless the result is SUCCESS."""
        if self.result == "SUCCESS":
            return
        failure = failure_in(self.log)
        raise PartError(
            f"{self.job} #{self.number} ended as {self.result} in stage {failure.stage!r}",
            why="\n".join(failure.lines),
            fix=f"look at {self.url}console",
        )


@dataclass(frozen=True)
class Jenkins:
    """A Jenkins, real or light, spoken to over its remote API with an API token (which needs no crumb)."""

    url: str
    user: str
    token: str

    def invoke_webhook(self, token: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, int]:
        """Posts `body` to the Generic Webhook Trigger.

        Args:
            token: which jobs are meant, as in the jobs' own trigger.
            body: the JSON document.
            headers: further request headers.

        Returns:
            The queue item of each job that was triggered.

        Raises:
            PartError: Jenkins does not answer, or no job was triggered; carries the plugin's own message.
        """
        response = self._request(
            "POST", "/generic-webhook-trigger/invoke", params={"token": token}, json=body, headers=headers, auth=None
        )
        answer = response.json() if "json" in response.headers.get("Content-Type", "") else {}
        jobs = answer.get("jobs") or {}
        triggered = {name: int(job["id"]) for name, job in jobs.items() if job.get("triggered")}
        if not triggered:
            raise PartError(
                f"No job was triggered by token={token}",
                why=str(answer.get("message") or f"HTTP {response.status_code}: {response.text[:300]}"),
                fix="./inv up   # seeds the jobs again",
            )
        return triggered

    def follow(self, job: str, queue_item: int, tell: Callable[[str], None]) -> Build:
        """Waits for the build of a queue item, passing its console text on as it grows.

        Args:
            job: the job's name.
            queue_item: the number that triggering gave.
            tell: called with each piece of console text.

        Raises:
            PartError: the item was cancelled, or Jenkins stopped answering.
            WaitTimeout: no executor took it within a minute.
        """
        why = "in the queue"

        def started() -> dict[str, Any] | None:
            nonlocal why
            item: dict[str, Any] = self._request("GET", f"/queue/item/{queue_item}/api/json").json()
            if item.get("cancelled"):
                raise PartError(f"{job} was cancelled in Jenkins' queue", fix="./inv ci.build")
            why = str(item.get("why") or why)
            executable = item.get("executable")
            return executable if isinstance(executable, dict) else None

        number = int(
            wait_for(f"{job} is started", started, seconds=_START_SECONDS, every=_POLL_SECONDS, why=lambda: why)[
                "number"
            ]
        )
        return self.follow_build(job, number, tell)

    def last_number(self, job: str) -> int:
        """The number of the job's newest build, running or not; 0 when it has none."""
        last = (
            self._request("GET", f"/job/{job}/api/json", params={"tree": "lastBuild[number]"}).json().get("lastBuild")
        )
        return int(last["number"]) if last else 0

    def builds(self, job: str, tree: str) -> list[dict[str, Any]]:
        """The job's builds, latest first, with the properties that `tree` names (Jenkins' own syntax).

        Raises:
            PartError: Jenkins does not answer, or has no such job.
        """
        response = self._request("GET", f"/job/{job}/api/json", params={"tree": f"builds[{tree}]"})
        if response.status_code == requests.codes.not_found:
            raise PartError(f"Jenkins has no job {job}", fix="./inv up   # seeds the jobs again")
        return list(response.json().get("builds") or [])

    def console(self, job: str, number: int) -> str:
        """A build's console text so far.

        Raises:
            PartError: Jenkins does not answer.
        """
        response = self._request("GET", f"/job/{job}/{number}/consoleText")
        response.encoding = "utf-8"
        return response.text if response.ok else ""

    def queued(self, item: int) -> str:
        """Why a queue item still waits; empty when Jenkins no longer has it in its queue.

        Raises:
            PartError: Jenkins does not answer.
        """
        response = self._request("GET", f"/queue/item/{item}/api/json")
        found = response.json() if response.ok else {}
        return "" if found.get("executable") or found.get("cancelled") else str(found.get("why") or "")

    def follow_build(self, job: str, number: int, tell: Callable[[str], None]) -> Build:
        """Passes a build's console text on as it grows, until the build has ended.

        Args:
            job: the job's name.
            number: the build's number.
            tell: called with each piece of console text.

        Raises:
            PartError: Jenkins stopped answering.
            WaitTimeout: the build took longer than half an hour.
        """
        path = f"/job/{job}/{number}"
        offset = 0
        log: list[str] = []

        def ended() -> bool:
            nonlocal offset
            page = self._request("GET", f"{path}/logText/progressiveText", params={"start": offset})
            if page.text:
                log.append(page.text)
                tell(page.text)
            offset = int(page.headers.get("X-Text-Size", offset))
            return page.headers.get("X-More-Data") != "true"

        wait_for(
            f"{job} #{number} ends", ended, seconds=1800, every=_POLL_SECONDS, fix=f"look at {self.url}{path}/console"
        )
        # The log can be complete a moment before the result is written.
        build = wait_for(
            f"{job} #{number} has a result",
            lambda: (info := self._request("GET", f"{path}/api/json").json()).get("result") and info,
            seconds=30,
        )
        return Build(
            job, number, str(build["result"]), float(build["duration"]) / 1000, "".join(log), f"{self.url}{path}/"
        )

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("auth", (self.user, self.token))
        try:
            response = requests.request(
                method, self.url + path, timeout=15, proxies={"http": "", "https": ""}, **options
            )
        except requests.RequestException as error:
            raise PartError(
                f"Jenkins at {self.url} does not answer", why=type(error).__name__, fix="./inv up"
            ) from error
        if response.status_code in (401, 403):
            raise PartError(f"Jenkins refuses {path}: HTTP {response.status_code}", fix="./inv credentials")
        return response
