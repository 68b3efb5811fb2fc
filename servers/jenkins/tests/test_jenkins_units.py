"""The parts that can be looked at without a server: patterns, masks, labels, the remote API's cut, secrets."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from jenkins_light.engine import containers
from jenkins_light.engine.buildlog import BuildLog, LineStream
from jenkins_light.engine.executors import label_matches
from jenkins_light.errors import BadRequestError, NotFoundError, TooLargeError
from jenkins_light.model import jobconfig, parameters, webhooks
from jenkins_light.model.builds import Build
from jenkins_light.model.lockables import RESOURCES_FILE, LockedError
from jenkins_light.model.names import check_name
from jenkins_light.model.secrets import SecretBox
from jenkins_light.model.users import Sessions, Users
from jenkins_light.steps import globs
from jenkins_light.steps.locks import Locks, Wanted
from jenkins_light.web.build_actions import console_text
from jenkins_light.web.export import Bean, Inline, bean, parse_tree, prune, to_python, to_xml
from jenkins_light.web.routing import Request
from jenkins_light.web.webhook import render
from jenkins_light.xmltree import parse, serialise
from starlette.responses import StreamingResponse


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["a.txt"]),
        ("**/*.txt", ["a.txt", "d/b.txt", "d/e/c.txt"]),
        ("d/**", ["d/b.txt", "d/e/c.txt"]),
        ("d/", ["d/b.txt", "d/e/c.txt"]),
        ("?.txt, d/*", ["a.txt", "d/b.txt"]),
        ("**/e/*", ["d/e/c.txt"]),
    ],
)
def test_ant_patterns(tmp_path: Path, pattern: str, found: list[str]) -> None:
    for name in ("a.txt", "d/b.txt", "d/e/c.txt", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [path.relative_to(tmp_path).as_posix() for path in globs.find(tmp_path, pattern)] == found


def test_a_reserved_resource_is_nobodys_until_it_is_given_back(tmp_path: Path) -> None:
    tag = "org.jenkins.plugins.lockableresources.LockableResource"
    resources = "".join(f"<{tag}><name>{name}</name><labels>office</labels></{tag}>" for name in ("laser", "ink"))
    (tmp_path / RESOURCES_FILE).write_text(f"<manager><resources>{resources}</resources></manager>")
    locks = Locks(tmp_path)
    locks.declared.reserve("laser", "Ada")

    assert [(each.name, each.reserved_by) for each in locks.declared.all()] == [("laser", "Ada"), ("ink", "")]
    assert locks.free([Wanted("laser", "", 0)]) is None
    assert locks.free([Wanted("", "office", 1)]) == ["ink"]
    with pytest.raises(LockedError):
        locks.declared.reserve("laser", "Bob")
    with pytest.raises(NotFoundError):
        locks.declared.reserve("none", "Bob")
    locks.declared.reserve("laser", None)
    assert locks.free([Wanted("", "office", 0)]) == ["laser", "ink"]


def test_patterns_do_not_follow_links_out(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "secret")
    assert list(globs.find(tmp_path / "in", "**")) == []


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("", True),
        ("built-in", True),
        ("master || linux", True),
        ("linux", False),
        ("built-in && !linux", True),
        ("!(master)", False),
        ('"built-in"', True),
        ("&& broken", False),
        ("__import__('os')", False),
    ],
)
def test_label_expressions(expression: str, matches: bool) -> None:
    assert label_matches(expression) is matches


def test_masks_cover_quoted_forms_and_single_lines(tmp_path: Path) -> None:
    log = BuildLog(tmp_path / "log")
    log.mask("it's")
    log.mask("first line\nsecond line")
    log.line("+ echo 'it'\"'\"'s' it's")
    log.line("the second line alone")
    log.close()
    assert (tmp_path / "log").read_text() == "+ echo **** ****\nthe **** alone\n"


def test_output_is_masked_across_pieces(tmp_path: Path) -> None:
    log = BuildLog(tmp_path / "log")
    log.mask("secret")
    stream = LineStream(log)
    for piece in (b"a sec", b"ret b\nlast se", b"cret"):
        stream.feed(piece)
        stream.pause()
    stream.finish()
    log.close()
    assert (tmp_path / "log").read_text() == "a **** b\nlast ****\n"


def test_names_as_jenkins_checks_them() -> None:
    assert check_name("uuid.image") == "uuid.image"
    for bad in ("", " ", ".", "..", "a/b", "a?b", "a\nb", "x" * 300):
        with pytest.raises(BadRequestError):
            check_name(bad)


def test_secrets_are_only_readable_with_their_key(tmp_path: Path) -> None:
    box = SecretBox(tmp_path / "one")
    sealed = box.encrypt("plain")
    assert sealed.startswith("{")
    assert "plain" not in sealed
    assert SecretBox(tmp_path / "one").decrypt(sealed) == "plain"
    assert SecretBox(tmp_path / "two").decrypt(sealed) == sealed
    assert box.decrypt("never sealed") == "never sealed"


def test_visibility_and_depth() -> None:
    inner = Bean("I", {"always": (999, lambda: 1), "often": (2, lambda: 2), "own": (1, lambda: 3)})
    outer = Bean("O", {"one": (1, lambda: inner), "many": (1, lambda: Inline([inner])), "deep": (-2, lambda: 4)})
    assert prune(outer, None, 0) == {
        "_class": "O",
        "one": {"_class": "I", "always": 1, "often": 2},
        "many": [{"_class": "I", "always": 1, "often": 2, "own": 3}],
    }
    assert prune(outer, None, 1)["one"] == {"_class": "I", "always": 1, "often": 2, "own": 3}
    assert prune(outer, None, 3)["deep"] == 4


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ("a", {"a": 1}),
        ("list[n]", {"list": [{"n": 0}, {"n": 1}, {"n": 2}]}),
        ("list[n]{1,2}", {"list": [{"n": 1}]}),
        ("list[n]{2}", {"list": [{"n": 2}]}),
        ("list[*]{,1},a", {"list": [{"n": 0}], "a": 1}),
        ("nothing", {}),
    ],
)
def test_trees(tree: str, expected: dict[str, object]) -> None:
    target = bean("", a=1, list=[bean("", n=number) for number in range(3)])
    assert prune(target, parse_tree(tree), 0) == expected


def test_an_answer_without_an_end_is_refused() -> None:
    endless = Bean("Build", {"neighbours": (1, lambda: [endless] * 10)})
    with pytest.raises(TooLargeError, match="ask for less with tree"):
        prune(endless, None, 10)
    assert len(prune(endless, parse_tree("neighbours[neighbours{0,3}]"), 0)["neighbours"][0]["neighbours"]) == 3


@pytest.mark.parametrize("tree", ["a[", "a]", "[a]", "a[b", "a{x}", "a{}", "a[" * 60 + "b" + "]" * 60])
def test_broken_trees(tree: str) -> None:
    with pytest.raises(BadRequestError):
        parse_tree(tree)


def test_forms_of_the_remote_api() -> None:
    data = {"_class": "X", "ok": True, "none": None, "builds": [{"n": 1}], "name": "a<'\""}
    assert to_python(data) == '{"_class":"X","ok":True,"none":None,"builds":[{"n":1}],"name":"a<\'\\""}'
    root = to_xml("thing", data)
    assert root.get("_class") == "X"
    assert root.findtext("ok") == "true"
    assert root.findtext("build/n") == "1"
    assert root.find("none") is None


def test_config_xml_round_trip_keeps_unknown_parts() -> None:
    head = b"<?xml version='1.1' encoding='UTF-8'?>"
    again = serialise(parse(head + b"<flow-definition plugin='x'><odd><thing a='1'>t</thing></odd></flow-definition>"))
    assert b'<thing a="1">t</thing>' in again
    assert serialise(parse(again)) == again


def test_a_webhook_and_parameters_survive_their_xml() -> None:
    variable = {"key": "k", "value": "$.v"}
    described = {"$symbol": "GenericTrigger", "token": "t", "printPostContent": True, "genericVariables": [variable]}
    trigger = webhooks.from_describable(described)
    assert webhooks.parse(webhooks.to_xml(trigger)) == trigger
    definition = parameters.from_describable({"$symbol": "choice", "name": "C", "choices": "a\nb"})
    root = parse(b"<flow-definition/>")
    document = jobconfig.with_properties(root, {parameters.PROPERTY: parameters.to_xml([definition])})
    assert jobconfig.parse(document).parameters == [definition]
    with pytest.raises(BadRequestError):
        definition.convert("c")


def test_rendering_takes_longer_names_first() -> None:
    assert render("$ref $reference ${ref}!", {"ref": "r", "reference": "R"}) == "r R r!"


def test_tokens_and_sessions(tmp_path: Path) -> None:
    users = Users(tmp_path)
    (tmp_path / "token").write_text("tok\n")
    users.ensure_admin("admin", None, tmp_path / "token", tmp_path)
    password = (tmp_path / "secrets" / "initialAdminPassword").read_text()
    assert users.check_password("admin", password)
    assert not users.check_password("admin", password + "x")
    assert not users.check_password("nobody", password)
    assert users.check_token("admin", "tok")
    made = users.new_token("admin", "mine")
    assert Users(tmp_path).check_token("admin", made["tokenValue"])
    users.revoke_tokens("admin", lambda ident: ident == made["tokenUuid"])
    assert not users.check_token("admin", made["tokenValue"])
    assert made["tokenValue"] not in (tmp_path / "users.json").read_text()
    sessions = Sessions()
    one, two = sessions.open("admin"), sessions.open("admin")
    assert sessions.valid_crumb(sessions.crumb("admin", one), "admin", one)
    assert not sessions.valid_crumb(sessions.crumb("admin", one), "admin", two)
    sessions.close(one)
    assert sessions.user(one) is None


def test_a_console_that_is_being_read_is_whole_though_its_build_is_deleted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"Started\n")
    answer = console_text(cast(Request, None), cast(Build, SimpleNamespace(log_path=log)))
    log.unlink()
    assert isinstance(answer, StreamingResponse)

    async def body() -> bytes:
        return b"".join([bytes(cast(bytes, piece)) async for piece in answer.body_iterator])

    assert asyncio.run(body()) == b"Started\n"


ID = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("cgroup", "mount", "found"),
    [
        (f"4:memory:/docker/{ID}", "/ / rw - overlay overlay rw", ID),
        ("0::/", f"/containers/{ID}/hostname /etc/hostname rw,relatime - ext4 /dev/vda rw", ID),
        ("0::/", f"/var/lib/docker/containers/{ID}/hostname /etc/hostname rw - ext4 /dev/vda rw", ID),
        ("0::/", f"/ /var/lib/docker/containers/{ID}/mounts/shm rw - tmpfs shm rw", None),
        ("4:memory:/user.slice", "/ / rw - ext4 /dev/vda rw", None),
    ],
    ids=["cgroup 1", "cgroup 2, docker's folder mounted", "cgroup 2", "a host of containers", "a host"],
)
def test_a_server_knows_the_container_that_it_runs_in(
    tmp_path: Path, cgroup: str, mount: str, found: str | None
) -> None:
    (tmp_path / "cgroup").write_text(cgroup + "\n")
    (tmp_path / "mountinfo").write_text(f"650 27 254:0 {mount}\n")
    assert containers.own_id(tmp_path) == found
