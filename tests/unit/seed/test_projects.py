from __future__ import annotations

from pathlib import Path

import pytest

from kubestage.seed.projects import KNOWLEDGE, PROJECTS, SERVICE, copy_source
from kubestage.settings import Settings


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_projects_are_the_talks() -> None:
    assert [project.path for project in PROJECTS] == ["saas/uuid-service", "demo/knowledge_share"]
    assert SERVICE.tag == "v1.0.0.0"


def test_git_reaches_a_project_at_gitlabs_port_on_the_host() -> None:
    assert SERVICE.url(Settings(port_offset=100)) == "http://localhost:9029/saas/uuid-service.git"


def test_the_default_registry_stands_in_the_files_literally(tmp_path: Path) -> None:
    copy_source(KNOWLEDGE.source, tmp_path, "localhost:5001")
    assert everything_in(tmp_path) == everything_in(KNOWLEDGE.source)


def test_another_sandbox_has_its_own_registry_in_every_file(tmp_path: Path) -> None:
    copy_source(KNOWLEDGE.source, tmp_path, "localhost:5101")
    contents = everything_in(tmp_path)
    assert not any(b"localhost:5001" in content for content in contents.values())
    for file in ("demo/docker/uuid/uuid.dockerfile", "demo/k8s/uid/uuid.yaml", "demo/pipeline/uuid.image.Jenkinsfile"):
        assert b"localhost:5101/" in contents[file]


@pytest.mark.parametrize("left", ["target/app.jar", ".git/config"])
def test_what_a_build_or_git_left_behind_is_not_seeded(left: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / left).parent.mkdir(parents=True)
    (source / left).write_text("left")
    (source / "pom.xml").write_text("<project/>")
    copy_source(source, tmp_path / "copy", "localhost:5001")
    assert list(everything_in(tmp_path / "copy")) == ["pom.xml"]
