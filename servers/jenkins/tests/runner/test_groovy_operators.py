"""Scripted pipelines: assignments, operators and calls, where the CPS transformation has to follow Groovy."""

from __future__ import annotations

from typing import Any

from runner_driver import Runner, value


def echoed(runner: Runner, script: str, **fields: Any) -> list[str]:
    return runner.run(script, **fields).echoed


def test_an_assignment_has_a_value(runner: Runner) -> None:
    script = """
        def f() { sleep time: 1, unit: 'MILLISECONDS'; 5 }
        a = b = f()
        def m = [:]
        m.x = m['y'] = f()
        def c
        def sum = f() + (c = f())
        def n = 1
        n += (n = 4)
        echo "$a $b $m $sum $c $n"
        if ((c = f()) == 5) { echo 'compared' }
    """

    assert [line for line in echoed(runner, script) if "Sleeping" not in line] == ["5 5 [y:5, x:5] 10 5 5", "compared"]


def test_default_values_may_come_from_steps(runner: Runner) -> None:
    script = """
        def told() { sh(script: 'x', returnStdout: true) }
        def f(a, b = told(), String c = "c$a") { "$a $b $c" }
        echo f(1) + ', ' + f(1, 2) + ', ' + f(1, 2, 'z')
    """

    assert runner.run(script, {"sh": value("out")}).echoed == ["1 out c1, 1 2 c1, 1 2 z"]


def test_spread_arguments(runner: Runner) -> None:
    script = """
        def f(Map o = [:], a, b) { "$o $a $b" }
        def list = [1, 2]
        def map = [k: 'v']
        echo f(*list) + f(*:map, 3, 4)
        echo "${[0, *list, *[]]} ${[*:map, n: 1]} ${new String(*['text'])}"
        try { f(*map) } catch (IllegalArgumentException e) { echo e.message }
    """

    assert echoed(runner, script) == [
        "[:] 1 2[k:v] 3 4",
        "[0, 1, 2] [k:v, n:1] text",
        "cannot spread the type java.util.LinkedHashMap with value {k=v}, did you mean to use the spread-map operator "
        "instead?",
    ]


def test_logical_operators_give_a_boolean(runner: Runner) -> None:
    assert echoed(runner, "echo \"${true && 'x'} ${false || 'y'} ${null || 0}\"") == ["true true false"]


def test_a_misplaced_break_is_told_before_anything_runs(runner: Runner) -> None:
    build = runner.run("echo 'x'\nbreak")

    assert build.result == "FAILURE"
    assert "WorkflowScript: 2: the break statement is only allowed inside loops or switches" in build.text
    assert "\nx\n" not in build.text


def test_calls_that_cannot_return_to_their_caller_are_told(runner: Runner) -> None:
    script = """
        class Printing { String toString() { 'p' } }
        @NonCPS def outer() { inner() }
        def inner() { 'i' }
        [2, 1].sort { it }
        outer()
        [1].each { echo "fine $it" }
        echo "${new Printing()} is lost"
    """
    more = "; see: https://jenkins.io/redirect/pipeline-cps-method-mismatches/"

    assert echoed(runner, script) == [
        "expected to call java.util.ArrayList.sort but wound up catching "
        "org.jenkinsci.plugins.workflow.cps.CpsClosure2.call" + more,
        "expected to call WorkflowScript.outer but wound up catching WorkflowScript.inner" + more,
        "fine 1",
        "expected to call WorkflowScript.echo but wound up catching Printing.toString" + more,
    ]


def test_collections_change_as_they_do_in_jenkins(runner: Runner) -> None:
    script = """
        def list = [1, 2, 3, 2]
        list.removeAll { it == 2 }
        def map = [a: 1, b: 2, c: 3]
        map.keySet().removeAll(['a'])
        map.keySet().retainAll { it != 'c' }
        echo "$list $map"
        for (x in list) { if (x < 4) { list << x + 3 } }
        for (k in map.keySet()) { sleep time: 1, unit: 'MILLISECONDS'; map.remove(k) }
        echo "$list $map"
        try { [a: 1].each { it.value = 2 } } catch (UnsupportedOperationException e) { echo 'entries are fixed' }
    """

    assert [line for line in echoed(runner, script) if "Sleeping" not in line] == [
        "[1, 3] [b:2]",
        "[1, 3, 4, 6] [:]",
        "entries are fixed",
    ]
