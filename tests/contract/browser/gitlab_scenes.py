"""A project for the light GitLab's pages to show."""

from __future__ import annotations

import gitlab
from gitlab.v4.objects import Project

_README = """# uuid-service

Gives each caller a **unique id**. See [the source](src/Main.java) and `pom.xml`.

| address | answer |
|---|---|
| `/status` | what is served |

<script>alert(1)</script>
"""
_MAIN = """package org.example;

/** Says hello. */
public class Main {
    public static void main(String[] args) {
        System.out.println("hello " + 42);
    }
}
"""


def prepare(client: gitlab.Gitlab) -> Project:
    """Make a project with two branches, a tag and a built commit."""
    about = {"name": "uuid-service", "default_branch": "master", "description": "Gives each caller a unique id"}
    project: Project = client.projects.create(about)
    files = [("README.md", _README), ("src/Main.java", _MAIN), ("deploy/uuid.yaml", "kind: Deployment\nreplicas: 3\n")]
    actions = [{"action": "create", "file_path": path, "content": text} for path, text in files]
    project.commits.create({"branch": "master", "commit_message": "Begin the service", "actions": actions})
    project.tags.create({"tag_name": "v1.0.0.0", "ref": "master", "message": "The first release"})
    change = {"action": "update", "file_path": "src/Main.java", "content": _MAIN.replace("hello", "good day")}
    added = {"action": "create", "file_path": "src/Greeting.java", "content": "class Greeting {}\n"}
    commit = project.commits.create({
        "branch": "feature/greeting", "start_branch": "master", "commit_message": "Greet\n\nMore politely than before.",
        "actions": [change, added],
    })  # fmt: skip
    commit.statuses.create({"state": "success", "name": "uuid.image", "target_url": "http://jenkins/job/uuid.image/1/"})
    commit.comments.create({"note": "Reads **well**"})
    request = project.mergerequests.create({
        "source_branch": "feature/greeting", "target_branch": "master", "title": "Greet politely",
        "description": "Because **manners** matter.",
    })  # fmt: skip
    request.discussions.create({"body": "Why not `hi`?"})
    return project
