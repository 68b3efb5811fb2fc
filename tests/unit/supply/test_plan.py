from pathlib import Path

import pytest

from kubestage.errors import InputError
from kubestage.settings import Settings
from kubestage.supply.artefact import digest_of
from kubestage.supply.plan import Planner
from kubestage.supply.store import Store
from tests.unit.supply.recipes import Published, artefact, named


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


def planner(store, *artefacts, source="auto", answers=False):
    settings = Settings(cache=store.root, source=source)
    return Planner(settings, named(*artefacts), store, lambda _: answers)


class TestKey:
    def key(self, store, *artefacts):
        return planner(store, *artefacts).plan(artefacts[-1].name).key

    def test_stays_the_same_for_the_same_recipe(self, store):
        assert self.key(store, artefact("tool")) == self.key(store, artefact("tool"))

    def test_changes_with_the_recipe(self, store):
        assert self.key(store, artefact("tool")) != self.key(store, artefact("tool", "echo other > file"))

    def test_changes_with_the_version(self, store):
        assert self.key(store, artefact("tool")) != self.key(store, artefact("tool", version="2"))

    def test_changes_with_an_input(self, store):
        tool = artefact("tool", inputs=("part",))
        assert self.key(store, artefact("part"), tool) != self.key(store, artefact("part", "true"), tool)

    def test_does_not_change_with_what_only_helps_to_make_it(self, store):
        tool = artefact("tool", uses=("helper",))
        assert self.key(store, artefact("helper"), tool) == self.key(store, artefact("helper", "true"), tool)

    def test_is_of_names_modes_and_contents_of_recipe_files(self, tmp_path):
        (tmp_path / "recipe").mkdir()
        file = tmp_path / "recipe" / "main.go"
        file.write_text("package main")
        first = digest_of([tmp_path / "recipe"])
        file.chmod(0o755)
        second = digest_of([tmp_path / "recipe"])
        file.rename(file.with_name("other.go"))
        third = digest_of([tmp_path / "recipe"])

        assert len({first, second, third}) == 3

    def test_is_not_of_what_running_and_testing_leave_behind(self, tmp_path: Path):
        (tmp_path / "main.py").write_text("pass")
        before = digest_of([tmp_path])
        (tmp_path / "__pycache__").mkdir()
        (tmp_path / "__pycache__" / "main.pyc").write_text("byte code")

        assert digest_of([tmp_path]) == before


class TestAuto:
    tool = artefact("tool", pull=Published())

    def test_takes_what_was_pulled_before(self, store):
        pulled = planner(store, self.tool, source="pull").plan("tool")
        pulled.folder.mkdir(parents=True)

        assert planner(store, self.tool).plan("tool") == pulled

    def test_takes_what_was_built_before_even_if_it_could_pull_now(self, store):
        built = planner(store, self.tool, source="build").plan("tool")
        built.folder.mkdir(parents=True)

        assert planner(store, self.tool, answers=True).plan("tool") == built

    def test_pulls_where_the_publisher_answers(self, store):
        assert planner(store, self.tool, answers=True).plan("tool").origin == "pull"

    def test_builds_where_nobody_answers(self, store):
        assert planner(store, self.tool).plan("tool").origin == "build"


def test_source_pull_still_builds_what_nobody_publishes(store):
    assert planner(store, artefact("ours"), source="pull").plan("ours").origin == "build"


def test_source_build_never_pulls(store):
    tool = artefact("tool", pull=Published())
    assert planner(store, tool, source="build", answers=True).plan("tool").origin == "build"


def test_an_unknown_name_is_refused_with_the_known_ones(store):
    with pytest.raises(InputError, match=r"no artefact hammer\nKnown: tool"):
        planner(store, artefact("tool")).plan("hammer")
