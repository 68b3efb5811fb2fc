"""The tasks of kubestage: names, flags and help. The work is in kubestage/.

A task imports what it needs when it runs: `./inv --list` and `./inv status` would else wait for Pulumi's SDK to load.
"""

from __future__ import annotations

from typing import Any

from invoke.collection import Collection

from kubestage.cli import command

YES = "make what is missing on this machine (engine, packages) without asking"
JSON = "print the facts as JSON on standard output"
ENV = "test or prod"
VERSION = "a version in the registry, such as v1.0.0.0, with or without @sha256:…"
TIMEOUT = "seconds that the rollout may take"
BUILD_GOES_ON = (
    "A build that has begun goes on in Jenkins.",
    "./inv status   # tells Jenkins' address: the job uuid.image shows its builds, and ends them",
)
ROLLOUT_GOES_ON = (
    "What Jenkins or Kubernetes was told goes on there; a failed upgrade is not rolled back by itself any more.",
    "./inv status   # until it is healthy again; the same command again watches it to the end",
)
SHOW = "print the kubectl commands and do nothing"


@command(
    help={
        "yes": YES,
        "wait": "wait when another up holds the sandbox (default), or fail at once (--no-wait)",
        "with_": "add an optional part, which stays from then on: sonarqube",
        "without": "take an optional part away, with its data",
    },
    iterable=["with_", "without"],
)
def up(c: Any, with_: list[str], without: list[str], yes: bool = False, wait: bool = True) -> None:
    """[sandbox] Stand the whole platform up, or repair it: cluster, registry, GitLab, Jenkins, test and prod."""
    from kubestage.sandbox import commands

    commands.up(yes=yes, wait=wait, add=with_, drop=without)


@command(help={"json": JSON})
def status(c: Any, json: bool = False) -> None:
    """[sandbox] Show every part: its address, its health, the versions declared and running."""
    from kubestage.sandbox import commands

    commands.status(as_json=json)


@command(help={"json": JSON})
def credentials(c: Any, json: bool = False) -> None:
    """[sandbox] Show the accounts with their passwords and tokens."""
    from kubestage.sandbox import commands

    commands.credentials(as_json=json)


@command(
    positional=["part"],
    help={
        "part": "gitlab, jenkins, portal, sonarqube, registry, registry-pull, cluster, test, prod, engine or kubestage",
        "lines": "how many of the last lines",
    },
)
def logs(c: Any, part: str, lines: int = 100) -> None:
    """[sandbox] Show the last lines of a part's log."""
    from kubestage.sandbox import commands

    commands.logs(part, lines=lines)


@command(help={"json": JSON})
def doctor(c: Any, json: bool = False) -> None:
    """[sandbox] Check this machine: engine, memory, disk, ports, tools; each problem with its fix."""
    from kubestage.sandbox import commands

    commands.doctor(as_json=json)


@command(help={"output": "the folder that the archive goes into; this one if left out"})
def diagnose(c: Any, output: str = ".") -> None:
    """[sandbox] Pack logs, events, builds and states of all parts into one archive; no secret goes into it."""
    from kubestage.sandbox import commands

    commands.diagnose(output)


@command(help={"all": "remove the cache and the images as well; the next up builds or downloads everything again"})
def down(c: Any, all: bool = False) -> None:  # noqa: A002
    """[sandbox] Remove this sandbox: containers, volumes, network, kubeconfig, state. The cache stays."""
    from kubestage.sandbox import commands

    commands.down(cache_too=all)


@command(name="env")
def environment(c: Any) -> None:
    """[sandbox] Print what a shell needs for kubectl and docker: eval "$(./inv env)"."""
    from kubestage.sandbox import commands

    commands.environment()


@command(
    interrupted=BUILD_GOES_ON,
    name="build",
    help={
        "ref": "a branch or a tag in GitLab; master if left out",
        "version": "instead of a ref: the version to build, from master if it is there, else from its tag",
        "pipeline": "default, or talk: the short form, which builds master with --no-cache",
        "force": "overwrite the version if the registry has it",
        "clean": "from an empty workspace and with docker build --no-cache",
    },
)
def ci_build(
    c: Any, ref: str = "", version: str = "", pipeline: str = "default", force: bool = False, clean: bool = False
) -> None:
    """[ci] Build a branch or a tag with the Jenkins job uuid.image, following its log."""
    from kubestage.sandbox import delivering

    delivering.ci_build(ref, version, pipeline, force=force, clean=clean)


@command(
    interrupted=ROLLOUT_GOES_ON,
    name="deploy",
    help={
        "env": ENV,
        "version": VERSION,
        "node_port": "30050 to 30059; the environment's own if left out",
        "direct": "with kubectl from here instead of the Jenkins job",
        "json": JSON,
    },
)
def cd_deploy(c: Any, env: str, version: str, node_port: int = 0, direct: bool = False, json: bool = False) -> None:
    """[cd] Deploy a version with the Jenkins job uuid.runner, and watch it until it is served."""
    from kubestage.sandbox import delivering

    delivering.cd_deploy(env, version, node_port=node_port, direct=direct, as_json=json)


