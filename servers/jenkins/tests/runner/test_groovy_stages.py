"""Declarative pipelines: stages in sequence, side by side, in a matrix, and what stands in them."""

from __future__ import annotations

from model_scripts import pipeline, stage
from runner_driver import Runner, pending, value


def test_after_a_failure_the_others_are_skipped(runner: Runner) -> None:
    build = runner.run(pipeline(stage("a", "error 'boom'") + stage("b", "echo 'b'")))

    assert build.result == "FAILURE"
    assert build.stages == [("a", "FAILURE"), ("b", "NOT_EXECUTED")]
    assert 'Stage "b" skipped due to earlier failure(s)' in build.log
    assert build.log[-1] == "ERROR: boom"


def test_nested_stages(runner: Runner) -> None:
    inner = stage("b", "echo 'b'") + stage("c", "echo 'c'")
    build = runner.run(pipeline(f"stage('a') {{ environment {{ E = 'e' }}\nstages {{ {inner} }} }}"))

    assert build.echoed == ["b", "c"]
    assert [name for name, _ in build.stages] == ["b", "c", "a"]
    starts = {m["name"]: m for m in build.of("stage") if m["event"] == "start"}
    assert starts["b"]["parent"] == starts["a"]["id"]


def test_parallel_stages_run_at_once_each_in_its_branch(runner: Runner) -> None:
    inner = stage("p", "sh 'p'") + stage("q", "sh 'q'")
    build = runner.run(pipeline(f"stage('a') {{ parallel {{ {inner} }} }}"))

    assert build.result == "SUCCESS"
    calls = [s for s in build.steps if s["name"] == "sh"]
    assert sorted((s["positional"][0], s["context"]["branch"], s["context"]["stages"]) for s in calls) == [
        ("p", "p", ["a", "p"]),
        ("q", "q", ["a", "q"]),
    ]
    # As in Jenkins, all branches are opened before the first goes on; which is first is left open.
    start = build.log.index("[Pipeline] parallel")
    assert sorted(build.log[start + 1 : start + 3]) == ["[Pipeline] { (Branch: p)", "[Pipeline] { (Branch: q)"]


def test_fail_fast_interrupts_the_other_branches(runner: Runner) -> None:
    inner = stage("p", "sh 'long'") + stage("q", "sleep(time: 30, unit: 'MILLISECONDS')\nerror 'q broke'")
    build = runner.run(pipeline(f"stage('a') {{ failFast true\nparallel {{ {inner} }} }}"), {"sh": pending})

    assert [m["cause"] for m in build.of("cancel")] == ["Failed in branch q"]
    assert build.result == "FAILURE"
    assert build.log[-1] == "ERROR: q broke"


def test_cells_whose_turns_end_while_they_read_the_same_block_read_all_of_it(runner: Runner) -> None:
    """A turn takes 20 ms; computing the label takes longer."""
    matrix = """
        stage('m') { matrix {
          agent { label "on-${OS}-${slowly()}" }
          axes { axis { name 'OS'; values 'a', 'b', 'c' } }
          stages { stage('cell') { steps { echo OS } } }
        } }"""
    slowly = "\ndef slowly() { int n = 0; for (int i = 0; i < 30000; i++) { n += 1 }; n }"
    build = runner.run(pipeline(matrix, agent="agent none") + slowly)

    assert build.result == "SUCCESS", build.text
    assert sorted(build.called("node")) == ["on-a-30000", "on-b-30000", "on-c-30000"]
    assert sorted(build.echoed) == ["a", "b", "c"]


def test_matrix_runs_every_cell_but_the_excluded(runner: Runner) -> None:
    matrix = """
        stage('m') { matrix {
            axes { axis { name 'OS'; values 'linux', 'mac' }
                   axis { name 'V'; values '8', '11' } }
            excludes { exclude { axis { name 'OS'; values 'mac' }
                                 axis { name 'V'; notValues '11' } } }
            stages { stage('in') { steps { echo "$OS $V" } } }
        } }
    """
    build = runner.run(pipeline(matrix))

    assert build.result == "SUCCESS", build.text
    assert sorted(build.echoed) == ["linux 11", "linux 8", "mac 11"]
    assert "[Pipeline] { (Branch: Matrix - OS = 'linux', V = '8')" in build.log


def test_input_gives_its_answer_to_the_stage(runner: Runner) -> None:
    more = """input { message 'go on?'
        ok 'yes'
        submitter 'admin'
        parameters { string(name: 'WHO', defaultValue: 'me') } }"""
    build = runner.run(pipeline(stage("s", "echo WHO", more=more)), {"input": value("you")})

    assert build.called("input") == [
        {
            "message": "go on?",
            "ok": "yes",
            "submitter": "admin",
            "parameters": [{"$symbol": "string", "name": "WHO", "defaultValue": "me"}],
        }
    ]
    assert build.echoed == ["you"]


def test_several_input_parameters_come_by_name(runner: Runner) -> None:
    more = "input { message 'm'\nparameters { string(name: 'A')\nstring(name: 'B') } }"

    assert runner.run(pipeline(stage("s", "echo A + B", more=more)), {"input": value({"A": "1", "B": "2"})}).echoed == [
        "12"
    ]


def test_script_blocks_share_undeclared_variables(runner: Runner) -> None:
    stages = stage(
        "a", 'script { v = 1\ndef local = [1, 2].collect { it * 2 }\nfor (i in local) { sh "$i" } }'
    ) + stage("b", 'echo "v is $v"')
    build = runner.run(pipeline(stages))

    assert build.called("sh") == ["2", "4"]
    assert build.echoed == ["v is 1"]


def test_methods_beside_the_pipeline(runner: Runner) -> None:
    script = pipeline(stage("a", "greet('x')")) + '\ndef greet(name) { sh "hello $name" }'

    assert runner.run(script).called("sh") == ["hello x"]


def test_catch_error_may_fail_only_the_stage(runner: Runner) -> None:
    stages = stage("a", "catchError(buildResult: 'SUCCESS', stageResult: 'FAILURE') { error 'x' }") + stage(
        "b", "echo 'b'"
    )
    build = runner.run(pipeline(stages))

    assert build.result == "SUCCESS"
    assert build.stages == [("a", "FAILURE"), ("b", "SUCCESS")]
