"""Secrets at rest: encrypted with a key of this home, in braces as Jenkins marks them."""

import base64
import os
import re
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jenkins_light.files import write_bytes

_MARKED = re.compile(r"^\{([A-Za-z0-9+/]+=*)\}$")
_NONCE = 12


class SecretBox:
    """Encrypts and decrypts with the home's master key (AES-GCM, 256 bit)."""

    def __init__(self, home: Path) -> None:
        path = home / "secrets" / "master.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_bytes(path, base64.b64encode(AESGCM.generate_key(256)), 0o600)
        self._cipher = AESGCM(base64.b64decode(path.read_bytes()))

    def encrypt(self, plain: str) -> str:
        """The text as ``{base64}``."""
        nonce = os.urandom(_NONCE)
        return "{" + base64.b64encode(nonce + self._cipher.encrypt(nonce, plain.encode(), None)).decode() + "}"

    def decrypt(self, stored: str) -> str:
        """The plain text; what was not encrypted by this home comes back as it is, as Jenkins' Secret does."""
        match = _MARKED.match(stored)
        if not match:
            return stored
        try:
            raw = base64.b64decode(match.group(1))
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except (InvalidTag, ValueError):
            return stored
