"""The steps that run code or wait: stage, parallel, retry, timeout, waitUntil, catchError…"""

from __future__ import annotations

from runner_driver import INTERRUPTED, Runner, fails, pending, value


class TestStageAndParallel:
    def test_stages_are_told_with_their_status(self, runner: Runner) -> None:
        build = runner.run("stage('a') { stage('b') { sh 'x' } }\nstage('c') { unstable 'hm' }")

        assert build.stages == [("b", "SUCCESS"), ("a", "SUCCESS"), ("c", "UNSTABLE")]
        assert build.steps[0]["context"]["stages"] == ["a", "b"]

    def test_a_failed_stage(self, runner: Runner) -> None:
        assert runner.run("stage('a') { error 'x' }").stages == [("a", "FAILURE")]

    def test_a_stage_without_a_block_lasts_until_the_next(self, runner: Runner) -> None:
        build = runner.run("stage 'a'\necho 'x'\nstage name: 'b'\nstage('c') { echo env.STAGE_NAME }\nerror 'y'")

        assert build.stages == [("a", "SUCCESS"), ("b", "SUCCESS"), ("c", "SUCCESS")]
        assert "[Pipeline] stage (a)" in build.log
        assert build.echoed == [
            "Using the \u2018stage\u2019 step without a block argument is deprecated",
            "x",
            "Using the \u2018stage\u2019 step without a block argument is deprecated",
            "c",
        ]

    def test_the_last_stage_without_a_block_has_the_builds_failure(self, runner: Runner) -> None:
        assert runner.run("stage 'a'\nnode { sh 'x' }", {"sh": fails("no")}).stages == [("a", "FAILURE")]

    def test_a_stage_lets_any_number_of_builds_in(self, runner: Runner) -> None:
        assert runner.run("stage(name: 'a', concurrency: 1) { }").log[-1] == (
            "ERROR: The \u2018concurrency\u2019 parameter is not supported in block-mode \u2018stage\u2019; try "
            "\u2018lock\u2019 and/or \u2018milestone\u2019 steps instead"
        )
        assert runner.run("stage name: 'a', concurrency: 1").log[-1].endswith("argument is no longer supported.")

    def test_branches_take_turns_at_each_block(self, runner: Runner) -> None:
        script = "parallel a: { stage('1') { error 'x' } }, b: { stage('2') { sh 'long' } }, failFast: true"
        build = runner.run(script, {"sh": pending})

        assert ("2", "ABORTED") in build.stages

    def test_a_branch_that_fail_fast_ends_is_interrupted_by_name(self, runner: Runner) -> None:
        told = "try { sh 'long' } catch (e) { echo e.toString()\necho e.causes[0].getClass().name\nthrow e }"
        fails_late = "sh 'short'; error 'x'"
        build = runner.start(f"parallel b: {{ {told} }}, a: {{ {fails_late} }}, failFast: true", {"sh": pending})
        short = build.wait_for("step", name="sh", positional=["short"])
        build.wait_for("step", name="sh", positional=["long"])
        runner.send({"type": "reply", "build": build.name, "call": short["call"]})
        build.wait()

        assert [line for line in build.echoed if "org.jenkinsci" in line] == [
            "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException: Failed in branch a",
            "org.jenkinsci.plugins.workflow.cps.steps.ParallelStep$FailFastCause",
        ]
        assert build.result == "FAILURE"

    def test_branches_run_at_once_and_give_their_values(self, runner: Runner) -> None:
        script = "def r = parallel(a: { sh 'x'; 1 }, b: { sh 'y'; 2 })\necho r.toString()"
        build = runner.run(script)

        assert build.echoed == ["[a:1, b:2]"]
        assert sorted(s["context"]["branch"] for s in build.steps) == ["a", "b"]

    def test_branches_really_overlap(self, runner: Runner) -> None:
        build = runner.start("parallel a: { sh 'a' }, b: { sh 'b' }", {"sh": pending})
        build.wait_for("step", name="sh", positional=["b"])
        for step in build.steps:
            runner.send({"type": "reply", "build": build.name, "call": step["call"]})

        assert build.wait().result == "SUCCESS"

    def test_a_failing_branch_lets_the_others_end_and_fails_the_step(self, runner: Runner) -> None:
        script = "parallel a: { error 'a broke' }, b: { sh 'x'; echo 'b done' }"
        build = runner.run(script)

        assert "b done" in build.log
        assert "Failed in branch a" in build.log
        assert build.log[-1] == "ERROR: a broke"

    def test_fail_fast_interrupts_the_others(self, runner: Runner) -> None:
        script = (
            "parallel a: { sh 'long' }, b: { sleep(time: 20, unit: 'MILLISECONDS'); error 'b broke' }, failFast: true"
        )
        build = runner.run(script, {"sh": pending})

        assert build.of("cancel")[0]["cause"] == "Failed in branch b"
        assert build.result == "FAILURE"
        assert build.log[-1] == "ERROR: b broke"

    def test_parallel_inside_parallel(self, runner: Runner) -> None:
        build = runner.run("parallel a: { parallel(c: { sh 'c' }, d: { sh 'd' }) }, b: { sh 'b' }")

        assert sorted(build.called("sh")) == ["b", "c", "d"]
        assert build.result == "SUCCESS"

    def test_fail_fast_reaches_nested_branches(self, runner: Runner) -> None:
        script = (
            "parallel a: { parallel(c: { sh 'c' }, d: { sh 'd' }) }, "
            "b: { sleep(time: 20, unit: 'MILLISECONDS'); error 'no' }, failFast: true"
        )
        build = runner.run(script, {"sh": pending})

        assert len(build.of("cancel")) == 2
        assert build.log[-1] == "ERROR: no"

    def test_env_of_one_branch_is_not_the_others(self, runner: Runner) -> None:
        build = runner.run("parallel a: { withEnv(['E=a']) { sh 'x'; echo E } }, b: { sh 'x'; echo \"${env.E}\" }")

        assert sorted(build.echoed) == ["a", "null"]


