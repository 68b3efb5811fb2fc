from tests.e2e.timeline import Bar, drawn


def test_bars_stand_in_the_order_of_their_beginning_and_to_scale():
    lines = drawn([Bar("late", 110, 10, "done"), Bar("early", 100, 20, "done")])
    assert [line.rpartition("| ")[2] for line in lines] == ["early", "late"]
    assert lines[0].count("=") == 2 * lines[1].count("=")


def test_what_failed_is_marked():
    assert drawn([Bar("a test", 0, 1, "failed")])[0].endswith("a test [failed]")
