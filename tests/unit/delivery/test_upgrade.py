"""Upgrade and rollback against a cluster that is a list of revisions; the real one is in tests/e2e."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubestage.delivery import upgrade as module
from kubestage.delivery.deploy import Wish, deploy_directly, manifest_names
from kubestage.delivery.kubectl import shown
from kubestage.delivery.promote import proven_version
from kubestage.delivery.rollout import Revision, Rollout
from kubestage.delivery.service import Served
from kubestage.delivery.upgrade import (
    Target,
    changeable,
    check_revision,
    rollback,
    rollback_commands,
    upgrade,
    upgrade_commands,
)
from kubestage.errors import InputError, PartError
from kubestage.run import Result

IMAGES = "localhost:5001/apps/uuid:"


@dataclass
class Cluster:
    """Deployments and kubectl in one: what kubectl is told, the Deployment does; `broken` versions never come up."""

    versions: list[str] = field(default_factory=lambda: ["v1.0.0.0"])
    broken: tuple[str, ...] = ()
    told: list[str] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    complete: bool = True
    digests: set[str] = field(default_factory=lambda: {"sha256:" + "0f" * 32})
    value: str = "test"
    wanted: int = 3

    def rollout(self, environment: str) -> Rollout:
        updated = 3 if self.complete else 1
        return Rollout(IMAGES + self.versions[-1], len(self.versions), self.wanted, updated, 3, 3, observed=True)

    require = settle = rollout

    def wait(self, environment: str, *, seconds: float) -> Rollout:
        if self.versions[-1] in self.broken:
            raise PartError("Deployment cannot become ready", why="CrashLoopBackOff")
        return self.rollout(environment)

    def history(self, environment: str) -> list[Revision]:
        last = len(self.versions)
        return [Revision(n, IMAGES + one, "", 3, n == last) for n, one in enumerate(self.versions, start=1)]

    def running_digests(self, environment: str) -> set[str]:
        return self.digests

    def demo_value(self, environment: str) -> str:
        return self.value

    def run(self, arguments: list[str], *, stdin: str | None = None) -> Result:
        line = shown(arguments)
        self.told.append(line)
        if "set image" in line:
            self.versions.append(line.split(":v")[1].split()[0].join(["v", ""]))
        if "rollout undo" in line:
            number = int(line.split("--to-revision=")[1].split()[0]) if "--to-revision" in line else -1
            self.versions.append(self.versions[number - 1 if number > 0 else -2])
        if stdin:
            self.applied.append(stdin)
        return Result(("kubectl", *arguments), 0, "done\n", "", 0.0)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the service answers besides its version."""
    facts = {"demo": "test"}
    monkeypatch.setattr(
        module, "wait_until_served", lambda url, version, seconds: Served(version, facts["demo"], "uuid-deploy-1")
    )
    return facts


def target(cluster: Cluster) -> Target:
    return Target("test", "http://localhost:30050", cluster, cluster)  # type: ignore[arg-type]


def test_what_is_scaled_to_zero_is_not_changed_since_nobody_could_serve_it():
    cluster = Cluster(versions=["v1.0.0.0", "v2.0.0.0"], wanted=0)
    with pytest.raises(InputError, match="test is scaled to zero") as caught:
        changeable(target(cluster))
    assert "kubectl scale deployment/uuid-deploy --replicas=3 -n ns-uuid-test" in caught.value.fix


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_timeout_that_is_no_time_is_refused_before_anything_is_done(seconds: float):
    with pytest.raises(InputError, match="No rollout ends within"):
        Target("test", "http://localhost:30050", Cluster(), Cluster(), seconds)  # type: ignore[arg-type]


def test_an_upgrade_is_the_talks_command_and_ends_when_the_version_is_served(served: dict[str, str]):
    cluster = Cluster()
    change = upgrade(target(cluster), IMAGES + "v2.0.0.0", changeable(target(cluster)))
    assert cluster.told == [
        "kubectl set image deployment/uuid-deploy uuid-server=localhost:5001/apps/uuid:v2.0.0.0 -n ns-uuid-test"
    ]
    assert (change.before, change.revision_before, change.version, change.revision) == ("v1.0.0.0", 1, "v2.0.0.0", 2)
    assert change.changed


def test_the_commands_can_be_shown_without_doing_anything():
    assert [shown(command) for command in upgrade_commands("prod", IMAGES + "v2.0.0.0")] == [
        "kubectl set image deployment/uuid-deploy uuid-server=localhost:5001/apps/uuid:v2.0.0.0 -n ns-uuid-prod",
        "kubectl rollout status deployment/uuid-deploy -n ns-uuid-prod",
    ]
    assert [shown(command) for command in rollback_commands("prod", 1)] == [
        "kubectl rollout undo deployment/uuid-deploy --to-revision=1 -n ns-uuid-prod",
        "kubectl rollout status deployment/uuid-deploy -n ns-uuid-prod",
    ]


def test_a_revision_below_one_is_refused_even_where_the_commands_are_only_shown():
    with pytest.raises(InputError, match="test has no revision -1"):
        rollback_commands("test", -1)