class TestRetry:
    def test_tries_again_until_it_works(self, runner: Runner) -> None:
        build = runner.run('int n = 0\nretry(3) { n++; if (n < 3) { error "no $n" } }\necho "n=$n"')

        assert build.echoed == ["ERROR: no 1", "Retrying", "ERROR: no 2", "Retrying", "n=3"]

    def test_gives_up_after_the_last_try(self, runner: Runner) -> None:
        build = runner.run("retry(count: 2) { sh 'x' }", {"sh": fails("no")})

        assert len(build.called("sh")) == 2
        assert build.result == "FAILURE"

    def test_tries_again_after_a_timeout_inside(self, runner: Runner) -> None:
        script = (
            "int n = 0\n"
            "retry(2) { timeout(time: 40, unit: 'MILLISECONDS') { if (n++ == 0) { sleep 60 } } }\n"
            'echo "$n"'
        )

        assert runner.run(script).echoed[-1] == "2"

    def test_does_not_try_again_after_a_stop(self, runner: Runner) -> None:
        build = runner.start("retry(3) { sh 'x' }", {"sh": pending})
        build.wait_for("step", name="sh")
        build.stop()

        assert build.wait().result == "ABORTED"
        assert len(build.called("sh")) == 1


class TestTimeout:
    def test_says_when_it_will_expire(self, runner: Runner) -> None:
        build = runner.run(
            "timeout(time: 90, unit: 'MINUTES') { }\ntimeout(5) { }\ntimeout(time: 3, unit: 'SECONDS') { }"
        )

        assert build.echoed == [
            "Timeout set to expire in 1 hr 30 min",
            "Timeout set to expire in 5 min 0 sec",
            "Timeout set to expire in 3 sec",
        ]

    def test_cancels_the_pending_step(self, runner: Runner) -> None:
        build = runner.run("timeout(time: 40, unit: 'MILLISECONDS') { sh 'x' }", {"sh": pending})

        assert build.of("cancel") == [
            {"type": "cancel", "build": build.name, "call": 1, "cause": "Timeout has been exceeded"}
        ]
        assert build.result == "ABORTED"
        assert "Cancelling nested steps due to timeout" in build.log
        assert build.log[-1] == "Timeout has been exceeded"

    def test_can_be_caught(self, runner: Runner) -> None:
        script = "try { timeout(time: 40, unit: 'MILLISECONDS') { sh 'x' } } catch (e) { echo e.class.name }\necho 'on'"
        build = runner.run(script, {"sh": pending})

        assert build.echoed[-2:] == [INTERRUPTED, "on"]
        assert build.result == "SUCCESS"

    def test_interrupts_branches_inside_and_none_outside(self, runner: Runner) -> None:
        script = """
            parallel a: { timeout(time: 40, unit: 'MILLISECONDS') { parallel(c: { sh 'c' }, d: { sh 'd' }) } },
                     b: { sleep(time: 120, unit: 'MILLISECONDS'); echo 'b lives' }
        """
        build = runner.run(script, {"sh": pending})

        assert len(build.of("cancel")) == 2
        assert "b lives" in build.log

    def test_stops_a_loop_without_steps(self, runner: Runner) -> None:
        build = runner.run("timeout(time: 60, unit: 'MILLISECONDS') { while (true) { } }")

        assert build.result == "ABORTED"

    def test_activity_starts_the_clock_again(self, runner: Runner) -> None:
        script = (
            "timeout(time: 400, unit: 'MILLISECONDS', activity: true) { "
            "5.times { sleep(time: 150, unit: 'MILLISECONDS'); echo 'alive' } }"
        )

        assert runner.run(script).result == "SUCCESS"


