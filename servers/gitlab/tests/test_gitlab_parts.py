"""The server's parts on their own."""

from __future__ import annotations

import pytest
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import set_headers
from gitlab_light.errors import Refusal
from gitlab_light.git.hooks import shell_pattern
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.repository import is_file_path, is_ref_name
from gitlab_light.model.database import as_id
from gitlab_light.model.passwords import PasswordCheck, hash_password
from gitlab_light.model.wildcards import check_wildcard, matches
from gitlab_light.params import Params, nested
from gitlab_light.settings import Settings


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("master", "master", True), ("master", "master2", False), ("*", "any/thing", True),
        ("release/*", "release/1/2", True), ("release/*", "releases", False), ("*-stable", "v1-stable", True),
        ("a*b*c", "a-b-b-c", True), ("a*a", "a", False), ("a*b*c", "acb", False), ("", "", True),
    ],
)  # fmt: skip
def test_wildcards(pattern, name, fits):
    assert matches(pattern, name) is fits


def test_patterns_that_take_long_are_refused():
    check_wildcard("name", "a*b*")
    with pytest.raises(Refusal):
        check_wildcard("name", "*a" * 20)


def test_a_protected_name_is_no_more_of_a_shell_pattern_than_gitlab_has_it():
    assert shell_pattern("v*[0-9]?") == "v*\\[0-9\\]\\?"


@pytest.mark.parametrize("name", ["master", "feature/x", "v1.0.0.0", "ü", "a@b", "a{b"])
def test_ref_names_that_git_takes(name):
    assert is_ref_name(name)


@pytest.mark.parametrize("name", ["", "a..b", "-a", "/a", "a/", ".a", "a/.b", "a.lock", "a b", "a\0b", "@", "a@{b"])
def test_ref_names_that_git_refuses(name):
    assert not is_ref_name(name)


@pytest.mark.parametrize("path", ["..", "a/../b", "/a", "a/", "a//b", ".git", "a/.GIT/b", "", "a\0", "x" * 300])
def test_paths_that_lead_elsewhere(path):
    assert not is_file_path(path)


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("-1", None), ("٣", None), ("²", None), ("9" * 30, None)])
def test_ids(text, number):
    assert as_id(text) == number


def test_fields_are_nested_as_rails_nests_them():
    fields = [("a", "1"), ("b[]", "1"), ("b[]", "2"), ("c[d]", "3"), ("e[][k]", "x"), ("e[][v]", "y"), ("e[][k]", "z")]
    assert nested(fields) == {
        "a": "1", "b": ["1", "2"], "c": {"d": "3"}, "e": [{"k": "x", "v": "y"}, {"k": "z"}],
    }  # fmt: skip


