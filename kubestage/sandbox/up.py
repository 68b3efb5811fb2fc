"""Standing the sandbox up: what can run at once does, and each step bears repetition."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

from kubestage.console import console
from kubestage.delivery.declared import check_declared
from kubestage.delivery.service import Served, wait_until_current
from kubestage.delivery.strategy import Strategies
from kubestage.engine import Changes, Config, Outcome, Run, Stacks
from kubestage.engine.config import read_defaults
from kubestage.engine.configs import platform_config, service_config
from kubestage.errors import KubestageError
from kubestage.extras import SONARQUBE, read_extras
from kubestage.sandbox import sonarqube
from kubestage.sandbox.access import account_kubeconfig, put_private_file
from kubestage.sandbox.chain import Chain
from kubestage.sandbox.portal import give_portal_the_cluster, prepare_portal
from kubestage.sandbox.sandbox import Sandbox
from kubestage.secrets import Secrets
from kubestage.seed.projects import KNOWLEDGE
from kubestage.seed.strategy import MANIFEST, seed_strategy
from kubestage.settings import ENVIRONMENTS, Settings
from kubestage.waits import wait_for

PLATFORM_IMAGES = ("node", "registry", "gitlab", "jenkins", "portal")
IMAGES = (*PLATFORM_IMAGES, "java")
TOOLS = ("pulumi", "kind", "kubectl", "docker")

_CLUSTER_SECONDS = 120.0
_SERVED_SECONDS = 90.0


@dataclass
class Report:
    """What an `up` did.

    Attributes:
        changes: what it changed, in words; empty when everything was as it should be.
        served: what each environment serves in the end.
    """

    changes: list[str] = field(default_factory=list)
    served: dict[str, Served] = field(default_factory=dict)


def up(sandbox: Sandbox) -> Report:
    """Brings the sandbox to what its programs declare, from whatever state it is in.

    Call it under the sandbox's lock, on a machine that has passed preflight.

    Raises:
        InputError: a stack's file is broken; nothing was done.
        KubestageError: a part could not be brought up; what is up stays up, and a repetition goes on from there.
    """
    read_defaults(sandbox.settings.stacks / "Pulumi.sandbox.yaml")  # a broken file is told before anything is done
    check_declared(sandbox.settings.stacks)
    strategies = Strategies.read(sandbox.settings.stacks, KNOWLEDGE.source / MANIFEST)
    further = sonarqube.ARTEFACTS if SONARQUBE in read_extras(sandbox.settings) else ()
    made = sandbox.supply.ensure([*TOOLS, *IMAGES, *further])
    Secrets.load_or_make(sandbox.settings)
    report = Report([f"{each.name} {'pulled' if each.origin == 'pull' else 'built'}" for each in made])
    try:
        _Up(sandbox, report, strategies).run()
    finally:
        _write_timeline(sandbox.settings)
    return report


class _Up:
    """One run; the platform, the first build and the environments overlap as far as they can."""

    def __init__(self, sandbox: Sandbox, report: Report, strategies: Strategies) -> None:
        self._sandbox = sandbox
        self._strategies = strategies
        self._settings = sandbox.settings
        self._report = report
        secrets = sandbox.secrets
        self._stacks = Stacks(self._settings, sandbox.supply.tool, sandbox.engine, secrets.pulumi_passphrase)
        self._platform: Future[Outcome]
        self._portal: Future[None]

    def run(self) -> None:
        with ThreadPoolExecutor(max_workers=5) as pool:
            # A platform that is there already needs no turn of its own: all three stacks are looked at together.
            standing = self._cluster_answers()
            environments = pool.submit(self._bring_environments) if standing else None
            self._platform = pool.submit(self._bring_platform)
            chain = Chain(self._sandbox, self._platform_not_failed)
            first = pool.submit(self._prepare_and_build, chain, pool)
            changed = self._platform.result().changes
            if not standing:
                self._wait_for_cluster()
            if environments is None or changed:
                first.result()
                if environments:
                    _settle(environments)
                environments = pool.submit(self._bring_environments)
            first.result()
            following = pool.submit(chain.build_next)
            environments.result()
            for environment in ENVIRONMENTS:
                self._ask(environment)
            image = following.result()
            if image.build:
                self._report.changes.append(f"CI built {image.version}")
            self._portal.result()

    def _prepare_portal(self) -> None:
        with console.step("the portal's accounts, and GitLab's hook to it"):
            self._report.changes += prepare_portal(self._sandbox, self._platform_not_failed)

    def _prepare_and_build(self, chain: Chain, pool: ThreadPoolExecutor) -> None:
        self._report.changes += chain.prepare()
        # Nothing waits for the portal but the end.
        self._portal = pool.submit(self._prepare_portal)
        if SONARQUBE in read_extras(self._settings):
            self._platform.result()
        self._report.changes += chain.prepare_analysis()
        if seed_strategy(self._settings, self._sandbox.secrets, by_pulumi=self._strategies.differ):
            self._report.changes.append("strategy in demo/knowledge_share")
        image = chain.build_first()
        if image.build:
            self._report.changes.append(f"CI built {image.version}")

    def _bring_platform(self) -> Outcome:
        with console.step("platform: network, registry, cluster, GitLab, Jenkins, portal"):
            outcome = self._stacks.up("platform", "sandbox", self._platform_config())
        self._note("platform", outcome.changes)
        outputs = outcome.outputs
        _write_kubeconfig(self._settings, str(outputs["kubeconfig"]))
        jenkins = self._sandbox.engine.client.containers.get(self._settings.container("jenkins"))
        put_private_file(jenkins, ".kube/config", self._account("jenkins-deployer", outputs, "deployerToken"))
        give_portal_the_cluster(self._sandbox, self._account("portal", outputs, "portalToken"))
        return outcome

    def _account(self, account: str, outputs: Mapping[str, Any], token: str) -> str:
        """The kubeconfig of one of the accounts that the platform has made in the cluster."""
        endpoint, authority = str(outputs["internalEndpoint"]), str(outputs["certificateAuthority"])
        return account_kubeconfig(self._settings, account, endpoint, authority, str(outputs[token]))

    def _wait_for_cluster(self) -> None:
        """A node that came back with the engine runs for some seconds before its API server answers."""
        with console.step("the cluster is ready"):
            wait_for(
                "the cluster's node is Ready", self._cluster_answers, seconds=_CLUSTER_SECONDS, fix="./inv logs cluster"
            )

    def _platform_config(self) -> Config:
        socket = self._sandbox.engine.address.socket
        extras = read_extras(self._settings)
        images = {part: self._sandbox.supply.image(part) for part in (*PLATFORM_IMAGES, *extras)}
        return platform_config(
            self._settings,
            self._sandbox.secrets,
            images,
            str(socket) if socket else "/var/run/docker.sock",
            disable_default_cni=self._sandbox.supply.node_profile().disable_default_cni,
            extras=extras,
        )

    def _bring_environments(self) -> None:
        config = service_config(self._settings, self._settings.kubeconfig.read_text(encoding="utf-8"))
        if self._strategies.differ:
            for environment in ENVIRONMENTS:
                self._sandbox.deployments.release_strategy(environment)
        runs = [Run("service", environment, config) for environment in ENVIRONMENTS]
        with console.step("environments: test and prod"):
            outcomes = self._stacks.up_all(runs)
        for environment, outcome in zip(ENVIRONMENTS, outcomes, strict=True):
            self._note(environment, outcome.changes)

    def _ask(self, environment: str) -> None:
        """Proves that all pods are there, and from outside that the environment serves what its Deployment asks for.

        Which version that is may change meanwhile: nobody has to stop delivering for an `up`.
        """
        deployments = self._sandbox.deployments
        deployments.wait_restarted(environment, self._sandbox.engine.started(self._settings.container("control-plane")))
        deployments.wait(environment)
        self._report.served[environment] = wait_until_current(
            self._settings.service_url(environment),
            lambda: deployments.require(environment).version,
            seconds=_SERVED_SECONDS,
        )

    def _note(self, what: str, changes: Changes) -> None:
        if changes:
            self._report.changes.append(f"{what}: {changes}")

    def _platform_not_failed(self) -> None:
        """Raises the platform's own error, so that nobody waits for servers that will not come."""
        if self._platform.done():
            self._platform.result()

    def _cluster_answers(self) -> bool:
        try:
            return self._sandbox.deployments.node_health() == "healthy"
        except KubestageError:
            return False


def _settle(future: Future[None]) -> None:
    """Waits for a run whose outcome no longer counts, because what it worked on was replaced meanwhile."""
    future.exception()


def _write_kubeconfig(settings: Settings, text: str) -> None:
    new = settings.kubeconfig.with_name(".kubeconfig.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(settings.kubeconfig)


def _write_timeline(settings: Settings) -> None:
    settings.logs.mkdir(parents=True, exist_ok=True)
    steps = [asdict(step) for step in console.timeline]
    (settings.logs / "timeline.json").write_text(json.dumps(steps, indent=1), encoding="utf-8")
