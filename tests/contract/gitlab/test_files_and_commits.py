"""Files, trees and commits through the API."""

from __future__ import annotations

import base64
import io
import shutil
import zipfile

import pytest
import requests

from tests.contract.gitlab.test_accounts import refused


def test_a_file_is_made_read_changed_and_removed(project):
    about = {"branch": "master", "commit_message": "Add", "author_name": "Ann", "author_email": "ann@example.org"}
    project.files.create({"file_path": "src/app/été.txt", "content": "un\n"} | about)
    file = project.files.get("src/app/été.txt", ref="master")
    assert file.decode() == b"un\n"
    assert (file.file_name, file.size, file.encoding, file.ref) == ("été.txt", 3, "base64", "master")
    assert file.last_commit_id == project.commits.list(get_all=True)[0].id
    assert project.commits.get("master").author_name == "Ann"

    file.content = "deux\n"
    file.save(branch="master", commit_message="Change")
    assert project.files.raw("src/app/été.txt", ref="master") == b"deux\n"
    file.delete(branch="master", commit_message="Remove")
    with refused(404, "404 File Not Found"):
        project.files.get("src/app/été.txt", ref="master")


def test_binary_content_survives(project):
    content = bytes(range(256))
    project.files.create({
        "file_path": "x.bin", "branch": "master", "commit_message": "b", "encoding": "base64",
        "content": base64.b64encode(content).decode(),
    })  # fmt: skip
    assert project.files.raw("x.bin", ref="master") == content
    entry = next(entry for entry in project.repository_tree(get_all=True) if entry["name"] == "x.bin")
    assert project.repository_raw_blob(entry["id"]) == content
    assert base64.b64decode(project.repository_blob(entry["id"])["content"]) == content


def test_what_does_not_fit_is_refused_in_gitlabs_words(project):
    about = {"branch": "master", "commit_message": "m", "content": "x"}
    with refused(400, "A file with this name already exists"):
        project.files.create(about | {"file_path": "README.md"})
    with refused(400, "A file with this name doesn't exist"):
        project.files.update("missing.txt", about)
    with refused(400, "You can only create or edit files when you are on a branch"):
        project.files.create(about | {"file_path": "a", "branch": "elsewhere"})
    with refused(400, "changed since you started editing"):
        project.files.update("README.md", about | {"last_commit_id": "0" * 40})
    with refused(404, "404 Commit Not Found"):
        project.files.get("README.md", ref="nowhere")


@pytest.mark.parametrize("path", ["../../etc/passwd", ".git/config", "a/../b", "/etc/passwd", "a//b", "x/.GIT/hooks"])
def test_no_path_leads_out_of_the_tree(project, path):
    with refused(400):
        project.files.create({"file_path": path, "branch": "master", "commit_message": "m", "content": "x"})
    with refused(404):
        project.files.get(path, ref="master")


def test_a_folder_is_listed_flat_and_deep(project):
    project.commits.create({"branch": "master", "commit_message": "Add", "actions": [
        {"action": "create", "file_path": "demo/docker/uuid.dockerfile", "content": "FROM x"},
        {"action": "create", "file_path": "demo/k8s/uuid.yaml", "content": "kind: Service"},
    ]})  # fmt: skip
    assert [(one["type"], one["path"]) for one in project.repository_tree(get_all=True)] == [
        ("tree", "demo"), ("blob", "README.md"),
    ]  # fmt: skip
    assert [one["path"] for one in project.repository_tree("demo", get_all=True)] == ["demo/docker", "demo/k8s"]
    deep = [one["path"] for one in project.repository_tree(recursive=True, get_all=True) if one["type"] == "blob"]
    assert sorted(deep) == ["README.md", "demo/docker/uuid.dockerfile", "demo/k8s/uuid.yaml"]
    with refused(404):
        project.repository_tree("nowhere", get_all=True)


def test_one_commit_makes_changes_moves_chmods_and_removes(project):
    about = {"branch": "work", "start_branch": "master", "commit_message": "All\n\nof it"}
    commit = project.commits.create(about | {"actions": [
        {"action": "create", "file_path": "run.sh", "content": "#!/bin/sh\n"},
        {"action": "chmod", "file_path": "run.sh", "execute_filemode": True},
        {"action": "move", "file_path": "docs/README.md", "previous_path": "README.md"},
        {"action": "create", "file_path": "gone.txt", "content": "x"},
        {"action": "delete", "file_path": "gone.txt"},
    ]})  # fmt: skip
    assert (commit.title, commit.message) == ("All", "All\n\nof it")
    assert commit.stats == {"additions": 1, "deletions": 0, "total": 1}
    tree = {one["path"]: one["mode"] for one in project.repository_tree(ref="work", recursive=True, get_all=True)}
    assert tree == {"docs": "040000", "docs/README.md": "100644", "run.sh": "100755"}
    assert project.files.get("README.md", ref="master").decode() == b"# Hello\n"
    renamed = next(diff for diff in commit.diff(get_all=True) if diff["renamed_file"])
    assert (renamed["old_path"], renamed["new_path"]) == ("README.md", "docs/README.md")