class TestCatching:
    def test_catch_error_goes_on_with_the_failure_noted(self, runner: Runner) -> None:
        build = runner.run(
            "catchError(message: 'oh') { sh 'x' }\necho currentBuild.currentResult", {"sh": fails("code 2")}
        )

        assert build.echoed == ["ERROR: oh", "ERROR: code 2", "Setting overall build result to FAILURE", "FAILURE"]
        assert build.result == "FAILURE"
        assert build.error is None

    def test_a_result_of_null_changes_nothing(self, runner: Runner) -> None:
        script = "catchError(buildResult: null, stageResult: null) { error 'x' }\necho \"${currentBuild.result}\""

        assert runner.run(script).echoed[-1] == "null"

    def test_a_result_that_is_none_is_refused(self, runner: Runner) -> None:
        build = runner.run("catchError(buildResult: 'BANANA') { echo 'never' }")

        assert (
            "buildResult is invalid: BANANA. Valid options are SUCCESS, UNSTABLE, FAILURE, NOT_BUILT and ABORTED."
            in build.text
        )
        assert "never" not in build.text

    def test_catch_error_with_results(self, runner: Runner) -> None:
        script = "stage('s') { catchError(buildResult: 'SUCCESS', stageResult: 'UNSTABLE') { error 'x' } }"
        build = runner.run(script)

        assert build.result == "SUCCESS"
        assert build.stages == [("s", "UNSTABLE")]

    def test_without_results_the_stage_stays_what_it_was(self, runner: Runner) -> None:
        build = runner.run("stage('s') { def v = catchError { 1 }\necho \"$v\"\ncatchError { error 'x' } }")

        assert build.echoed[0] == "null"
        assert build.stages == [("s", "SUCCESS")]
        assert build.result == "FAILURE"

    def test_warn_error_makes_it_unstable(self, runner: Runner) -> None:
        build = runner.run("stage('s') { warnError('careful') { error 'x' } }")

        assert build.echoed == ["ERROR: careful", "ERROR: x", "Setting overall build result to UNSTABLE"]
        assert build.result == "UNSTABLE"
        assert build.stages == [("s", "UNSTABLE")]

    def test_catch_error_may_let_interruptions_through(self, runner: Runner) -> None:
        build = runner.start("catchError(catchInterruptions: false) { sh 'x' }\necho 'on'", {"sh": pending})
        build.wait_for("step", name="sh")
        build.stop()

        assert build.wait().result == "ABORTED"
        assert "on" not in build.log

    def test_unstable_warns(self, runner: Runner) -> None:
        build = runner.run("unstable 'hm'\necho 'on'")

        assert build.echoed == ["WARNING: hm", "on"]
        assert build.result == "UNSTABLE"

    def test_a_step_of_the_server_may_worsen_the_result(self, runner: Runner) -> None:
        build = runner.run(
            "junit '*.xml'\necho currentBuild.result", {"junit": lambda s: {"value": None, "result": "UNSTABLE"}}
        )

        assert build.echoed == ["UNSTABLE"]
        assert build.result == "UNSTABLE"


