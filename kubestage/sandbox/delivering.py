"""What each delivery task does: build, deploy, promote, upgrade, roll back, and show the history."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from kubestage.console import console
from kubestage.delivery.registry import REPOSITORY
from kubestage.errors import InputError
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import ENVIRONMENTS, NODE_PORTS

if TYPE_CHECKING:
    from kubestage.delivery.report import ProbeReport
    from kubestage.delivery.upgrade import Change, Target

_VERSION_TAG = re.compile(r"v[0-9]+(\.[0-9]+){3}")


def ci_build(ref: str, version: str, pipeline: str, *, force: bool, clean: bool) -> None:
    """Builds a branch or a tag; a version means master where master declares it, and its tag elsewhere."""
    from kubestage.delivery.build import Order, build_image
    from kubestage.seed import declared_release

    sandbox = Sandbox.existing()
    if version and not ref:
        ref = "master" if declared_release(sandbox.settings, sandbox.secrets) == version else version
    ref = ref or "master"
    declared = declared_release(sandbox.settings, sandbox.secrets, ref)
    order = Order(declared, _full_ref(ref), pipeline, force=force, clean=clean)
    image = build_image(sandbox.jenkins, sandbox.registry, order, _tell)
    console.say(f"✓ {image.version} is in the registry: {image.digest}")
    console.next(f"./inv cd.deploy --env {ENVIRONMENTS[0]} --version {image.version}")


def cd_deploy(environment: str, version: str, *, node_port: int, direct: bool, as_json: bool) -> None:
    """Deploys a version and watches it until it is served."""
    from kubestage.delivery.deploy import Wish, deploy, deploy_directly, manifest_names
    from kubestage.delivery.version import check_environment
    from kubestage.seed import knowledge_files

    sandbox = Sandbox.existing()
    settings = sandbox.settings
    wish = Wish(environment, version, node_port or NODE_PORTS[check_environment(environment)])
    wish.check(sandbox.registry)
    wish.check_port(sandbox.deployments)
    target = _target(sandbox, environment, wish.node_port)
    if direct:
        names = [f"demo/k8s/uid/{name}" for name in manifest_names(environment)]
        done = deploy_directly(target, knowledge_files(settings, sandbox.secrets, names), wish)
    else:
        done = deploy(sandbox.jenkins, target, wish, sandbox.secrets.gitlab_hook_token, _tell)
    if as_json:
        console.facts({**asdict(done), "version": done.served.version})
        return
    unchanged = "" if done.changed else ": no change, it ran already"
    console.say(f"✓ {environment} serves {done.served.version} (revision {done.rollout.revision}){unchanged}")
    console.next(f"curl {target.url}/status", f"./inv history --env {environment}")


def promote(source: str, destination: str, *, as_json: bool) -> None:
    """Deploys to one environment the very image that another runs."""
    from kubestage.delivery.promote import proven_version
    from kubestage.delivery.version import check_environment

    sandbox = Sandbox.existing()
    check_environment(source)
    check_environment(destination)
    if source == destination:
        raise InputError(
            f"{source} cannot be promoted to itself",
            why="What one environment runs goes to another.",
            fix="./inv promote",
        )
    version = proven_version(sandbox.deployments, source)
    console.say(f"{source} runs {version}")
    cd_deploy(
        destination,
        version,
        node_port=sandbox.deployments.node_port(destination),
        direct=False,
        as_json=as_json,
    )


def upgrade(environment: str, version: str, *, auto_rollback: bool, timeout: float, show: bool, as_json: bool) -> None:
    """Upgrades with the talk's kubectl commands, asking /status all the while."""
    from kubestage.delivery.upgrade import changeable, upgrade_commands
    from kubestage.delivery.upgrade import upgrade as change
    from kubestage.delivery.version import check_environment, check_version

    sandbox = Sandbox.existing()
    check_environment(environment)
    check_version(version)
    image = f"{sandbox.registry.address}/{REPOSITORY}:{version}"
    if show:
        _show(upgrade_commands(environment, image))
        return
    sandbox.registry.require(version)
    target = _target(sandbox, environment, seconds=timeout)
    before = changeable(target)
    _probed(
        sandbox,
        target,
        f"upgrade of {environment} to {version}",
        upgrade_commands(environment, image),
        lambda: change(target, image, before, auto_rollback=auto_rollback),
        as_json=as_json,
    )


