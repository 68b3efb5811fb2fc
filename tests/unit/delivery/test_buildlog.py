from kubestage.delivery.buildlog import failure_in

SKIPPING = """[Pipeline] { (Compile)
[Pipeline] sh
+ mvn compile
[ERROR] no such symbol
[Pipeline] }
[Pipeline] // stage
[Pipeline] stage
[Pipeline] { (Image)
Stage "Image" skipped due to earlier failure(s)
[Pipeline] }
[Pipeline] // stage
[Pipeline] { (Push)
Stage "Push" skipped due to earlier failure(s)
[Pipeline] }
[Pipeline] { (Declarative: Post Actions)
ERROR: script returned exit code 1
Finished: FAILURE
"""


def test_the_stages_that_are_skipped_after_a_failure_are_not_the_failed_one():
    failure = failure_in(SKIPPING)
    assert failure.stage == "Compile"
    assert failure.lines == ("+ mvn compile", "[ERROR] no such symbol")


def test_the_last_stage_may_fail_without_any_after_it():
    failure = failure_in("[Pipeline] { (Push)\ndenied\n[Pipeline] { (Declarative: Post Actions)\nFinished: FAILURE\n")
    assert (failure.stage, failure.lines) == ("Push", ("denied", "Finished: FAILURE"))


def test_a_build_that_fails_before_any_stage_says_so():
    assert failure_in("ERROR: no such branch\n").stage == "before the first stage"


def test_a_long_log_gives_its_last_lines():
    lines = failure_in("[Pipeline] { (Compile)\n" + "\n".join(map(str, range(100)))).lines
    assert (len(lines), lines[-1]) == (30, "99")
