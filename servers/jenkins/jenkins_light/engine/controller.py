"""The whole Jenkins: its parts, wired together, and what concerns more than one of them."""

import base64
import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from jenkins_light import steps
from jenkins_light.engine.executors import Executors, Workspaces
from jenkins_light.engine.gates import Gates
from jenkins_light.engine.properties import JobProperties
from jenkins_light.engine.queue import Queue, QueueItem
from jenkins_light.engine.run import PipelineRun
from jenkins_light.engine.runner import Runner
from jenkins_light.engine.tools import Tools
from jenkins_light.engine.triggers import Triggers
from jenkins_light.errors import BadRequestError, ConflictError
from jenkins_light.files import write_bytes
from jenkins_light.model import views
from jenkins_light.model.builds import Build, Record
from jenkins_light.model.causes import Cause
from jenkins_light.model.credential_stores import CredentialStores
from jenkins_light.model.fingerprints import Fingerprints
from jenkins_light.model.gitlab import GitLabConnections
from jenkins_light.model.globalvariables import GlobalVariables
from jenkins_light.model.identity import InstanceIdentity
from jenkins_light.model.items import Folder, Item, Job
from jenkins_light.model.nodes import Nodes
from jenkins_light.model.parameters import FILES, ParameterDefinition, Value
from jenkins_light.model.secrets import SecretBox
from jenkins_light.model.sonarqube import SonarEvents, SonarInstallations
from jenkins_light.model.throttle import Categories
from jenkins_light.model.users import Sessions, Users
from jenkins_light.settings import Settings
from jenkins_light.steps.locks import Locks

_log = logging.getLogger(__name__)
_STEP_THREADS = 512
_MOST_EXECUTORS = 1000
_ANSWER_SECONDS = 0.3
#: How long the end of the server waits for steps that could not go on in the next one.
_LAST_STEPS_SECONDS = 3.0