class TestWaiting:
    def test_wait_until_asks_again(self, runner: Runner) -> None:
        build = runner.run('int i = 0\nwaitUntil(initialRecurrencePeriod: 10) { i++; i > 2 }\necho "$i"')

        assert build.echoed == ["Will try again after 10 ms", "Will try again after 12 ms", "3"]

    def test_wait_until_needs_a_boolean(self, runner: Runner) -> None:
        assert "java.lang.ClassCastException: body return value 5 is not boolean" in runner.run("waitUntil { 5 }").log

    def test_sleep(self, runner: Runner) -> None:
        build = runner.run(
            "sleep(time: 10, unit: 'MILLISECONDS')\n[1].each { sleep time: 10, unit: 'MILLISECONDS' }\nsleep 0"
        )

        assert build.echoed == ["Sleeping for 10 ms", "Sleeping for 10 ms", "Sleeping for 0 ms"]

    def test_is_unix(self, runner: Runner) -> None:
        assert runner.run('echo "${isUnix()}"').echoed == ["true"]


class TestServerBlocks:
    def test_variables_of_the_block_hold_inside(self, runner: Runner) -> None:
        answers = {"withCredentials": lambda s: {"env": {"U": "me"}}}
        build = runner.run(
            "withCredentials([usernamePassword(credentialsId: 'c')]) { sh 'x'; echo U }\necho \"${env.U}\"", answers
        )

        assert build.echoed == ["me", "null"]
        assert build.called("withCredentials") == [[{"$symbol": "usernamePassword", "credentialsId": "c"}]]
        assert build.steps[1]["context"]["block"] == build.steps[0]["call"]

    def test_a_block_returns_its_bodys_value(self, runner: Runner) -> None:
        assert runner.run("def v = dir('d') { sh 'x'; 5 }\necho \"$v\"").echoed == ["5"]

    def test_a_block_that_cannot_be_entered(self, runner: Runner) -> None:
        build = runner.run("lock('l') { sh 'x' }", {"lock": fails("taken")})

        assert build.called("sh") == []
        assert build.of("leave") == []
        assert build.log[-1] == "ERROR: taken"

    def test_a_block_that_cannot_be_left(self, runner: Runner) -> None:
        build = runner.run("dir('d') { echo 'x' }", {"leave": fails("stuck")})

        assert build.log[-1] == "ERROR: stuck"

    def test_leaving_tells_how_the_body_ended(self, runner: Runner) -> None:
        build = runner.run("dir('a') { echo 'x' }\ntry { dir('b') { error 'bad' } } catch (e) { }")

        good, bad = build.of("leave")
        assert (good["outcome"], good["error"]) == ("success", None)
        assert bad["outcome"] == "failure"
        assert bad["error"]["message"] == "bad"

    def test_log_lines_name_their_block(self, runner: Runner) -> None:
        build = runner.run("timestamps { echo 'in' }\necho 'out'", {"timestamps": value(None)})

        blocks = {m["text"]: m["block"] for m in build.of("log")}
        assert blocks["in"] == 1
        assert blocks["out"] is None