def test_a_commit_is_whole_or_not_at_all(project):
    with refused(400, "A file with this name doesn't exist"):
        project.commits.create({"branch": "master", "commit_message": "m", "actions": [
            {"action": "create", "file_path": "a.txt", "content": "a"},
            {"action": "delete", "file_path": "missing.txt"},
        ]})  # fmt: skip
    assert len(project.commits.list(get_all=True)) == 1
    with refused(400):
        project.commits.create({"branch": "master", "commit_message": "m", "actions": [
            {"action": "create", "file_path": "README.md/inside.txt", "content": "a"},
        ]})  # fmt: skip


def test_commits_are_listed_by_ref_path_and_page(project, worktree):
    for number in range(5):
        worktree.commit(f"Change {number}", **{"a_txt" if number % 2 else "b_txt": str(number)})
    worktree.git("push", "--quiet", "origin", "master")
    assert [commit.title for commit in project.commits.list(get_all=True)] == [
        "Change 4", "Change 3", "Change 2", "Change 1", "Change 0", "Begin",
    ]  # fmt: skip
    of_file = project.commits.list(query_parameters={"path": "a.txt"}, get_all=True)
    assert [commit.title for commit in of_file] == ["Change 3", "Change 1"]
    assert [commit.title for commit in project.commits.list(per_page=2, page=2)] == ["Change 2", "Change 1"]
    commit = project.commits.get("master")
    assert commit.author_email == "ann@example.org"
    assert commit.committer_name == "Carl Committer"
    assert commit.short_id == commit.id[:8]
    assert [ref["name"] for ref in commit.refs(get_all=True)] == ["master"]
    with refused(404, "404 Commit Not Found"):
        project.commits.get("f" * 40)


def test_refs_are_compared_from_their_common_ancestor(project, worktree):
    worktree.git("switch", "--quiet", "--create", "side")
    worktree.commit("Side", side_txt="s")
    worktree.git("push", "--quiet", "origin", "side")
    worktree.git("switch", "--quiet", "master")
    worktree.commit("Main", main_txt="m")
    worktree.git("push", "--quiet", "origin", "master")
    result = project.repository_compare("master", "side")
    assert [commit["title"] for commit in result["commits"]] == ["Side"]
    assert [diff["new_path"] for diff in result["diffs"]] == ["side.txt"]
    assert result["diffs"][0]["diff"] == "@@ -0,0 +1 @@\n+s\n\\ No newline at end of file\n"
    assert project.repository_merge_base(["master", "side"])["title"] == "Begin"


def test_raw_files_are_never_pages(server, project):
    project.files.create(
        {"file_path": "x.html", "branch": "master", "commit_message": "m", "content": "<script>alert(1)</script>"}
    )
    answer = requests.get(
        f"{server.url}/api/v4/projects/{project.id}/repository/files/x.html/raw?ref=master",
        headers={"PRIVATE-TOKEN": server.token}, timeout=30,
    )  # fmt: skip
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_developer_may_not_commit_to_a_protected_branch(make_user, client_of, project):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 30})
    own = client_of(user).projects.get(project.id)
    about = {"file_path": "a.txt", "commit_message": "m", "content": "x"}
    with refused(400, "You are not allowed to push into this branch"):
        own.files.create(about | {"branch": "master"})
    with refused(403, "403 Forbidden - You are not allowed to push into this branch"):
        own.commits.create({"branch": "master", "commit_message": "m", "actions": []})
    own.files.create(about | {"branch": "mine", "start_branch": "master"})


def test_a_build_server_reports_a_commits_state(root, project):
    commit = project.commits.get("master")
    assert commit.status is None
    commit.statuses.create({"state": "running", "name": "jenkins", "target_url": "http://localhost:8080/job/uuid/1/"})
    assert project.commits.get("master").status == "running"
    commit.statuses.create({"state": "success", "name": "jenkins", "description": "built", "coverage": 81.5})
    status = commit.statuses.list(get_all=True)
    assert [(one.name, one.status, one.ref, one.coverage) for one in status] == [("jenkins", "success", "master", 81.5)]
    assert status[0].author["username"] == "root"
    assert status[0].finished_at
    commit.statuses.create({"state": "failed", "name": "sonar"})
    assert project.commits.get("master").status == "failed"
    with refused(400, "state does not have a valid value"):
        commit.statuses.create({"state": "fine"})
    with refused(400):
        commit.statuses.create({"state": "success", "target_url": "javascript:alert(1)"})


def test_a_commit_is_commented(project):
    commit = project.commits.get("master")
    commit.comments.create({"note": "Good", "path": "README.md", "line": 1, "line_type": "new"})
    comment = commit.comments.list(get_all=True)[0]
    assert (comment.note, comment.path, comment.line, comment.author["username"]) == ("Good", "README.md", 1, "root")


