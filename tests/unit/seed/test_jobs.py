"""Which requests start a job: the regexp filters of the jobs' triggers, applied as the plugin applies them (find)."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import kubestage.seed.jenkins as seed
from kubestage.secrets import JOB_TOKENS
from kubestage.seed.gitlab import HOOK_URL

JOBS = Path(seed.__file__).parent / "jobs"
TRIGGER = "org.jenkinsci.plugins.gwt.GenericTrigger"
COMMIT, NOTHING = "5061e2f142b4f7e900f285840ecb99a6f20cadd7", "0" * 40


def job(name: str) -> ElementTree.Element:
    return ElementTree.fromstring((JOBS / f"{name}.xml").read_text(encoding="utf-8").replace("'1.1'", "'1.0'"))


def starts(name: str, **variables: str) -> bool:
    trigger = next(job(name).iter(TRIGGER))
    text = trigger.findtext("regexpFilterText") or ""
    for key, value in variables.items():
        text = text.replace(f"${key}", value)
    return re.search(trigger.findtext("regexpFilterExpression") or "", text) is not None


def image(ref: str, after: str = COMMIT, commit_title: str = "Anything", **others: str) -> bool:
    hook = {"force": "false", "clean": "false", "checkout_sha": COMMIT} | others
    return starts("uuid.image", **hook, commit_title=commit_title, after=after, ref=ref)


def runner(version: str = "v1.0.0.0", env: str = "test", port: str = "30050") -> bool:
    return starts("uuid.runner", version=version, envName=env, nodePort=port)


@pytest.mark.parametrize("name", seed.JOBS)
def test_each_job_has_the_talks_token_and_its_pipeline_from_scm(name: str) -> None:
    assert next(job(name).iter(TRIGGER)).findtext("token") == name
    assert name in JOB_TOKENS.values()
    definition = job(name).find("definition")
    assert definition is not None
    assert definition.get("class") == "org.jenkinsci.plugins.workflow.cps.CpsScmFlowDefinition"
    assert definition.findtext("scriptPath") == f"demo/pipeline/{name}.Jenkinsfile"
    (remote,) = definition.iter("hudson.plugins.git.UserRemoteConfig")
    assert remote.findtext("url") == "http://gitlab:8080/demo/knowledge_share.git"
    assert remote.findtext("credentialsId") == "caoyong1-gitlab-lenovo-com"


def test_a_push_to_master_builds() -> None:
    assert image("refs/heads/master")


def test_a_request_that_says_nothing_builds_master() -> None:
    defaults = {
        variable.findtext("key") or "": variable.findtext("defaultValue") or ""
        for variable in job("uuid.image").iter("org.jenkinsci.plugins.gwt.GenericVariable")
    }
    assert starts("uuid.image", **dict(sorted(defaults.items(), reverse=True)))
    assert defaults["ref"] == "refs/heads/master"


@pytest.mark.parametrize("tag", ["v1.0.0.0", "v12.3.45.6"])
def test_a_versions_tag_builds(tag: str) -> None:
    assert image(f"refs/tags/{tag}", commit_title="none")


def test_a_release_is_built_at_its_tag_and_not_at_its_commit_too() -> None:
    assert not image("refs/heads/master", commit_title="Release v2.0.0.0")
    assert image("refs/tags/v2.0.0.0", commit_title="Release v2.0.0.0")


@pytest.mark.parametrize("ref", ["refs/heads/dev", "refs/heads/master2", "refs/heads/feature/a-1_b.c"])
def test_a_push_to_another_branch_builds_too(ref: str) -> None:
    assert image(ref, commit_title="Release v2.0.0.0")


@pytest.mark.parametrize("ref", ["refs/tags/snapshot", "refs/tags/v1.0", "x", "refs/heads/$(id)", "refs/heads/-x"])
def test_other_tags_and_names_that_a_shell_could_mistake_build_nothing(ref: str) -> None:
    assert not image(ref)


@pytest.mark.parametrize("value", ["", "yes", "true;id"])
@pytest.mark.parametrize("flag", ["force", "clean"])
def test_a_flag_is_true_or_false(flag: str, value: str) -> None:
    assert image("refs/heads/master", **{flag: "true"})
    assert not image("refs/heads/master", **{flag: value})


def test_a_commit_is_one() -> None:
    assert image("refs/heads/master", checkout_sha="")
    assert not image("refs/heads/master", checkout_sha="HEAD")


def test_the_talks_job_listens_to_no_hook_of_gitlab() -> None:
    assert f"token={JOB_TOKENS['talk']}" not in HOOK_URL
    assert list(job("uuid.image.talk").iter("org.jenkinsci.plugins.gwt.GenericVariable")) == []


@pytest.mark.parametrize("ref", ["refs/heads/master", "refs/heads/dev", "refs/tags/v1.0.0.0"])
def test_what_was_deleted_is_not_built(ref: str) -> None:
    assert not image(ref, after=NOTHING)


@pytest.mark.parametrize("version", ["v1.0.0.0", "v2.10.0.33", "v1.0.0.0-dev-5061e2f1", f"v1.0.0.0@sha256:{'0f' * 32}"])
@pytest.mark.parametrize("env", ["test", "prod"])
@pytest.mark.parametrize("port", ["30050", "30059"])
def test_a_well_formed_deployment_starts(version: str, env: str, port: str) -> None:
    assert runner(version, env, port)


@pytest.mark.parametrize(
    "version",
    ["", "latest", "1.0.0.0", "v1.0.0", "v1.0.0.0;id", "v1.0.0.0 prod", "$(id)", "v1.0.0.0/g", "v1.0.0.0\n",
     "v1.0.0.0@sha256:0f", "v٣.0.0.0"],
)  # fmt: skip
def test_a_version_that_is_none_starts_nothing(version: str) -> None:
    assert not runner(version=version)


@pytest.mark.parametrize("env", ["", "staging", "test;id", "Test", "../prod"])
def test_an_environment_that_is_none_starts_nothing(env: str) -> None:
    assert not runner(env=env)


@pytest.mark.parametrize("port", ["", "30049", "30060", "300500", "30050\n", "30050;id", "{}"])
def test_a_node_port_that_is_not_mapped_starts_nothing(port: str) -> None:
    assert not runner(port=port)


def test_by_hand_the_runner_asks_for_its_three_parameters() -> None:
    holder = job("uuid.runner").find("properties/hudson.model.ParametersDefinitionProperty/parameterDefinitions")
    assert holder is not None
    assert [parameter.findtext("name") for parameter in holder] == ["version", "envName", "nodePort"]


def test_a_template_names_what_it_was_made_from() -> None:
    first, recipe = seed._rendered("credentials", {"ID": "i", "USER": "u", "PASSWORD": "<&>"})
    second, other = seed._rendered("credentials", {"ID": "i", "USER": "u", "PASSWORD": "other"})
    assert recipe in first
    assert recipe not in second
    assert recipe != other
    assert ElementTree.fromstring(first).findtext("password") == "<&>"
