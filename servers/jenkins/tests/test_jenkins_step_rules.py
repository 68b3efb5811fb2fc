"""Rules of steps that can be looked at without a server: masks, versions, properties files, checkouts, libraries."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from corpus_library import library_configuration
from jenkins_light import xmltree
from jenkins_light.engine import checkouts, masking
from jenkins_light.engine.git import Git
from jenkins_light.model import libraries
from jenkins_light.model.definitions import GitScm
from jenkins_light.model.items import Folder
from jenkins_light.steps.propertyfiles import parse_properties
from jenkins_light.steps.versions import compare


@pytest.mark.parametrize(
    "shown",
    [
        "it's $ecret",
        "'it'\\''s $ecret'",
        "it'\"'\"'s $ecret",
        "it's $$ecret",
        base64.b64encode(b"it's $ecret").decode(),
        base64.urlsafe_b64encode(b"it's $ecret").decode(),
    ],
)
def test_a_secret_is_known_in_each_form(shown: str) -> None:
    assert shown in masking.forms("it's $ecret")


@pytest.mark.parametrize("around", ["{}", "x{}", "xy{}", "xyz{}", "{}z", "user:{}\n"])
def test_what_holds_a_secret_in_base64_shows_nothing_of_it(around: str) -> None:
    encoded = base64.b64encode(around.format("correct horse battery").encode()).decode()
    assert any(form in encoded for form in masking.forms("correct horse battery"))


def test_each_line_of_a_secret_is_one_and_short_words_are_none() -> None:
    found = masking.forms("first line\n  ab\nlast line\n")
    assert {"first line", "last line"} <= found
    assert not {"ab", ""} & found


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("1.10", "1.9", 1),
        ("1.0", "1", 0),
        ("1.0.0", "1.0-rc1", 1),
        ("1.0-alpha", "1.0-beta", -1),
        ("1.0-SNAPSHOT", "1.0", -1),
        ("2", "1.9.9", 1),
        ("v1.0.0.0", "v2.0.0.0", -1),
        ("", "1", -1),
    ],
)
def test_versions_are_ordered_as_jenkins_orders_them(one: str, two: str, expected: int) -> None:
    assert compare(one, two) == expected
    assert compare(two, one) == -expected


def test_properties_follow_javas_rules() -> None:
    text = "a=1\n b : two\nc three\n! no\n# no\nlong = x \\\n   y\nkey\\ with\\:marks=v\nu=\\u00e9\\t.\nempty\n"
    assert parse_properties(text) == {
        "a": "1", "b": "two", "c": "three", "long": "x y", "key with:marks": "v", "u": "é\t.", "empty": "",
    }  # fmt: skip


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository with three commits on master and a branch that is one commit ahead of the first."""
    folder = tmp_path / "origin"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "master")
    for number in range(3):
        _commit(folder, f"{number}.txt")
        if number == 0:
            _git(folder, "branch", "topic")
    _git(folder, "checkout", "-q", "topic")
    _commit(folder, "topic.txt")
    _git(folder, "checkout", "-q", "master")
    return folder


def _git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def _commit(folder: Path, name: str) -> None:
    (folder / name).write_text(name)
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", name)


def _checked_out(tmp_path: Path, origin: Path, branch: str, **extensions: dict[str, str]) -> tuple[Path, list[str]]:
    home, folder, log = tmp_path / "home", tmp_path / "tree", list[str]()
    folder.mkdir(exist_ok=True)
    (home / "secrets").mkdir(parents=True, exist_ok=True)
    scm = GitScm(f"file://{origin}", branches=(branch,), extensions=extensions)
    checkouts.check_out(Git(folder, home, None, log.append), folder, scm, log.append)
    return folder, log


def test_a_shallow_clone_has_the_depth_asked_for(tmp_path: Path, origin: Path) -> None:
    folder, log = _checked_out(tmp_path, origin, "master", CloneOption={"shallow": "true", "depth": "2"})
    assert _git(folder, "rev-list", "--count", "HEAD") == "2"
    assert "Using shallow clone with depth 2" in log


def test_a_local_branch_takes_the_remote_ones_name(tmp_path: Path, origin: Path) -> None:
    folder, _ = _checked_out(tmp_path, origin, "*/topic", LocalBranch={"localBranch": "**"})
    assert _git(folder, "rev-parse", "--abbrev-ref", "HEAD") == "topic"


def test_a_merge_before_the_build_holds_both_sides(tmp_path: Path, origin: Path) -> None:
    folder, log = _checked_out(tmp_path, origin, "topic", PreBuildMerge={"mergeTarget": "master"})
    assert {"2.txt", "topic.txt"} <= {path.name for path in folder.iterdir()}
    assert any(line.startswith("Merging Revision ") and "origin/master" in line for line in log)


def test_submodules_come_with_the_tree_when_asked_for(
    tmp_path: Path, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "protocol.file.allow")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "always")
    outer = tmp_path / "outer"
    outer.mkdir()
    _git(outer, "init", "-q", "-b", "master")
    _git(outer, "submodule", "add", "-q", f"file://{origin}", "inner")
    _git(outer, "commit", "-q", "-m", "with a submodule")
    folder, _ = _checked_out(tmp_path, outer, "master", SubmoduleOption={"recursiveSubmodules": "true"})
    assert (folder / "inner" / "0.txt").exists()


def test_a_folders_libraries_come_before_the_global_ones(tmp_path: Path) -> None:
    package = "org.jenkinsci.plugins.workflow.libs"
    of_folder = library_configuration("shared", "http://folder/lib.git", "v2", implicit=True)
    folder_xml = (
        f"<com.cloudbees.hudson.plugins.folder.Folder><properties><{package}.FolderLibraries><libraries>{of_folder}"
        f"</libraries></{package}.FolderLibraries></properties></com.cloudbees.hudson.plugins.folder.Folder>"
    )
    legacy = (
        f"<{package}.LibraryConfiguration><name>old</name><retriever class='{package}.SCMRetriever'>"
        "<libraryPath>ci/lib</libraryPath><scm class='hudson.plugins.git.GitSCM'><userRemoteConfigs>"
        "<hudson.plugins.git.UserRemoteConfig><url>http://old.git</url></hudson.plugins.git.UserRemoteConfig>"
        "</userRemoteConfigs><branches><hudson.plugins.git.BranchSpec><name>${library.old.version}</name>"
        "</hudson.plugins.git.BranchSpec></branches></scm></retriever></"
        f"{package}.LibraryConfiguration>"
    )
    global_xml = f"<{package}.GlobalLibraries><libraries>{legacy}</libraries></{package}.GlobalLibraries>"
    (tmp_path / libraries.GLOBAL_FILE).write_text(global_xml)
    root = Folder(None, "", tmp_path)
    folder = root.create("team", xmltree.parse(folder_xml.encode()))
    assert isinstance(folder, Folder)
    job = folder.create("job", xmltree.parse(b"<flow-definition/>"))

    first, second = libraries.of_job(tmp_path, job)
    assert (first.name, first.scm.url, first.default_version, first.implicit) == (
        "shared",
        "http://folder/lib.git",
        "v2",
        True,
    )
    assert (second.name, second.legacy, second.path) == ("old", True, "ci/lib")
    assert second.scm.branches == ("${library.old.version}",)