def rollback(environment: str, to_revision: int, *, timeout: float, show: bool, as_json: bool) -> None:
    """Rolls back with the talk's kubectl commands, asking /status all the while."""
    from kubestage.delivery.upgrade import changeable, check_revision, rollback_commands
    from kubestage.delivery.upgrade import rollback as change
    from kubestage.delivery.version import check_environment

    sandbox = Sandbox.existing()
    check_environment(environment)
    commands = rollback_commands(environment, to_revision or None)
    if show:
        _show(commands)
        return
    target = _target(sandbox, environment, seconds=timeout)
    before = changeable(target)
    check_revision(target, to_revision or None)
    _probed(
        sandbox,
        target,
        f"rollback of {environment}",
        commands,
        lambda: change(target, before, to_revision or None),
        as_json=as_json,
    )


def history(environment: str, *, show: bool, as_json: bool) -> None:
    """Shows the revisions of an environment."""
    from kubestage.delivery.kubectl import rollout
    from kubestage.delivery.version import check_environment

    check_environment(environment)
    if show:
        _show([rollout(environment, "history")])
        return
    sandbox = Sandbox.existing()
    revisions = sandbox.deployments.history(environment)
    if as_json:
        console.facts([{**asdict(revision), "version": revision.version} for revision in revisions])
        return
    console.table(
        ["revision", "version", "image", "first made", "pods", ""],
        [
            [
                str(revision.number),
                revision.version,
                revision.image,
                revision.created,
                str(revision.replicas),
                "current" if revision.current else "",
            ]
            for revision in revisions
        ],
    )
    earlier = [revision for revision in revisions if not revision.current]
    if earlier:
        console.next(f"./inv rollback --env {environment} --to-revision {earlier[-1].number}")


def _probed(
    sandbox: Sandbox,
    target: Target,
    title: str,
    commands: list[list[str]],
    act: Callable[[], Change],
    *,
    as_json: bool,
) -> None:
    """Does something to an environment while a probe asks it, and shows what both saw, also when it fails."""
    from kubestage.delivery.kubectl import shown
    from kubestage.delivery.probe import Probe

    for command in commands:
        console.say(f"$ {shown(command)}")
    change: Change | None = None
    probe = Probe(target.url)
    try:
        with probe, console.step(title):
            change = act()
            target.deployments.wait_left(target.environment)  # what they would lose is seen as well
    finally:
        report = probe.report()
        files = [str(file) for file in report.write(sandbox.settings.reports, title.replace(" ", "-"))]
        if as_json:
            outcome = asdict(change) if change else {"environment": target.environment, "failed": True}
            console.facts({**outcome, "probe": report.summary(), "files": files})
        else:
            _show_probe(target, report, files)
    if as_json:
        return
    unchanged = "" if change.changed else ": no change, it ran already"
    console.say(
        f"✓ {change.environment}: {change.before} (revision {change.revision_before}) → "
        f"{change.served.version} (revision {change.revision}){unchanged}"
    )
    console.next(f"./inv history --env {change.environment}", f"curl {target.url}/status")


def _show_probe(target: Target, report: ProbeReport, files: list[str]) -> None:
    console.table(["probe", "finding"], report.table())
    strategy = target.deployments.strategy(target.environment)
    if report.failures and strategy == "Recreate":
        console.say("The strategy is Recreate: all pods of the old version end before the first new one starts,")
        console.say(f"hence the gap. `strategy: RollingUpdate` in stacks/Pulumi.{target.environment}.yaml closes it.")
    for file in files:
        console.say(f"  {file}")


def _target(sandbox: Sandbox, environment: str, node_port: int = 0, seconds: float = 180.0) -> Target:
    from kubestage.delivery.upgrade import Target

    deployments = sandbox.deployments
    # The port that the environment has now, which need not be its first one.
    port = sandbox.settings.host_port(node_port or deployments.node_port(environment))
    return Target(environment, f"http://localhost:{port}", deployments, sandbox.kubectl, seconds)


def _full_ref(name: str) -> str:
    """A ref as GitLab's hooks write it; by its form a version is a tag and any other name a branch."""
    if name.startswith("refs/"):
        return name
    return f"refs/tags/{name}" if _VERSION_TAG.fullmatch(name) else f"refs/heads/{name}"


def _show(commands: list[list[str]]) -> None:
    from kubestage.delivery.kubectl import shown

    for command in commands:
        console.text(shown(command))


def _tell(text: str) -> None:
    """Passes a job's log on to the user, apart from the facts on standard output."""
    console.say(text.rstrip("\n"))
