"""The database on its own."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from gitlab_light.errors import Gone
from gitlab_light.model.database import Database, kept


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "gitlab.db")
    yield database
    database.close()


@pytest.fixture
def seen_by_others(database):
    """Says what another thread, with a connection of its own, finds of the settings."""

    def seen() -> list[str]:
        with ThreadPoolExecutor(1) as others:
            return others.submit(lambda: [row["name"] for row in database.rows("SELECT name FROM settings")]).result()

    return seen


def write(database, name):
    database.execute("INSERT INTO settings VALUES (?, 'value')", name)


def test_what_follows_a_commit_comes_when_others_can_see_what_was_written(database, seen_by_others):
    found = []
    with database.transaction():
        write(database, "outer")
        with database.transaction():
            write(database, "inner")
            database.after_commit(lambda: found.extend(seen_by_others()))
        assert found == []
    assert sorted(found) == ["inner", "outer"]


def test_what_follows_a_commit_comes_at_once_outside_of_transactions(database, seen_by_others):
    found = []
    write(database, "alone")
    database.after_commit(lambda: found.extend(seen_by_others()))
    assert found == ["alone"]


def test_nothing_follows_a_transaction_that_is_given_up(database):
    done = []

    def give_up():
        with database.transaction():
            database.after_commit(lambda: done.append("given up"))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        give_up()
    with database.transaction():
        write(database, "next")
    assert done == []


def test_what_follows_a_commit_may_write_itself(database, seen_by_others):
    with database.transaction():
        database.after_commit(lambda: write(database, "afterwards"))
    assert seen_by_others() == ["afterwards"]


def test_what_somebody_has_removed_meanwhile_is_gone_and_no_fault(database):
    with pytest.raises(Gone) as told:
        database.execute("INSERT INTO label_subscriptions VALUES (1, 1, 0)")  # of a label that is not there
    assert told.value.status == 404
    with pytest.raises(Gone):
        kept(None)
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("INSERT INTO settings VALUES ('twice', ''), ('twice', '')")