@pytest.mark.parametrize("kind", ["tar.gz", "zip", "tar.bz2", "tbz2", "bz2", "tar"])
def test_a_commits_files_come_as_an_archive(project, kind, tmp_path):
    sha = project.commits.get("master").id
    archive = tmp_path / f"x.{kind}"
    archive.write_bytes(project.repository_archive(format=kind))
    shutil.unpack_archive(archive, tmp_path / "out", "zip" if kind == "zip" else "tar")
    assert (tmp_path / "out" / f"{project.path}-master-{sha}" / "README.md").read_text() == "# Hello\n"


def test_commits_are_discussed(shared):
    commit = shared.commits.get("master")
    commit.comments.create({"note": "First"})
    thread = commit.discussions.create({"body": "Why?"})
    reply = thread.notes.create({"body": "Because"})
    assert [one["body"] for one in commit.discussions.get(thread.id).attributes["notes"]] == ["Why?", "Because"]
    assert [one.individual_note for one in commit.discussions.list(get_all=True)] == [True, False]
    reply.body = "Because of that"
    reply.save()
    assert [one.note for one in commit.comments.list(get_all=True)] == ["First", "Why?", "Because of that"]
    thread.notes.delete(reply.id)
    assert len(commit.comments.list(get_all=True)) == 2


def test_a_files_facts_are_told_by_head_and_its_name_plainly(server, shared):
    address = f"{server.url}/api/v4/projects/{shared.id}/repository"
    headers = {"PRIVATE-TOKEN": server.token}
    told = requests.head(f"{address}/files/README.md/raw", headers=headers, timeout=30).headers
    file = shared.files.get("README.md", ref="master")
    names = {"Blob-Id": "blob_id", "Last-Commit-Id": "last_commit_id", "Size": "size", "File-Name": "file_name"}
    assert {name: told[f"X-Gitlab-{name}"] for name in names} == {
        name: str(getattr(file, attribute)) for name, attribute in names.items()
    }
    assert told["Content-Disposition"] == "inline; filename=\"README.md\"; filename*=UTF-8''README.md"
    blame = requests.head(f"{address}/files/README.md/blame?ref=master", headers=headers, timeout=30)
    assert (blame.status_code, blame.headers["X-Gitlab-Blob-Id"]) == (200, file.blob_id)
    lacking = requests.get(f"{address}/files/README.md", headers=headers, timeout=30)
    assert (lacking.status_code, lacking.json()) == (400, {"error": "ref is missing, ref is empty"})


def test_an_archive_leaves_out_what_is_not_wanted(shared):
    for path in ("docs/a.txt", "src/b.txt"):
        about = {"file_path": path, "branch": "master", "content": "x", "commit_message": f"Add {path}"}
        shared.files.create(about)
    packed = shared.repository_archive(format="zip", exclude_paths="docs,README.md")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
    assert "src/b.txt" in names
    assert not names & {"docs/", "docs/a.txt", "README.md"}


def test_a_fork_is_compared_with_and_continued_from_its_origin(root, shared, unique):
    fork = root.projects.get(shared.forks.create({"path": unique("fork"), "name": unique("fork")}).id)
    tip = shared.files.create({"file_path": "later", "branch": "master", "content": "x", "commit_message": "Later"})
    assert tip.branch == "master"
    compared = root.http_get(f"/projects/{fork.id}/repository/compare", {
        "from": "master", "to": "master", "from_project_id": shared.id, "straight": True,
    })  # fmt: skip
    assert [diff["new_path"] for diff in compared["diffs"]] == ["later"]
    with refused(400, f"Target project id:1000000 is not a fork of project id:{fork.id}"):
        root.http_get(f"/projects/{fork.id}/repository/compare", {
            "from": "master", "to": "master", "from_project_id": 1000000,
        })  # fmt: skip
    change = {"commit_message": "On", "actions": [{"action": "create", "file_path": "on", "content": "x"}]}
    start = {"start_project": shared.path_with_namespace, "start_branch": "master"}
    made = fork.commits.create({"branch": "on"} | start | change)
    assert made.parent_ids == [shared.branches.get("master").commit["id"]]
    with refused(403, "is not included in the fork network"):
        stranger = root.projects.create({"name": unique("stranger"), "initialize_with_readme": True})
        fork.commits.create({"branch": "off", "start_project": stranger.id, "start_branch": "main"} | change)
    with refused(400, "start_branch, start_sha are mutually exclusive"):
        fork.commits.create({"branch": "off", "start_branch": "master", "start_sha": made.id} | change)


def test_trailers_are_told_where_that_is_asked_for(shared):
    message = "Sign\n\nIt is so\n\nSigned-off-by: A <a@example.org>\nSigned-off-by: B <b@example.org>\nChangelog: added"
    action = {"action": "create", "file_path": "signed", "content": "x"}
    made = shared.commits.create({"branch": "master", "commit_message": message, "actions": [action]})
    found, before, *_ = shared.commits.list(trailers=True, get_all=True)
    people = ["A <a@example.org>", "B <b@example.org>"]
    assert (found.id, found.trailers) == (made.id, {"Signed-off-by": people[1], "Changelog": "added"})
    assert found.extended_trailers == {"Signed-off-by": people, "Changelog": ["added"]}
    assert (before.trailers, shared.commits.list(get_all=True)[0].trailers) == ({}, {})
