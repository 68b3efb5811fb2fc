"""CD: a version into an environment, through the webhook or with kubectl, watched until it is served."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kubestage.console import console
from kubestage.delivery.deployment import Deployments, namespace
from kubestage.delivery.jenkins import Jenkins
from kubestage.delivery.kubectl import rollout, shown
from kubestage.delivery.registry import Registry
from kubestage.delivery.rollout import Rollout
from kubestage.delivery.service import Served
from kubestage.delivery.upgrade import Target
from kubestage.delivery.version import check_environment, check_node_port, check_version
from kubestage.errors import InputError, KubestageError, PartError

JOB = "uuid.runner"


@dataclass(frozen=True)
class Wish:
    """What is to be deployed.

    Attributes:
        environment: test or prod.
        version: the image's tag, with or without its digest.
        node_port: the Service's NodePort.
    """

    environment: str
    version: str
    node_port: int

    def check(self, registry: Registry) -> None:
        """Refuses what cannot be deployed, before anything is triggered.

        Raises:
            InputError: there is no such environment, version or port.
        """
        check_environment(self.environment)
        check_version(self.version)
        check_node_port(self.node_port)
        registry.require(self.version)

    def check_port(self, deployments: Deployments) -> None:
        """Refuses a port of another Service's: Kubernetes would refuse it when the Deployment is changed already.

        Raises:
            InputError: it is taken.
        """
        if holder := deployments.port_holder(self.environment, self.node_port):
            raise InputError(
                f"NodePort {self.node_port} is taken",
                why=f"The Service {holder} has it.",
                fix=f"./inv cd.deploy --env {self.environment} --version {self.version}   # with its own port",
            )


@dataclass(frozen=True)
class Deployed:
    """A version that is being served.

    Attributes:
        environment: where.
        served: what /status said from outside.
        rollout: the Deployment's state when its rollout was complete.
        changed: whether there was anything to do.
        build: the CD job's build number; None when kubectl did it.
    """

    environment: str
    served: Served
    rollout: Rollout
    changed: bool
    build: int | None


def deploy(jenkins: Jenkins, target: Target, wish: Wish, hook_secret: str, tell: Callable[[str], None]) -> Deployed:
    """Deploys through the webhook, as the talk's curl line does, and watches it to the end.

    A rollout that is under way is waited for first: uuid.yaml may bring another strategy or number of replicas, and
    a change of these amid a rollout can wedge it.

    Args:
        jenkins: where the job is.
        target: the wish's environment, at the address that the wish's NodePort gives it.
        wish: a checked one.
        hook_secret: what the request carries as X-Gitlab-Token.
        tell: called with the job's log as it grows.

    Raises:
        PartError: the job or the rollout failed.
        WaitTimeout: the rollout did not end in time, or the version is not served.
    """
    before = target.deployments.settle(target.environment)
    queued = jenkins.invoke_webhook(
        JOB,
        {"version": wish.version, "envName": wish.environment, "nodePort": wish.node_port},
        {"X-Gitlab-Event": "Tag Push Hook", "X-Gitlab-Token": hook_secret},
    )
    build = jenkins.follow(JOB, queued[JOB], tell)
    build.require_success()
    return _watched(target, before, build.number)


def deploy_directly(target: Target, files: Mapping[str, str], wish: Wish) -> Deployed:
    """Deploys as the job's pipeline does, with the caller's own kubectl.

    Args:
        target: the wish's environment, at the address that the wish's NodePort gives it.
        files: namespace.yaml, cm-<environment>.yaml and uuid.yaml of knowledge_share.
        wish: a checked one.

    Raises:
        InputError: a file is missing.
        CommandFailed: kubectl refuses.
        PartError: the rollout failed.
        WaitTimeout: the rollout did not end in time, or the version is not served.
    """
    rendered = [_rendered(files, name, wish) for name in manifest_names(wish.environment)]
    before = target.deployments.settle(target.environment)
    for text in rendered:
        command = ["apply", "-f", "-"]
        done = target.kubectl.run(command, stdin=text)
        console.say(f"$ {shown(command)}\n{done.stdout.rstrip()}")
    return _watched(target, before, None)


def manifest_names(environment: str) -> list[str]:
    """The files of knowledge_share that make an environment, in the order in which they are applied."""
    return ["namespace.yaml", f"cm-{environment}.yaml", "uuid.yaml"]


def _rendered(files: Mapping[str, str], name: str, wish: Wish) -> str:
    if name not in files:
        raise InputError(f"knowledge_share has no demo/k8s/uid/{name}", fix="put it back in GitLab")
    marks = {
        "${NAMESPACE}": namespace(wish.environment),
        "${VERSION}": wish.version,
        "${NODEPORT}": str(wish.node_port),
    }
    text = files[name]
    for mark, value in marks.items():
        text = text.replace(mark, value)
    return text


def _watched(target: Target, before: Rollout | None, build: int | None) -> Deployed:
    try:
        done, served = target.watch()
        if served.demo_value != target.deployments.demo_value(target.environment):
            done, served = _restarted(target)
    except KubestageError as error:
        raise PartError(
            f"{target.environment}: {error.what}", why=error.why, fix=f"./inv rollback --env {target.environment}"
        ) from error
    changed = before is None or done.revision != before.revision
    return Deployed(target.environment, served, done, changed, build)


def _restarted(target: Target) -> tuple[Rollout, Served]:
    """Starts the pods anew: they read env-config once, so that a change of it alone reaches nobody."""
    command = rollout(target.environment, "restart")
    console.say(f"env-config has changed; the pods start anew\n$ {shown(command)}")
    target.kubectl.run(command)
    return target.watch()