@command(
    interrupted=ROLLOUT_GOES_ON,
    help={"source": "the environment that has proven it", "to": "where it goes", "json": JSON},
)
def promote(c: Any, source: str = "test", to: str = "prod", json: bool = False) -> None:
    """[cd] Deploy to prod the very image, by its digest, that test runs."""
    from kubestage.sandbox import delivering

    delivering.promote(source, to, as_json=json)


@command(
    interrupted=ROLLOUT_GOES_ON,
    help={
        "env": ENV,
        "version": VERSION,
        "auto_rollback": "go back to what was served before, if the version cannot be served",
        "timeout": TIMEOUT,
        "show": SHOW,
        "json": JSON,
    },
)
def upgrade(
    c: Any,
    env: str,
    version: str,
    auto_rollback: bool = False,
    timeout: float = 180.0,
    show: bool = False,
    json: bool = False,
) -> None:
    """[cd] Upgrade as the talk does with kubectl, watched to the end, with a probe at 50 requests a second."""
    from kubestage.sandbox import delivering

    delivering.upgrade(env, version, auto_rollback=auto_rollback, timeout=timeout, show=show, as_json=json)


@command(
    interrupted=ROLLOUT_GOES_ON,
    help={
        "env": ENV,
        "to_revision": "a revision of the history; the one before the current if left out",
        "timeout": TIMEOUT,
        "show": SHOW,
        "json": JSON,
    },
)
def rollback(
    c: Any, env: str, to_revision: int = 0, timeout: float = 180.0, show: bool = False, json: bool = False
) -> None:
    """[cd] Roll back as the talk does with kubectl, watched to the end, with a probe at 50 requests a second."""
    from kubestage.sandbox import delivering

    delivering.rollback(env, to_revision, timeout=timeout, show=show, as_json=json)


@command(help={"env": ENV, "show": SHOW, "json": JSON})
def history(c: Any, env: str, show: bool = False, json: bool = False) -> None:
    """[cd] Show the revisions that a rollback can go to."""
    from kubestage.sandbox import delivering

    delivering.history(env, show=show, as_json=json)


@command(positional=["version"], help={"version": "a version, such as v1.0.0.0", "json": JSON})
def trace(c: Any, version: str, json: bool = False) -> None:
    """[cd] Show a version's way: tag, commit, hook, build, analysis, image, and where its digest runs."""
    from kubestage.sandbox import tracing

    tracing.trace(version, as_json=json)


@command(help={"only": "a test file, folder or pytest node id", "k": "pytest's -k expression"}, iterable=["only"])
def test(c: Any, only: list[str], k: str = "") -> None:
    """[develop] Lint, types, and the unit, contract and integration tests that need no Docker engine."""
    from kubestage import quality

    if only or k:
        quality.fast_tests(only, ["-k", k] if k else [])
    else:
        quality.check()


@command(
    help={
        "yes": YES,
        "keep": "leave the test's sandbox up",
        "k": "pytest's -k expression",
    }
)
def e2e(c: Any, yes: bool = False, keep: bool = False, k: str = "") -> None:
    """[develop] Prove the whole chain on a sandbox of its own, which is removed afterwards."""
    from kubestage.sandbox import commands

    commands.e2e(yes=yes, keep=keep, expression=k)


@command(
    help={
        "yes": YES,
        "k": "pytest's -k expression",
        "rounds": "how often each figure is measured; the median counts",
        "compare": "show what has changed since the run before",
        "against": "compare with the run in this file instead",
    }
)
def bench(c: Any, yes: bool = False, k: str = "", rounds: int = 3, compare: bool = False, against: str = "") -> None:
    """[develop] Measure the aims of docs/performance.md, each against its raw commands in the same run."""
    from kubestage.sandbox import commands

    commands.bench(yes=yes, expression=k, rounds=rounds, compare=compare, against=against)


@command(name="format")
def reformat(c: Any) -> None:
    """[develop] Format the code, and mend what the linter can mend by itself."""
    from kubestage import quality

    quality.reformat()


@command()
def lock(c: Any) -> None:
    """[develop] Pin the newest allowed versions of all Python packages, with their checksums."""
    from kubestage import quality

    quality.lock()


namespace = Collection(
    up,
    status,
    credentials,
    logs,
    doctor,
    diagnose,
    down,
    environment,
    promote,
    upgrade,
    rollback,
    history,
    trace,
    test,
    e2e,
    bench,
    reformat,
    lock,
)
namespace.add_collection(Collection("ci", ci_build))
namespace.add_collection(Collection("cd", cd_deploy))
