"""Who this Jenkins is: an RSA key pair for its life, whose public half stands in ``X-Instance-Identity``.

Source: the instance-identity plugin, which keeps the key encrypted in the home too.
"""

import base64
import threading
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jenkins_light.files import write_bytes
from jenkins_light.model.secrets import SecretBox

_BITS = 2048


class InstanceIdentity:
    """The key pair; it is made behind the first answers, which go out without it."""

    def __init__(self, home: Path, box: SecretBox) -> None:
        self._path = home / "identity.key.enc"
        self._box = box
        #: The public key's DER form as base64, "" until it is there.
        self.public_key = ""

    def start(self) -> None:
        """Read the key, or make it in the background."""
        threading.Thread(target=self._prepare, name="identity", daemon=True).start()

    def _prepare(self) -> None:
        if self._path.exists():
            pem = self._box.decrypt(self._path.read_text()).encode()
            key = serialization.load_pem_private_key(pem, None)
        else:
            key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            write_bytes(self._path, self._box.encrypt(pem.decode()).encode(), 0o600)
        der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.public_key = base64.b64encode(der).decode()
