"""The environments' stack files, refused as a whole before anything is done."""

import pytest

from kubestage.delivery.declared import check_declared
from kubestage.errors import InputError
from kubestage.settings import CHECKOUT

GOOD = {"test": {"version": "v1.0.0.0", "nodePort": 30050}, "prod": {"version": "v1.0.0.0", "nodePort": "30051"}}


def stacks(folder, **test):
    for environment, values in {**GOOD, "test": GOOD["test"] | test}.items():
        lines = [f"  kubestage-service:{key}: {value}\n" for key, value in values.items() if value is not None]
        (folder / f"Pulumi.{environment}.yaml").write_text("config:\n" + "".join(lines))
    return folder


def test_the_checkouts_own_stacks_and_what_docs_add_to_them_are_fine(tmp_path):
    check_declared(CHECKOUT / "stacks")
    check_declared(stacks(tmp_path, strategy="RollingUpdate", revisionHistoryLimit='"5"', sandbox="x", registry="y"))


@pytest.mark.parametrize(
    ("test", "what"),
    [
        ({"version": None}, "lacks kubestage-service:version"),
        ({"nodePort": None}, "lacks kubestage-service:nodePort"),
        ({"strategi": "Recreate"}, "has kubestage-service:strategi, which there is not"),
        ({"version": "latest"}, "version in .* cannot be 'latest'"),
        ({"nodePort": 80}, "nodePort in .* cannot be 80"),
        ({"nodePort": "{a: 1}"}, "nodePort in .* cannot be {'a': 1}"),
        ({"nodePort": 30051}, "prod and test cannot both have the NodePort 30051"),
        ({"revisionHistoryLimit": "many"}, "revisionHistoryLimit in .* cannot be 'many'"),
        ({"revisionHistoryLimit": -1}, "revisionHistoryLimit in .* cannot be -1"),
    ],
)
def test_what_no_environment_can_be_brought_to_is_named_with_its_file(tmp_path, test, what):
    with pytest.raises(InputError, match=what) as caught:
        check_declared(stacks(tmp_path, **test))
    assert caught.value.why
    assert str(tmp_path) in caught.value.fix
