from pathlib import Path

import certifi
import pytest

from kubestage.settings import CHECKOUT
from kubestage.supply import host, host_packages
from kubestage.supply.maven import proxy_options

PUBLIC = Path(certifi.where()).read_text()
# Self-signed, for these tests alone.
OWN = (Path(__file__).parent / "own-ca.pem").read_text()


@pytest.fixture
def trusted(monkeypatch, tmp_path):
    """Makes the host trust the given certificates; Debian's own list is certifi's, cut in files."""
    shipped = tmp_path / "shipped"
    (shipped / "mozilla").mkdir(parents=True)
    (shipped / "mozilla" / "all.crt").write_text(PUBLIC)
    monkeypatch.setattr(host, "_DISTRIBUTED", shipped)

    def trust(text):
        bundle = tmp_path / "bundle.pem"
        bundle.write_text(text)
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        host.own_certificates.cache_clear()

    yield trust
    host.own_certificates.cache_clear()


def test_a_host_with_public_authorities_alone_has_none_of_its_own(trusted):
    trusted(PUBLIC)

    assert host.own_certificates() == ()


def test_an_authority_of_the_hosts_own_is_found_among_the_public_ones(trusted):
    trusted(PUBLIC + "\nthe company's\n" + OWN)

    assert [pem.strip() for pem in host.own_certificates()] == [OWN.strip()]


def test_a_system_without_a_list_of_its_own_is_held_against_certifis(trusted, monkeypatch, tmp_path):
    monkeypatch.setattr(host, "_DISTRIBUTED", tmp_path / "none")
    trusted(PUBLIC + OWN)

    assert [pem.strip() for pem in host.own_certificates()] == [OWN.strip()]


def test_needed_programs_are_listed_with_their_package_and_reason():
    needed = {each.program: each for each in host_packages()}

    assert needed["mmdebstrap"].package == "mmdebstrap"
    assert all(each.why for each in needed.values())


class TestProxies:
    @pytest.fixture(autouse=True)
    def _clean(self, monkeypatch):
        for name in ("http_proxy", "https_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)

    def test_none_gives_java_no_options(self):
        assert proxy_options() == ""

    def test_are_put_in_javas_words(self, monkeypatch):
        monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
        monkeypatch.setenv("no_proxy", "localhost, .example")

        assert proxy_options() == (
            "-Dhttps.proxyHost=proxy.example -Dhttps.proxyPort=3128 -Dhttp.nonProxyHosts=localhost|*.example"
        )

    def test_take_no_password_along(self, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://me:secret@proxy.example:3128")

        assert "secret" not in proxy_options()


def test_nothing_of_this_machine_stands_in_a_recipe():
    for path in (CHECKOUT / "images").rglob("*"):
        if path.is_file():
            assert str(Path.home()) + "/" not in path.read_text(), path