def test_a_failed_upgrade_says_how_to_get_back(served: dict[str, str]):
    failing = target(Cluster(broken=("v2.0.0.0",)))
    with pytest.raises(PartError, match="the upgrade failed: Deployment cannot become ready") as caught:
        upgrade(failing, IMAGES + "v2.0.0.0", changeable(failing))
    assert "CrashLoopBackOff" in caught.value.why
    assert "./inv rollback --env test --to-revision 1" in caught.value.fix


def test_with_auto_rollback_it_goes_back_by_itself_and_is_still_a_failure(served: dict[str, str]):
    cluster = Cluster(broken=("v2.0.0.0",))
    with pytest.raises(PartError, match=r"was rolled back; v1\.0\.0\.0 is served") as caught:
        upgrade(target(cluster), IMAGES + "v2.0.0.0", changeable(target(cluster)), auto_rollback=True)
    assert "CrashLoopBackOff" in caught.value.why
    assert cluster.versions == ["v1.0.0.0", "v2.0.0.0", "v1.0.0.0"]


def test_a_rollback_that_fails_too_tells_both(served: dict[str, str]):
    cluster = Cluster(broken=("v1.0.0.0", "v2.0.0.0"))
    with pytest.raises(PartError, match="and so did the rollback to revision 1") as caught:
        upgrade(target(cluster), IMAGES + "v2.0.0.0", changeable(target(cluster)), auto_rollback=True)
    assert caught.value.why.count("CrashLoopBackOff") == 2


def test_a_rollback_goes_to_the_revision_before_or_to_one_of_the_history(served: dict[str, str]):
    cluster = Cluster(["v1.0.0.0", "v2.0.0.0", "v3.0.0.0"])
    before = changeable(target(cluster))
    assert rollback(target(cluster), before).version == "v2.0.0.0"
    assert rollback(target(cluster), before, 1).version == "v1.0.0.0"
    assert cluster.told[-1] == "kubectl rollout undo deployment/uuid-deploy --to-revision=1 -n ns-uuid-test"


@pytest.mark.parametrize(("to_revision", "what"), [(None, "no earlier revision"), (9, "no revision 9")])
def test_a_rollback_that_has_nowhere_to_go_changes_nothing(to_revision: int | None, what: str):
    cluster = Cluster()
    with pytest.raises(InputError, match=what) as caught:
        check_revision(target(cluster), to_revision)
    assert cluster.told == []
    assert "1 (v1.0.0.0)" in caught.value.why


FILES = {
    "namespace.yaml": "${NAMESPACE}",
    "cm-test.yaml": "cm",
    "uuid.yaml": "${NAMESPACE} ${VERSION} ${NODEPORT}",
}


def test_a_direct_deployment_applies_the_pipelines_files_in_its_order(served: dict[str, str]):
    cluster = Cluster()
    done = deploy_directly(target(cluster), FILES, Wish("test", "v1.0.0.0", 30050))
    assert cluster.applied == ["ns-uuid-test", "cm", "ns-uuid-test v1.0.0.0 30050"]
    assert (done.build, done.changed) == (None, False)
    assert manifest_names("prod") == ["namespace.yaml", "cm-prod.yaml", "uuid.yaml"]


def test_a_file_that_is_missing_is_told_before_anything_is_applied(served: dict[str, str]):
    cluster = Cluster()
    with pytest.raises(InputError, match=r"no demo/k8s/uid/uuid\.yaml"):
        deploy_directly(target(cluster), {"namespace.yaml": "", "cm-test.yaml": ""}, Wish("test", "v1.0.0.0", 30050))
    assert cluster.applied == []


def test_pods_that_read_an_older_configuration_start_anew(served: dict[str, str]):
    cluster = Cluster(value="another")
    deploy_directly(target(cluster), FILES, Wish("test", "v1.0.0.0", 30050))
    assert cluster.told[-1] == "kubectl rollout restart deployment/uuid-deploy -n ns-uuid-test"


def test_what_test_has_proven_is_named_by_its_digest():
    assert proven_version(Cluster(), "test") == f"v1.0.0.0@sha256:{'0f' * 32}"  # type: ignore[arg-type]


@pytest.mark.parametrize("digests", [set(), {"sha256:a", "sha256:b"}], ids=["none", "two"])
def test_pods_that_do_not_run_one_image_prove_nothing(digests: set[str]):
    with pytest.raises(PartError, match="do not run one image"):
        proven_version(Cluster(digests=digests), "test")  # type: ignore[arg-type]


def test_nothing_is_promoted_in_the_middle_of_a_rollout():
    with pytest.raises(InputError, match="in the middle of a rollout"):
        proven_version(Cluster(complete=False), "test")  # type: ignore[arg-type]


def test_kubectl_speaks_to_the_sandboxs_cluster_only(tmp_path: Path):
    from kubestage.delivery.kubectl import Kubectl

    program = tmp_path / "kubectl"
    program.write_text('#!/bin/sh\necho "$KUBECONFIG $*"; cat\n')
    program.chmod(0o755)
    said = Kubectl(program, tmp_path / "config").run(["apply", "-f", "-"], stdin="text").stdout
    assert said == f"{tmp_path}/config apply -f -\ntext"
