"""What the supply must know of this machine: its own certificate authorities and its packages."""

from __future__ import annotations

import os
import shutil
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import certifi

# Where Debian's ca-certificates package keeps what it ships; administrators' own go elsewhere.
_DISTRIBUTED = Path("/usr/share/ca-certificates")
_BUNDLE_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class HostPackage:
    """A program that source `build` needs on the host.

    Attributes:
        program: what must be on PATH.
        package: the Debian package that has it.
        why: what it is for.
    """

    program: str
    package: str
    why: str

    @property
    def present(self) -> bool:
        """Whether the program is there."""
        return shutil.which(self.program) is not None


def host_packages() -> list[HostPackage]:
    """The programs that source `build` needs, present or not."""
    return [
        HostPackage("mmdebstrap", "mmdebstrap", "makes the images' Debian file systems"),
        HostPackage("git", "git", "the demo's repositories"),
    ]


def ca_bundle() -> Path | None:
    """The PEM file with every certificate authority that this host trusts."""
    named = [os.environ.get(name, "") for name in _BUNDLE_VARIABLES]
    known = ssl.get_default_verify_paths()
    for candidate in [*named, known.cafile or "", known.openssl_cafile]:
        if candidate and Path(candidate).is_file():
            return Path(candidate)
    return None


@cache
def own_certificates() -> tuple[str, ...]:
    """Certificate authorities that this host trusts beyond the public ones, as PEM texts, in a stable order.

    Such as the one with which a company's proxy signs. Images get them into their trust store, because what runs in a
    container meets the same proxy.
    """
    bundle = ca_bundle()
    if not bundle:
        return ()
    # certifi stands in where the system keeps no list of its own: some hosts add their authority to certifi's file.
    known = [*_DISTRIBUTED.rglob("*.crt")] or [Path(certifi.where())]
    public = {_der(pem) for path in known for pem in _certificates(path.read_text(errors="replace"))}
    own = {_der(pem): pem for pem in _certificates(bundle.read_text(errors="replace"))}
    return tuple(own[der] for der in sorted(own.keys() - public))


def _certificates(text: str) -> list[str]:
    end = "-----END CERTIFICATE-----"
    begin = "-----BEGIN CERTIFICATE-----"
    return [begin + part.split(begin, 1)[1] + end + "\n" for part in text.split(end) if begin in part]


def _der(pem: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem)