class Controller:
    """Jenkins itself."""

    def __init__(self, settings: Settings, runner: Runner) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.secrets = SecretBox(settings.home)
        self.identity = InstanceIdentity(settings.home, self.secrets)
        self.users = Users(settings.home)
        self.users.ensure_admin(
            settings.admin_user, settings.admin_password_file, settings.admin_token_file, settings.home
        )
        self.sessions = Sessions()
        self.credentials = CredentialStores(settings.home, self.secrets)
        self.root = Folder(None, "", settings.home)
        self.nodes = Nodes(settings.home)
        self.global_variables = GlobalVariables(settings.home)
        self.sonar_installations = SonarInstallations(settings.home)
        self.sonar_events = SonarEvents()
        self.tools = Tools(settings.tools_file)
        self.locks = Locks(settings.home)
        self.throttle_categories = Categories(settings.home)
        self.fingerprints = Fingerprints(settings.home)
        self.executors = Executors(self.nodes.executors(settings.executors))
        self.workspaces = Workspaces(settings.home / "workspace")
        self.gitlab = GitLabConnections(settings.home)
        self.job_properties = JobProperties(self.secrets)
        self.runner = runner
        self.pool = ThreadPoolExecutor(_STEP_THREADS, "step")
        self.quieting_down = False
        self.quiet_reason: str | None = None
        self.starts_again = False
        #: What ends the process; who runs the server says it.
        self.on_end: Callable[[], None] = lambda: None
        self._runs: dict[str, PipelineRun] = {}
        self._lock = threading.RLock()
        self.queue = Queue(settings.home, self.root, Gates(self), self._launch)
        self.triggers = Triggers(self)
        views.match_with(self.matches)

    @lru_cache(maxsize=20_000)  # noqa: B019 there is one controller, and it lives as long as the program
    def matches(self, pattern: str, name: str) -> bool:
        """Whether a Java pattern matches a whole name; a broken one, or one that takes too long, matches nothing."""
        answer = self.runner.ask({"type": "match", "pattern": f"\\A(?:{pattern})\\z", "text": name})
        return bool(answer.get("matched"))

    def start(self) -> None:
        """Take up what an earlier server left, and begin to work."""
        steps.load()
        self._take_up_interrupted()
        self.queue.start()
        self.triggers.start()

    def close(self) -> None:
        """Stop: what runs and what waits in the queue goes on in the next server."""
        self.triggers.close()
        self.queue.close()
        self._end_doomed()
        self.runner.close()
        patience = time.monotonic() + _LAST_STEPS_SECONDS
        while time.monotonic() < patience and any(run.steps.unresumable for run in self.runs()):
            time.sleep(0.05)
        for run in self.runs():
            run.pause()
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _end_doomed(self) -> None:
        """End the builds that the next server would not let go on; they get as long as the last steps."""
        doomed = [run for run in self.runs() if run.doomed]
        for run in doomed:
            run.abandon()
        patience = time.monotonic() + _LAST_STEPS_SECONDS
        for run in doomed:
            run.build.finished.wait(max(0.0, patience - time.monotonic()))

    def runs(self) -> list[PipelineRun]:
        """The builds that run now."""
        with self._lock:
            return list(self._runs.values())

    def run_of(self, build: Build) -> PipelineRun | None:
        """The course of a build that runs."""
        return next((run for run in self.runs() if run.build is build), None)

    def run_finished(self, run: PipelineRun) -> None:
        """A build is over: others may start."""
        with self._lock:
            self._runs.pop(run.id, None)
        try:
            run.build.job.builds.rotate()
        finally:
            self.queue.wake()

    def schedule(
        self,
        job: Job,
        cause: Cause,
        given: dict[str, str] | None = None,
        *,
        further: Sequence[Cause] = (),
        quiet: float | None = None,
        environment: dict[str, str] | None = None,
        unique: bool = False,
        script: str | None = None,
        preamble: str = "",
        files: dict[str, tuple[str, bytes]] | None = None,
        checked: bool = True,
    ) -> QueueItem:
        """Put a build of the job in the queue.

        Args:
            job: what to build.
            cause: why.
            given: parameters as texts; those that the job does not define are dropped, as Jenkins does (SECURITY-170).
            further: causes that are told after it.
            quiet: seconds to wait; None for the job's or the server's.
            environment: further variables, such as a webhook's.
            unique: never fold this into an item that waits already.
            script: instead of the job's own (replay).
            preamble: text for the head of the console.
            files: of file parameters, by name: the file's own name and what it holds.
            checked: whether a choice must be one that is offered.

        Raises:
            ConflictError: the job is disabled.
            BadRequestError: a choice that is not offered.
        """
        self.check_buildable(job)
        values: dict[str, Value] = {}
        sensitive = []
        uploads: dict[str, str] = {}
        for definition in job.config.parameters:
            value = definition.default_value
            if definition.kind == "File" and definition.name not in (files or {}):
                # Nobody gave one: then the build has no such parameter.
                continue
            if definition.kind in FILES:
                value = self._upload(definition, (files or {}).get(definition.name), uploads)
            elif given is not None and definition.name in given:
                value = (definition.convert if checked else definition.accept)(given[definition.name])
            if definition.kind == "Password":
                value = self.secrets.encrypt(self.secrets.decrypt(str(value)))
                sensitive.append(definition.name)
            values[definition.name] = value
        if quiet is None:
            own = job.config.quiet_period
            quiet = self.settings.quiet_period if own is None else own
        return self.queue.schedule(
            job, [cause, *further], quiet, parameters=values, sensitive=sensitive, environment=environment or {},
            unique=unique or bool(uploads), script=script, preamble=preamble, uploads=uploads,
        )  # fmt: skip

    @staticmethod
    def check_buildable(job: Job) -> None:
        """Let jobs pass that build.

        Raises:
            ConflictError: the job is disabled.
        """
        if job.config.disabled:
            raise ConflictError(f"{job.full_name} is not buildable")

    def _upload(self, definition: ParameterDefinition, file: tuple[str, bytes] | None, uploads: dict[str, str]) -> str:
        """Keep a file until its build begins; the parameter's value: the file's name, or what it holds as base64."""
        if file is None:
            return ""
        if definition.kind == "Base64File":
            return base64.b64encode(file[1]).decode()
        kept = self.settings.home / "uploads" / uuid.uuid4().hex
        write_bytes(kept, file[1], 0o600)
        uploads[definition.name] = kept.name
        return file[0]

    def delete(self, item: Item) -> None:
        """Remove a job or folder; what of it waits or runs is stopped."""
        if item.parent is None:
            raise BadRequestError("Jenkins itself can't be deleted")
        jobs = list(item.walk()) if isinstance(item, Folder) else [item]
        for job in jobs:
            if isinstance(job, Job):
                self.queue.cancel_job(job)
        for run in self.runs():
            if run.build.job in jobs:
                run.stop("The job is deleted", hard=True)
                run.build.finished.wait(5)
        item.parent.delete(item)

    def quiet_down(self, quiet: bool, reason: str = "") -> None:
        """Start no further builds, or do again."""
        self.quieting_down, self.quiet_reason = quiet, reason or None
        self.queue.wake()

    def set_executors(self, count: int) -> None:
        """Change the number of executors, for good.

        Raises:
            BadRequestError: not between 0 and 1000.
        """
        if not 0 <= count <= _MOST_EXECUTORS:
            raise BadRequestError(f"The number of executors is between 0 and {_MOST_EXECUTORS}")
        self.nodes.set_executors(count)
        self.executors.resize(count)

    def end(self, again: bool, patient: bool) -> None:
        """End the server, and start it anew when wanted; a patient one lets running builds end first."""
        self.starts_again = again
        if patient:
            self.quiet_down(True)
        threading.Thread(target=self._end, args=(patient,), name="end", daemon=True).start()

    def _end(self, patient: bool) -> None:
        # The answer to who asked goes out first.
        time.sleep(_ANSWER_SECONDS)
        while patient and self.quieting_down and self.runs():
            time.sleep(_ANSWER_SECONDS)
        if not patient or self.quieting_down:
            self.on_end()

    def _launch(self, item: QueueItem) -> Build:
        def prepare(record: Record) -> None:
            record.causes = [cause.to_record() for cause in item.causes]
            record.parameters, record.sensitive = item.parameters, item.sensitive
            record.environment, record.script = item.environment, item.script

        build = item.job.builds.create(item.id, prepare)
        for name, kept in item.uploads.items():
            target = build.file_parameter(name)
            target.parent.mkdir(exist_ok=True)
            (self.settings.home / "uploads" / kept).rename(target)
        run = PipelineRun(self, build)
        with self._lock:
            self._runs[run.id] = run
        self.pool.submit(run.begin, item.preamble)
        return build

    def _take_up_interrupted(self) -> None:
        """Let what ran when the server ended go on.

        Its executors, workspaces and locks are its own again before others ask for them.
        """
        for job in self.root.walk():
            for build in job.builds.interrupted():
                if build.building:
                    run = PipelineRun(self, build)
                    with self._lock:
                        self._runs[run.id] = run
                    run.take_up()
