import pytest

from kubestage.run import Result
from kubestage.supply import debian


@pytest.fixture
def host(monkeypatch):
    """Makes apt's tools print what a host would have them print."""

    def prints(text):
        monkeypatch.setattr(debian.shutil, "which", lambda program: f"/usr/bin/{program}")
        monkeypatch.setattr(debian, "run_command", lambda command, **_: Result(tuple(command), 0, text, "", 0.0))

    return prints


def test_a_debian_host_gives_its_mirrors_for_our_release(host):
    host(
        "http://mirror.example/debian/|trixie|main|Debian\n"
        "http://mirror.example/debian/|trixie|contrib|Debian\n"
        "http://mirror.example/debian/|trixie-updates|main|Debian\n"
        "http://mirror.example/debian-security/|trixie-security|main|Debian\n"
    )

    assert debian.apt_sources() == [
        "deb http://mirror.example/debian/ bookworm main",
        "deb http://mirror.example/debian/ bookworm-updates main",
        "deb http://mirror.example/debian-security/ bookworm-security main",
    ]


def test_third_parties_are_left_out_even_if_they_use_debians_names(host):
    host("https://packages.example/|bookworm|main|Example\nhttps://packages.example/x/|nodistro|main|Example\n")

    assert debian.apt_sources() == []


def test_mirrors_count_even_before_their_first_update(host):
    host("http://mirror.example/debian/|bookworm|main|\n")

    assert debian.apt_sources() == ["deb http://mirror.example/debian/ bookworm main"]


def test_a_host_without_apt_has_no_mirrors(monkeypatch):
    monkeypatch.setattr(debian.shutil, "which", lambda _: None)

    assert debian.apt_sources() == []
    assert debian.apt_options() == ""


def test_only_the_way_out_is_taken_from_the_hosts_apt_settings(host):
    host(
        'APT "";\nAcquire::http::Proxy "http://proxy.example:3128";\nAcquire::https::CAInfo "/etc/ca.pem";\n'
        'Acquire::http "";\nAcquire::Languages:: "none";\nDPkg::Post-Invoke:: "reboot";\n'
    )

    assert debian.apt_options() == (
        'Acquire::http::Proxy "http://proxy.example:3128";\nAcquire::https::CAInfo "/etc/ca.pem";\n'
    )
