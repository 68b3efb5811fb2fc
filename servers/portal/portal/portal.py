"""The portal's parts, put together and kept running."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import httpx
from pydantic import BaseModel

from portal.access.accounts import Accounts
from portal.access.attempts import Attempts
from portal.access.sessions import Sessions
from portal.access.streams import Streams
from portal.actions.act import Means
from portal.actions.runner import Runner
from portal.audit import Audit
from portal.clients.credentials import Credentials
from portal.clients.gitlab import GitLab
from portal.clients.jenkins import Jenkins
from portal.clients.kubernetes import Kubernetes
from portal.clients.registry import Registry
from portal.database import Database, now
from portal.errors import Refusal, not_found
from portal.hub import Hub
from portal.models.access import Session
from portal.models.chain import ProbePoint
from portal.models.records import AvailabilityEvent, PodLog
from portal.models.rules import Rules
from portal.operations import Operations
from portal.rules.engine import RuleEngine
from portal.rules.store import RuleStore
from portal.settings import Settings
from portal.view.picture import Picture
from portal.watch.cluster import Cluster
from portal.watch.probe import Probe
from portal.watch.pushes import Push, Pushes
from portal.watch.seen import Seen
from portal.watch.servers import GitLabWatch, JenkinsWatch, RegistryWatch, SonarQubeWatch

_log = logging.getLogger(__name__)
_AGAIN_SECONDS = 2.0
_TOLD_OPERATIONS = 10
_PUSH_BUILDS_WITHIN = timedelta(seconds=15)


class Portal:
    """One portal.

    Args:
        settings: what it is told.
        transport: what every client calls through in place of the network, for tests.

    Attributes:
        chain: the picture.
        sessions: who is signed in.
        operations: what was done.
        runner: does it.
        rules: the rules.
        engine: has rules decide events.
        audit: who did what.
        hub: tells it all.
    """

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.settings = settings
        self.database = Database(settings.data / "portal.sqlite3")
        self.credentials = Credentials(settings.access)
        self.jenkins = Jenkins(settings, self.credentials, transport)
        self.gitlab = GitLab(settings, self.credentials, transport)
        self.registry = Registry(settings, self.credentials, transport)
        self.kubernetes = Kubernetes(settings, self.credentials, transport)
        self.hub = Hub(self._whole)
        self.audit = Audit(self.database, self.hub)
        self.sessions = Sessions(self.database, settings.operators)
        self.accounts = Accounts(settings, self.jenkins, self.gitlab, Attempts())
        self.streams = Streams()
        self.operations = Operations(self.database, self.hub)
        self.rules = RuleStore(self.database)
        self.pushes = Pushes(self.database)
        self.seen = self._watches(transport)
        self.chain = Picture(self.seen, self.hub)
        self.means = Means(
            settings, self.credentials, self.jenkins, self.gitlab, self.registry, self.kubernetes, self.seen
        )
        self.runner = Runner(self.means, self.operations, self.rules, self.audit, self.database)
        self.engine = RuleEngine(self.database, self.rules, self.runner, self.audit, self.seen)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins to look, to decide, and to go on with what an earlier life left."""
        runs: list[Coroutine[Any, Any, None]] = [
            self.chain.run(),
            self.engine.run(),
            self.runner.waiting.run(),
            self.seen.jenkins.run(),
            self.seen.gitlab.run(),
            self.seen.registry.run(),
            *([self.seen.sonarqube.run()] if self.seen.sonarqube else []),
            *self.seen.cluster.runs(),
            *(run for probe in self.seen.probes.values() for run in probe.runs()),
        ]
        self._tasks = [asyncio.create_task(_kept(run)) for run in runs]
        self.runner.resume()

    async def stop(self) -> None:
        """Ends everything; what was begun is gone on with by the next life."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.runner.stop()
        for probe in self.seen.probes.values():
            await probe.close()
        for client in (self.jenkins, self.gitlab, self.registry, self.kubernetes, self.seen.sonarqube):
            if client:
                await client.close()
        self.database.close()

    def pushed(self, push: Push) -> None:
        """GitLab's hook told of a push: shown at once, decided, and looked for in Jenkins."""
        self.pushes.add(push)
        self.chain.changed()
        self.engine.pushed(push)
        self.seen.jenkins.pace.poke()
        self.seen.gitlab.pace.poke()

    def require_operator(self, session: Session, what: str) -> None:
        """Lets only those go on who may act; who may not is noted in the audit log.

        Raises:
            Refusal: the account may only look.
        """
        if session.role == "operator":
            return
        self.audit.add(session.user, "request", what, "refused", "The role is viewer.")
        raise Refusal(
            "role",
            f"{session.user} may look and not act",
            why="The role is viewer; this needs an operator.",
            fix="sign in with an account that is an operator: ./inv credentials",
            status=403,
        )

    def save_rules(self, rules: Rules, who: str) -> Rules:
        """Saves rules that are based on the current ones.

        Raises:
            Refusal: somebody else has saved meanwhile.
        """
        saved = self.rules.save(rules, who)
        names = ", ".join(rule.name for rule in saved.rules if rule.enabled) or "none enabled"
        self.audit.add(who, "rules saved", f"revision {saved.revision}", "done", names)
        return saved

    async def pod_log(self, environment: str, pod: str, lines: int) -> PodLog:
        """The last lines of one of the service's pods.

        Raises:
            Refusal: there is no such pod.
            PartDown: the cluster does not answer.
        """
        if pod not in {one["metadata"]["name"] for one in self.means.watched(environment).own_pods()}:
            raise not_found(f"{environment} has no pod {pod}", fix="GET /api/v1/chain names the pods")
        return PodLog(pod=pod, lines=await self.kubernetes.pod_log(environment, pod, lines))

    def _busy(self) -> bool:
        """Whether to look often: somebody looks, or something runs."""
        return self.hub.viewers > 0 or self.runner.busy

    def _expecting(self) -> bool:
        """Whether a build is about to begin: something was asked for, or pushed a moment ago."""
        latest = self.pushes.latest
        return self.runner.busy or bool(latest and now() - latest[0].at < _PUSH_BUILDS_WITHIN)

    def _watches(self, transport: httpx.AsyncBaseTransport | None) -> Seen:
        settings = self.settings
        jenkins = JenkinsWatch(
            self.jenkins, settings, self._busy, self._expecting, self._changed, lambda: self.seen.registry.built()
        )
        sonarqube = SonarQubeWatch(settings, self._busy, self._changed, transport) if settings.sonarqube.url else None
        return Seen(
            settings=settings,
            cluster=Cluster(self.kubernetes, lambda _: self._changed()),
            jenkins=jenkins,
            gitlab=GitLabWatch(self.gitlab, self._busy, self._refs_changed, self._built_commits),
            registry=RegistryWatch(self.registry, self._busy, self._images_changed),
            sonarqube=sonarqube,
            probes={
                name: Probe(name, door.url, settings, self.database, self._probed, transport)
                for name, door in settings.services.items()
            },
            pushes=self.pushes,
        )

    def _changed(self) -> None:
        self.chain.changed()

    def _refs_changed(self) -> None:
        if self.seen.gitlab.refs:
            self.engine.refs_seen(self.seen.gitlab.refs)
        self.chain.changed()

    def _images_changed(self) -> None:
        if self.seen.registry.complete:
            self.engine.images_seen(self.seen.registry.digests)
        self.chain.changed()

    def _built_commits(self) -> set[str]:
        """The commits that builds took, which branches' heads may have left behind."""
        builds = self.seen.jenkins.seen.builds(self.settings.image_job)
        return {sha for build in builds if (sha := build.commit(self.settings.project))}

    def _probed(self, environment: str, point: ProbePoint) -> None:
        self.hub.publish("availability", AvailabilityEvent(environment=environment, point=point))
        if point.count in (1, 2):
            self.chain.changed()

    def _whole(self) -> list[tuple[str, BaseModel]]:
        """What somebody needs who begins to look."""
        latest = reversed(self.operations.latest(_TOLD_OPERATIONS))
        return [("chain", self.chain.fresh()), *(("operation", one) for one in latest)]


async def _kept(run: Coroutine[Any, Any, None]) -> None:
    """Runs what must never end; a fault in it is logged, and what it kept is then stale, which its part shows."""
    try:
        await run
    except asyncio.CancelledError:
        raise
    except Exception:
        _log.exception("a watch has ended")