def test_parameters_are_checked():
    params = Params({"n": "5", "yes": "true", "no": 0, "list": "a, b", "word": "x"})
    assert params.integer("n") == 5
    assert params.boolean("yes")
    assert not params.boolean("no")
    assert params.texts("list") == ["a", "b"]
    for ask in (
        lambda: params.text("missing"), lambda: params.integer("word"), lambda: params.boolean("word"),
        lambda: params.choice("word", ("y",), default="y"), lambda: params.objects("word"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refusal:
            ask()
        assert refusal.value.status == 400


def test_passwords_of_any_length_count_in_full():
    check, long = PasswordCheck(), "x" * 100
    hashed = hash_password(long)
    assert check.matches(long, hashed)
    assert check.matches(long, hashed)
    assert not check.matches("x" * 99, hashed)
    assert not check.matches(long, "-")


def test_settings_come_from_the_environment():
    settings = Settings.load(
        {"GITLAB_EXTERNAL_URL": "http://localhost:8929/", "GITLAB_INTERNAL_URL": "http://gitlab:8080"}
    )
    assert (settings.external_url, settings.internal_url) == ("http://localhost:8929", "http://gitlab:8080")
    assert (settings.port, str(settings.data)) == (8080, "/var/opt/gitlab")


class TestHookStates:
    """Failing hooks rest as GitLab documents."""

    @pytest.fixture
    def hook(self, instance):
        return instance.hooks.add("project", 1, url="http://x/", events={"push_events": True})

    def fail(self, instance, hook, times):
        for _ in range(times):
            instance.hooks.note_failure(instance.hooks.find(hook.id))
        return instance.hooks.find(hook.id)

    def test_four_failures_make_it_rest_and_a_success_wakes_it(self, instance, hook):
        assert self.fail(instance, hook, 3).alert_status == "executable"
        resting = self.fail(instance, hook, 1)
        assert (resting.alert_status, resting.recent_failures) == ("temporarily_disabled", 4)
        instance.hooks.note_success(resting)
        assert instance.hooks.find(hook.id).alert_status == "executable"

    def test_forty_failures_end_it_until_somebody_changes_it(self, instance, hook):
        ended = self.fail(instance, hook, 40)
        assert ended.alert_status == "disabled"
        assert self.fail(instance, hook, 20).alert_status == "disabled"  # each a test that somebody asked for
        assert instance.hooks.update(ended, url="http://y/").alert_status == "executable"

    def test_a_hook_that_goes_before_it_is_told_keeps_nobody_else_from_being_told(self, instance, hook):
        other = instance.hooks.add("project", 1, url="http://y/", events={"push_events": True})
        instance.hooks.remove(hook)
        with instance.database.transaction():
            for each in (hook, other):
                instance.hooks.queue(each, "Push Hook", "uuid", "{}", due=0)
        assert [instance.hooks.waiting_for(each.id) for each in (hook, other)] == [0, 1]

    def test_a_failure_of_before_does_not_undo_a_change(self, instance, hook):
        under_way = self.fail(instance, hook, 3)
        instance.hooks.update(hook, url="http://mended/")
        instance.hooks.note_failure(under_way)
        assert instance.hooks.find(hook.id).recent_failures == 1


@pytest.fixture
def root(instance):
    return instance.users.by_login("root")


@pytest.fixture
def project(instance, root):
    namespace = instance.namespaces.of_user(root.id)
    return instance.projects.create(
        namespace=namespace, name="p", path="p", visibility="private", default_branch="master", creator_id=root.id
    )


def test_of_two_who_protect_the_same_at_once_the_table_refuses_one(instance, project):
    instance.protected.add(project.id, "tag", "v*", 40, 40)
    with pytest.raises(Refusal, match=r"Protected tag 'v\*' already exists") as refusal:
        instance.protected.add(project.id, "tag", "v*", 40, 40)
    assert refusal.value.status == 409


@pytest.fixture
def committed(instance, root, project):
    """Commits a file to the project's master; gives the commit's id."""
    from gitlab_light.git.writing import Action, Person, make_commit

    repository, person, heads = instance.repositories.of(project.id), Person("A", "a@b"), [ZERO]
    repository.create("master")

    def commit(name: str) -> str:
        parent = None if heads[-1] == ZERO else heads[-1]
        sha = make_commit(
            repository, parent, [Action("create", name, content=b"a")], "m", author=person, committer=person
        )
        change = RefChange(heads[-1], sha, "refs/heads/master")
        with instance.journal.applying(project.id, root.id, [change]):
            repository.move_refs([change])
        heads.append(sha)
        return sha

    return commit


def test_a_commits_readme_is_looked_for_once(instance, project, committed, monkeypatch):
    from gitlab_light.git.repository import Repository

    looked, tree = [], Repository.tree
    monkeypatch.setattr(Repository, "tree", lambda self, commit: looked.append(commit) or tree(self, commit))
    assert instance.readmes.name(project) is None
    heads = [committed("a")]
    assert [instance.readmes.name(project) for _ in range(3)] == [None] * 3
    heads.append(committed("ReadMe.md"))
    assert [instance.readmes.name(project) for _ in range(3)] == ["ReadMe.md"] * 3
    assert looked == heads


def test_payloads_carry_the_address_inside_the_sandbox(instance, root, project, committed):
    committed("a")
    payload = instance.events.sample(project, root, "Push Hook")
    assert payload["project"]["git_http_url"] == "http://gitlab:8080/root/p.git"
    assert payload["repository"]["git_http_url"] == "http://gitlab:8080/root/p.git"
    assert payload["project"]["web_url"] == "http://gitlab.example:8929/root/p"
    assert payload["project"]["git_ssh_url"] == "ssh://git@gitlab:2222/root/p.git"


def test_more_than_ten_thousand_items_are_not_counted(instance):
    call = Call(instance, None, None, "/users", "per_page=10", {}, Params({"per_page": "10"}))
    set_headers(call, 10_000)
    assert (call.headers["X-Total"], call.headers["X-Total-Pages"], 'rel="last"' in call.headers["Link"]) == (
        "10000", "1000", True,
    )  # fmt: skip
    call.headers.clear()
    set_headers(call, 10_001)
    assert not {"X-Total", "X-Total-Pages"} & set(call.headers)
    assert (call.headers["X-Next-Page"], 'rel="last"' in call.headers["Link"]) == ("2", False)
