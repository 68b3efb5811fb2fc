"""Optional parts: asked for once, remembered until they are taken away."""

import pytest

from kubestage.errors import InputError, MachineError
from kubestage.extras import FILE_NAME, change_extras, read_extras, wish_extras
from kubestage.ports import needed_ports
from kubestage.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


def test_a_sandbox_has_none_of_itself(settings):
    assert read_extras(settings) == ()
    assert change_extras(settings, wish_extras([], [])) == ()
    assert not settings.folder.exists()


def test_what_was_asked_for_stays_until_it_is_taken_away(settings):
    assert change_extras(settings, wish_extras(["sonarqube"], [])) == ("sonarqube",)
    assert change_extras(settings, wish_extras([], [])) == ("sonarqube",)
    assert change_extras(settings, wish_extras([], ["sonarqube"])) == ()
    assert read_extras(settings) == ()


def test_who_reads_meanwhile_finds_the_old_or_the_new_and_nothing_between(settings):
    change_extras(settings, wish_extras(["sonarqube"], []))
    with (settings.folder / FILE_NAME).open() as reader:
        change_extras(settings, wish_extras([], ["sonarqube"]))
        assert reader.read() == '["sonarqube"]\n'


def test_its_port_is_needed_with_it_only(settings):
    assert settings.sonarqube_port not in needed_ports(settings)
    change_extras(settings, wish_extras(["sonarqube"], []))
    assert needed_ports(settings)[settings.sonarqube_port] == "SonarQube"


@pytest.mark.parametrize(("add", "drop"), [(["nonsense"], []), ([], ["nonsense"])])
def test_an_unknown_part_is_refused_with_those_that_there_are(add, drop):
    with pytest.raises(InputError) as caught:
        wish_extras(add, drop)
    assert caught.value.what == "There is no optional part 'nonsense'"
    assert caught.value.why == "There is sonarqube."


def test_a_part_is_not_added_and_taken_away_at_once():
    with pytest.raises(InputError, match="with --with and with --without"):
        wish_extras(["sonarqube"], ["sonarqube"])


def test_a_broken_note_is_named(settings):
    settings.folder.mkdir(parents=True)
    (settings.folder / FILE_NAME).write_text("{")
    with pytest.raises(MachineError) as caught:
        read_extras(settings)
    assert caught.value.fix == f"rm {settings.folder / FILE_NAME}"
