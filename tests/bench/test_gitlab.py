"""The light GitLab under load, and next to git's own http-backend behind nginx; it needs no sandbox."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL

import gitlab
import psutil
import pytest
from gitlab.v4.objects import Project

from tests.contract.gitlab.light import LightServer
from tests.contract.gitlab.memory import growth
from tests.contract.gitlab.ssh import KeyPair
from tests.contract.gitlab.worktree import Worktree, run_git, with_login

from .conftest import Board
from .raw_git import nginx

CLIENTS = 50
PUSHES = 3
ROUNDS = 7
PUSHES_A_ROUND = 5  # one takes some hundredths of a second, and the machine may be busy in just these
KILLS = 6
BIG_MIB = 500

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightServer]:
    with LightServer.running(tmp_path_factory.mktemp("gitlab")) as server:
        yield server


@pytest.fixture(scope="module")
def client(light: LightServer) -> Iterator[gitlab.Gitlab]:
    with gitlab.Gitlab(light.url, private_token=light.token) as made:
        made.auth()
        yield made


@pytest.fixture(scope="module")
def key(client: gitlab.Gitlab, tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    pair = KeyPair.make(tmp_path_factory.mktemp("ssh") / "id")
    assert client.user is not None
    client.user.keys.create({"title": "bench", "key": pair.public})
    return pair


def new_project(client: gitlab.Gitlab, name: str) -> Project:
    made = client.projects.create({"name": name, "default_branch": "master", "initialize_with_readme": True})
    assert isinstance(made, Project)
    return made


def address(light: LightServer, project: Project) -> str:
    return with_login(project.http_url_to_repo, "root", light.root_password)


def repositories(light: LightServer) -> list[Path]:
    return sorted((light.folder / "data" / "repositories").rglob("*.git"))


def fsck(light: LightServer) -> None:
    for repository in repositories(light):
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "--git-dir", repository, "fsck", "--full", "--strict"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{repository}: {done.stdout}{done.stderr}"


def test_it_is_ready_soon_and_small(board: Board, tmp_path: Path):
    seconds, memory = [], []
    for number in range(5):
        server = LightServer.prepare(tmp_path / str(number))
        seconds.append(server.start())
        assert server.process is not None
        time.sleep(1)
        memory.append(psutil.Process(server.process.pid).memory_info().rss / 2**20)
        server.stop()
    assert board.measured("light GitLab: ready", "s", min(seconds), 2.0) <= 2.0
    assert board.measured("light GitLab: memory, idle", "MiB", max(memory), 150) <= 150


def test_fifty_clients_lose_and_mix_up_nothing(
    light: LightServer, client: gitlab.Gitlab, key: KeyPair, board: Board, tmp_path: Path
):
    projects = [new_project(client, f"crowd-{number}") for number in range(5)]

    def work(number: int) -> tuple[Project, str, str]:
        project = projects[number % len(projects)]
        by_ssh = number % 2 == 1
        url = project.ssh_url_to_repo if by_ssh else address(light, project)
        options = [key.clone_option()] if by_ssh else []
        tree = Worktree.clone(url, tmp_path / f"client-{number}", *options)
        branch = f"client-{number}"
        for push in range(PUSHES):
            sha = tree.commit(f"{branch} {push}", **{"mine_txt": f"{branch} {push} " * 1000})
            tree.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        again = Worktree.clone(url, tmp_path / f"again-{number}", "--branch", branch, *options)
        assert again.head() == sha
        return project, branch, sha

    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        done = list(pool.map(work, range(CLIENTS)))
    board.details["light GitLab: 50 clients, seconds"] = time.monotonic() - started
    for project, branch, sha in done:
        assert project.branches.get(branch).commit["id"] == sha
        assert project.files.raw("mine.txt", ref=branch).decode().startswith(f"{branch} {PUSHES - 1} ")
    assert sum(len(project.branches.list(get_all=True)) for project in projects) == CLIENTS + len(projects)
    fsck(light)


def test_kill_9_amid_pushes_leaves_whole_repositories(board: Board, tmp_path: Path):
    light = LightServer.prepare(tmp_path / "gitlab")
    light.start()
    with gitlab.Gitlab(light.url, private_token=light.token) as client:
        project = new_project(client, "killed")
        taken: dict[str, str] = {}
        tried: dict[str, set[str]] = {}
        over = threading.Event()

        def push_on(number: int) -> None:
            tree = Worktree.clone(address(light, project), tmp_path / f"tree-{number}")
            branch, count = f"b{number}", 0
            tried[branch] = set()
            while not over.is_set():
                count += 1
                sha = tree.commit(f"{branch} {count}", **{f"f{count % 20}_txt": os.urandom(20_000).hex()})
                tried[branch].add(sha)
                if tree.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}", check=False).returncode == 0:
                    taken[branch] = sha

        with ThreadPoolExecutor(6) as pool:
            pushing = [pool.submit(push_on, number) for number in range(6)]
            for _ in range(KILLS):
                time.sleep(random.uniform(1.5, 4.0))
                light.stop(SIGKILL)
                light.start()
            over.set()
            for one in pushing:
                one.result()
        time.sleep(6)  # what an earlier life's git had still under way is settled by then
        fsck(light)
        branches = {branch.name: branch.commit["id"] for branch in project.branches.list(get_all=True)}
        repository = repositories(light)[0]
        for branch, sha in taken.items():
            assert branches[branch] in tried[branch]
            ancestry = ["git", "-c", "safe.directory=*", "--git-dir", repository, "merge-base", "--is-ancestor", sha]
            assert subprocess.run([*ancestry, branches[branch]], check=False).returncode == 0, branch
        board.details["light GitLab: pushes taken between kills"] = sum(map(len, tried.values()))
    light.stop()
    assert len(taken) == 6


@pytest.mark.parametrize("way", ["HTTP", "SSH"])
def test_a_pack_of_500_mib_takes_no_memory(
    light: LightServer, client: gitlab.Gitlab, key: KeyPair, board: Board, tmp_path: Path, way: str
):
    project = new_project(client, f"big-{way.lower()}")
    url = project.ssh_url_to_repo if way == "SSH" else address(light, project)
    options = [key.clone_option()] if way == "SSH" else []
    # What git does on the client's side is not what is measured.
    plain = ("--config", "core.bigFileThreshold=1m", "--config", "core.compression=0")
    tree = Worktree.clone(url, tmp_path / "tree", *options, *plain)
    for number in range(BIG_MIB // 50):
        with (tree.path / f"{number}.bin").open("wb") as file:
            for _ in range(50):
                file.write(os.urandom(2**20))
    sha = tree.commit("Big")
    assert light.process is not None
    with growth(light.process.pid) as peak:
        started = time.monotonic()
        tree.git("push", "--quiet", "origin", "HEAD:master")
        pushed = time.monotonic()
        run_git("-c", "core.bigFileThreshold=1m", "clone", "--quiet", "--bare", *options, url, "again", cwd=tmp_path)
        cloned = time.monotonic()
    board.details[f"light GitLab: 500 MiB by {way}, seconds"] = {"push": pushed - started, "clone": cloned - pushed}
    assert project.branches.get("master").commit["id"] == sha
    assert board.measured(f"light GitLab: memory for 500 MiB by {way}", "MiB", peak[0], 64) <= 64
    shutil.rmtree(tmp_path / "again")


def test_clone_and_push_next_to_nginx(light: LightServer, client: gitlab.Gitlab, board: Board, tmp_path: Path):
    project = new_project(client, "ratio")
    ours = address(light, project)
    tree = Worktree.clone(ours, tmp_path / "tree")
    for number in range(1500):
        file = tree.path / f"src/{number % 40}/{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(os.urandom(4096).hex())
    tree.commit("Many files")
    tree.git("push", "--quiet", "origin", "HEAD:master")
    raw_root = tmp_path / "raw"
    raw_root.mkdir()
    (kept,) = [one for one in repositories(light) if _has(one, tree.head())]
    shutil.copytree(kept, raw_root / "ratio.git")
    for name, value in (("http.receivepack", "true"), ("safe.directory", "*"), ("core.hooksPath", "/nowhere")):
        subprocess.run(["git", "--git-dir", raw_root / "ratio.git", "config", name, value], check=True)
    with nginx(tmp_path, raw_root, light.root_password) as server:
        raw = with_login(f"{server}/ratio.git", "root", light.root_password)
        times: dict[str, dict[str, list[float]]] = {what: {"ours": [], "raw": []} for what in ("clone", "push")}
        for number in range(ROUNDS):
            for name, url in (("ours", ours), ("raw", raw)) if number % 2 else (("raw", raw), ("ours", ours)):
                folder = tmp_path / f"{name}-{number}"
                times["clone"][name].append(seconds(lambda url=url, folder=folder: Worktree.clone(url, folder)))
                clone = Worktree(folder)
                for again in range(PUSHES_A_ROUND):
                    clone.commit(f"One more by {name}", **{f"n{number}_{again}_txt": "x" * 4096})
                    push = ("push", "--quiet", "origin", f"HEAD:refs/heads/round-{number}")
                    times["push"][name].append(seconds(lambda clone=clone, push=push: clone.git(*push)))
    for what, samples in times.items():
        assert board.measured(f"light GitLab: {what}", "s", samples["ours"], 1.3, samples["raw"]) <= 1.3


def seconds(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


def _has(repository: Path, commit: str) -> bool:
    command = ["git", "-c", "safe.directory=*", "--git-dir", repository, "cat-file", "-e", commit]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0
