from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .knowledge import SAMPLE_APP

SERVICE = SAMPLE_APP / "uuid-service"
MAVEN = "{http://maven.apache.org/POM/4.0.0}"


def pom(folder: Path) -> ElementTree.Element:
    return ElementTree.parse(folder / "pom.xml").getroot()


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """The service with the patch of v2.0.0.0, applied as the release does it."""
    folder = tmp_path / "service"
    shutil.copytree(SERVICE, folder, ignore=shutil.ignore_patterns("target"))
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    subprocess.run(["git", "apply", str(SAMPLE_APP / "patches" / "v2.0.0.0.patch")], cwd=folder, check=True)
    return folder


def test_the_pom_declares_the_first_version_itself() -> None:
    assert pom(SERVICE).findtext(f"{MAVEN}version") == "v1.0.0.0"


def test_there_is_a_profile_saas_for_java_17() -> None:
    assert [profile.findtext(f"{MAVEN}id") for profile in pom(SERVICE).iter(f"{MAVEN}profile")] == ["saas"]
    assert pom(SERVICE).findtext(f"{MAVEN}properties/{MAVEN}java.version") == "17"


def test_the_next_release_fits_and_changes_version_and_behaviour(next_release: Path) -> None:
    assert pom(next_release).findtext(f"{MAVEN}version") == "v2.0.0.0"
    changed = {
        str(file.relative_to(next_release))
        for file in next_release.rglob("*.java")
        if not (SERVICE / (relative := file.relative_to(next_release))).exists()
        or file.read_bytes() != (SERVICE / relative).read_bytes()
    }
    assert any(name.startswith("src/main/") for name in changed)
    assert any(name.startswith("src/test/") for name in changed)
