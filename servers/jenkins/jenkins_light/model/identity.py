"""Who this Jenkins is: a key pair for its life, whose public half stands in ``X-Instance-Identity``.

Source: the instance-identity plugin, which keeps the key encrypted in the home too. Its keys are RSA's, whose making
costs a start more than anything else does; no agent checks it here, so this one is of an elliptic curve.
"""

import base64
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from jenkins_light.files import write_bytes
from jenkins_light.model.secrets import SecretBox


class InstanceIdentity:
    """The key pair of a home, made once."""

    def __init__(self, home: Path, box: SecretBox) -> None:
        path = home / "identity.key.enc"
        if path.exists():
            pem = box.decrypt(path.read_text()).encode()
        else:
            pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            write_bytes(path, box.encrypt(pem.decode()).encode(), 0o600)
        key = serialization.load_pem_private_key(pem, None)
        der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        #: The public key's DER form as base64.
        self.public_key = base64.b64encode(der).decode()
