"""The less used halves of python-jenkins' and jenkinsapi's surface: each method works or fails as on a bare Jenkins."""

from __future__ import annotations

import io
from collections.abc import Iterator

import jenkins
import pytest
from jenkins_client import Client, Finished, pipeline
from jenkinsapi.custom_exceptions import JenkinsAPIException
from jenkinsapi.jenkins import Jenkins

PAIR = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl"
JUNIT = '<testsuite name="s"><testcase classname="p.C" name="good" time="0.1"/></testsuite>'


@pytest.fixture(scope="module")
def built(client: Client) -> Finished:
    return client.run(
        "surface",
        "node { writeFile file: 'x/a.txt', text: 'hi'; archiveArtifacts 'x/*'\n"
        f"writeFile file: 'r.xml', text: '{JUNIT}'; junit 'r.xml' }}",
    )


@pytest.fixture
def python(client: Client) -> jenkins.Jenkins:
    return jenkins.Jenkins(client.url, client.user, client.token)


@pytest.fixture
def api(client: Client) -> Jenkins:
    return Jenkins(client.url, client.user, client.token, use_crumb=True)


def test_python_jenkins_reads_builds(python: jenkins.Jenkins, built: Finished) -> None:
    number = built.number
    assert python.get_build_artifact_as_bytes("surface", number, "x/a.txt") == b"hi"
    assert python.get_build_test_report("surface", number)["passCount"] == 1
    assert python.get_build_test_report("surface", number, tree="suites[cases[name]]")["suites"]
    assert python.get_build_env_vars("surface", number)["envMap"] == {}
    assert python.get_job_info("surface", fetch_all_builds=True)["builds"][0]["number"] == number
    assert [job["name"] for job in python.get_job_info_regex("^surface$")] == ["surface"]
    assert python.get_plugin_info("Pipeline")["shortName"] == "workflow-aggregator"
    assert python.wait_for_normal_op(10)
    python.wipeout_job_workspace("surface")


def test_python_jenkins_keeps_credentials_in_folders(python: jenkins.Jenkins) -> None:
    python.create_folder("held", ignore_failures=True)
    try:
        config = f"<{PAIR}><id>pair</id><username>{{}}</username><password>p</password></{PAIR}>"
        python.create_credential("held", config.format("one"))
        assert python.credential_exists("pair", "held")
        assert python.get_credential_info("pair", "held")["id"] == "pair"
        python.reconfig_credential("held", config.format("two"))
        assert "<username>two</username>" in python.get_credential_config("pair", "held")
        assert [found["id"] for found in python.list_credentials("held")] == ["pair"]
        python.delete_credential("pair", "held")
        assert not python.credential_exists("pair", "held")
    finally:
        python.delete_job("held")


def test_python_jenkins_keeps_views_in_folders(python: jenkins.Jenkins) -> None:
    python.create_folder("viewed", ignore_failures=True)
    try:
        python.create_view("viewed/inner", jenkins.EMPTY_VIEW_CONFIG_XML)
        assert python.view_exists("viewed/inner")
        assert "ListView" in python.get_view_config("viewed/inner")
        python.delete_view("viewed/inner")
        assert not python.view_exists("viewed/inner")
    finally:
        python.delete_job("viewed")


def test_python_jenkins_takes_nodes_offline(python: jenkins.Jenkins) -> None:
    python.disable_node("(built-in)", "maintenance")
    try:
        assert python.get_node_info("(built-in)")["offlineCauseReason"] == "maintenance"
    finally:
        python.enable_node("(built-in)")
    assert not python.get_node_info("(built-in)")["offline"]


def test_what_needs_a_plugin_or_the_script_console_fails_clearly(python: jenkins.Jenkins) -> None:
    assert not python.promotion_exists("any", "surface")
    for call in (lambda: python.get_promotions("surface"), lambda: python.run_script("println 1")):
        with pytest.raises(jenkins.NotFoundException):
            call()
    with pytest.raises(jenkins.JenkinsException):
        python.install_plugin("nothing")


def test_jenkinsapi_reads_builds(api: Jenkins, built: Finished) -> None:
    build = api["surface"].get_build(built.number)
    assert build.get_status() == "SUCCESS"
    assert build.get_resultset()["p.C.good"].status == "PASSED"
    (artifact,) = build.get_artifacts()
    assert artifact.get_data() == b"hi"
    build.set_description("described")
    build.poll()
    assert build.get_description() == "described"
    assert "".join(build.stream_logs()).endswith("Finished: SUCCESS\n")
    assert api["surface"].get_last_good_build().get_number() == built.number


@pytest.fixture
def with_parameters(api: Jenkins) -> Iterator[str]:
    kinds = "".join(
        f"<hudson.model.{kind}ParameterDefinition><name>{name}</name></hudson.model.{kind}ParameterDefinition>"
        for kind, name in (("String", "A"), ("File", "F"))
    )
    tag = "hudson.model.ParametersDefinitionProperty"
    prop = f"<{tag}><parameterDefinitions>{kinds}</parameterDefinitions></{tag}>"
    api.create_job("surface-parameters", pipeline("echo params.A", prop))
    yield "surface-parameters"
    api.delete_job("surface-parameters")


def test_jenkinsapi_gives_parameters_and_files(api: Jenkins, with_parameters: str) -> None:
    job = api[with_parameters]
    assert list(job.get_params_list()) == ["A", "F"]
    item = job.invoke(build_params={"A": "z"}, files={"F": io.BytesIO(b"data")}, block=True, delay=0.2)
    build = item.get_build()
    assert build.get_params() == {"A": "z", "F": None}
    assert "z\n" in build.get_console()


def test_jenkinsapi_manages_nodes(api: Jenkins) -> None:
    node = api.nodes["Built-In Node"]
    before = node.get_num_executors()
    node.set_num_executors(3)
    assert api.nodes["Built-In Node"].get_num_executors() == 3
    node.set_num_executors(before)
    node.toggle_temporarily_offline("why")
    assert node.offline_reason() == "why"
    node.toggle_temporarily_offline()
    assert node.is_online()
    assert node.get_total_physical_memory() > 0
    agent = api.create_node("surface-agent", num_executors=2, labels="l1 l2", remote_fs="/var")
    try:
        agent.add_labels("l3")
        assert agent.get_labels() == "l1 l2 l3"
        agent.set_num_executors(4)
        assert agent.get_num_executors() == "4"
        assert not agent.is_online()
    finally:
        api.delete_node("surface-agent")
    assert "surface-agent" not in api.nodes.keys()  # noqa: SIM118 jenkinsapi's own keys


def test_jenkinsapi_manages_accounts_and_tokens(api: Jenkins) -> None:
    api.create_user("api-guest", "pw-of-guest", "An API guest", "guest@example.com")
    api.delete_user("api-guest")
    with pytest.raises(JenkinsAPIException):
        api.delete_user("api-guest")
    assert api.generate_new_api_token("of a test").startswith("11")


def test_jenkinsapi_views_and_jobs(api: Jenkins, built: Finished) -> None:
    api.copy_job("surface", "surface-copy")
    api.rename_job("surface-copy", "surface-other")
    assert "surface-other" in api.get_jobs_list()
    view = api.views.create("surface-view")
    view.add_job("surface", api["surface"])
    view.update_config(view.get_config())
    assert set(view.get_job_dict()) == {"surface"}
    view.remove_job("surface")
    del api.views["surface-view"]
    api.delete_job("surface-other")
    api.quiet_down()
    assert api.is_quieting_down
    api.cancel_quiet_down()
    assert not api.is_quieting_down
