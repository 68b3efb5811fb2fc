"""Stopping builds, and keeping them apart."""

from __future__ import annotations

import time

import pytest
from runner_driver import Build, Message, Runner, pending


def started(runner: Runner, script: str) -> Build:
    build = runner.start(script, {"sh": pending})
    build.wait_for("step", name="sh")
    return build


class TestStop:
    def test_interrupts_the_pending_step_and_ends_aborted(self, runner: Runner) -> None:
        build = started(runner, "node { sh 'x' }\necho 'never'")
        build.stop()

        assert build.wait().result == "ABORTED"
        assert build.of("cancel")[0]["cause"] == "Aborted by admin"
        assert "Aborted by admin" in build.log
        assert "never" not in build.log
        assert build.of("leave")[0]["outcome"] == "aborted"

    def test_finally_and_post_still_run(self, runner: Runner) -> None:
        script = """
            pipeline { agent any
              stages { stage('s') { steps { script { try { sh 'x' } finally { echo 'finally' } } } }
                       stage('t') { steps { echo 'never' } } }
              post { aborted { echo 'post aborted' }
                     always { echo 'post always' } } }
        """
        build = started(runner, script)
        build.stop()

        assert build.wait().result == "ABORTED"
        assert [line for line in build.echoed if line in ("finally", "never", "post aborted", "post always")] == [
            "finally",
            "post always",
            "post aborted",
        ]
        assert build.stages[:2] == [("s", "ABORTED"), ("t", "NOT_EXECUTED")]

    def test_interrupts_all_branches(self, runner: Runner) -> None:
        build = started(runner, "parallel a: { sh 'a' }, b: { sleep 60 }")
        build.stop()

        assert build.wait().result == "ABORTED"

    def test_interrupts_a_loop_without_steps(self, runner: Runner) -> None:
        build = runner.start("while (true) { }")
        build.wait_for("log", text="[Pipeline] Start of Pipeline")
        build.stop()

        assert build.wait(5).result == "ABORTED"

    def test_interrupts_endless_recursion_of_methods(self, runner: Runner) -> None:
        build = runner.start("def f(n) { return n }\ndef i = 0\nwhile (f(true)) { i = f(i) + 1 }")
        build.wait_for("log", text="[Pipeline] Start of Pipeline")
        build.stop()

        assert build.wait(5).result == "ABORTED"

    def test_a_step_that_ended_meanwhile_is_interrupted_all_the_same(self, runner: Runner) -> None:
        class Finished(Build):
            def receive(self, message: Message) -> None:
                if message["type"] == "cancel":
                    self.messages.append(message)
                    self.send({"type": "reply", "build": self.name, "call": message["call"], "value": "done"})
                else:
                    super().receive(message)

        build = started(runner, "sh 'x'\necho 'never'")
        build.__class__ = Finished
        build.stop()

        assert build.wait().result == "ABORTED"
        assert "never" not in build.log

    def test_hard_ends_at_once(self, runner: Runner) -> None:
        build = started(runner, "try { sh 'x' } finally { echo 'never' }")
        build.stop(hard=True)

        assert build.wait(2).result == "ABORTED"
        assert "never" not in build.log

    def test_hard_ends_even_what_cannot_be_interrupted(self, runner: Runner) -> None:
        build = runner.start(
            "@NonCPS def f() { long end = System.currentTimeMillis() + 1500\n"
            "while (System.currentTimeMillis() < end) { } }\nf()"
        )
        build.wait_for("log", text="[Pipeline] Start of Pipeline")
        build.stop(hard=True)

        assert build.wait(1).result == "ABORTED"


class TestApart:
    def test_many_builds_at_once_lose_and_mix_nothing(self, runner: Runner) -> None:
        script = (
            'node { for (int i = 0; i < 5; i++) { def v = sh(script: "$i", returnStdout: true); echo "$JOB_ID-$v" } }'
        )
        answers = {"sh": lambda step: {"value": step["args"]["script"]}}
        builds = [runner.start(script, answers, env={"JOB_ID": str(n)}) for n in range(40)]

        for n, build in enumerate(builds):
            assert build.wait(60).echoed == [f"{n}-{i}" for i in range(5)]

    def test_a_busy_build_lets_others_run(self, runner: Runner) -> None:
        busy = [runner.start("while (true) { }") for _ in range(12)]
        try:
            assert runner.start("echo 'quick'").wait(10).echoed == ["quick"]
        finally:
            for build in busy:
                build.stop()
            for build in busy:
                assert build.wait().result == "ABORTED"

    @pytest.mark.parametrize(
        "ending",
        [
            "System.exit(1)",
            "Runtime.runtime.exit(1)",
            "Runtime.getRuntime().halt(1)",
            "java.lang.System.exit(0)",
            "[1].each { System.exit(it) }",
        ],
    )
    def test_a_script_cannot_end_the_runner(self, runner: Runner, ending: str) -> None:
        build = runner.run(ending)

        assert build.result == "FAILURE"
        assert "java.lang.SecurityException: Scripts not permitted" in build.text

    def test_not_even_from_noncps_code(self, runner: Runner) -> None:
        build = runner.run("@NonCPS def f() { System.exit(1) }\nf()")

        assert build.result == "FAILURE"
        assert "java.lang.SecurityException: Scripts not permitted" in build.text

    def test_what_a_script_prints_to_stdout_does_not_break_the_protocol(self, runner: Runner) -> None:
        assert runner.run("System.out.println('{broken')\necho 'ok'").echoed == ["ok"]

    def test_endless_recursion_fails_only_its_build(self, runner: Runner) -> None:
        build = runner.run("@NonCPS def f(n) { f(n + 1) }\nf(0)")

        assert build.result == "FAILURE"
        assert "java.lang.StackOverflowError" in build.text

    def test_a_script_that_cannot_be_instantiated_fails(self, runner: Runner) -> None:
        build = runner.run("class A { static x = 1 / 0 }\nnew A()")

        assert build.result == "FAILURE"

    def test_classes_of_one_build_are_not_seen_by_another(self, runner: Runner) -> None:
        runner.run('class Secret { def x = 1 }\necho "${new Secret().x}"')

        assert runner.run("new Secret()").result == "FAILURE"

    def test_a_changed_metaclass_ends_with_its_build(self, runner: Runner) -> None:
        leaking = runner.run("String.metaClass.shout = { -> 'loud' }\necho 'x'.shout()")
        told = "expected to call java.lang.String.shout but wound up catching "
        assert leaking.echoed[0].startswith(told)
        assert leaking.echoed[1:] == ["loud"]

        assert runner.run("echo 'x'.shout()").result == "FAILURE"

    def test_memory_comes_back(self, runner: Runner) -> None:
        def state() -> Message:
            return runner.ask({"type": "ping", "id": "p", "collect": True})

        script = 'class A implements Serializable { def l = [1] }\nnode { def a = new A(); 5.times { sh "$it" } }'
        for _ in range(20):
            runner.run(script)
        before = state()
        for _ in range(100):
            runner.run(script)
        time.sleep(0.2)
        after = state()

        assert after["live"] == 0
        assert after["heapKiB"] < before["heapKiB"] + 3000
        assert after["classes"] < before["classes"] + 150
