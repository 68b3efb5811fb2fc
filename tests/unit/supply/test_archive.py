import hashlib
import json
import tarfile

import pytest

from kubestage.supply.archive import copy_layers, write_image, write_layer


@pytest.fixture
def layer(tmp_path):
    tree = tmp_path / "tree"
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/tool").write_text("tool")
    (tree / "usr/bin/tool").chmod(0o755)
    (tree / "usr/bin/other").hardlink_to(tree / "usr/bin/tool")
    (tree / "bin").symlink_to("usr/bin")
    write_layer(tmp_path / "layer.tar", tree)
    return tmp_path / "layer.tar"


def test_a_layer_holds_the_tree_as_roots_and_without_times(layer):
    with tarfile.open(layer) as archive:
        members = {member.name: member for member in archive}

    assert list(members) == ["bin", "usr", "usr/bin", "usr/bin/other", "usr/bin/tool"]
    assert members["bin"].linkname == "usr/bin"
    assert members["usr/bin/tool"].islnk()
    assert members["usr/bin/other"].mode & 0o777 == 0o755
    assert {(each.uid, each.gid, each.mtime) for each in members.values()} == {(0, 0, 0)}


@pytest.mark.parametrize("compress", [False, True])
def test_an_image_names_its_layers_and_carries_its_configuration(layer, tmp_path, compress):
    image = tmp_path / "image.tar"
    write_image(image, ["a:1", "b:1"], [layer], {"Entrypoint": ["/tool"]}, compress=compress)

    with tarfile.open(image) as archive:
        (manifest,) = json.load(archive.extractfile("manifest.json"))
        config = json.load(archive.extractfile(manifest["Config"]))

    assert manifest["RepoTags"] == ["a:1", "b:1"]
    assert config["config"]["Entrypoint"] == ["/tool"]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer.read_bytes()).hexdigest()}"]


def test_the_same_parts_make_the_same_image(layer, tmp_path):
    for name in ("one", "two"):
        write_image(tmp_path / name, ["a:1"], [layer], {}, compress=True)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_layers_come_out_as_they_went_in(layer, tmp_path):
    write_image(tmp_path / "image.tar", ["a:1"], [layer], {})

    (copy,) = copy_layers(tmp_path / "image.tar", tmp_path)

    assert copy.read_bytes() == layer.read_bytes()
