"""One credential of each kind, as the corpus' files name them, in the XML of Jenkins' own API."""

from __future__ import annotations

import base64
import io
import zipfile
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

PASSPHRASE = "open the key"


def _document(kind: str, ident: str, fields: dict[str, str], inner: str = "") -> str:
    body = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return (
        f"<{kind}><scope>GLOBAL</scope><id>{ident}</id><description>of the corpus</description>{body}{inner}</{kind}>"
    )


def _ssh(ident: str, passphrase: str) -> str:
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption).decode()
    source = "com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey$DirectEntryPrivateKeySource"
    return _document(
        "com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey",
        ident,
        {"username": "git", "passphrase": passphrase},
        f'<privateKeySource class="{source}"><privateKey>{key}</privateKey></privateKeySource>',
    )


def _zipped(files: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def _file(ident: str, name: str, content: bytes) -> str:
    fields = {"fileName": name, "secretBytes": base64.b64encode(content).decode()}
    return _document("org.jenkinsci.plugins.plaincredentials.impl.FileCredentialsImpl", ident, fields)


def _text(ident: str, secret: str) -> str:
    return _document("org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl", ident, {"secret": secret})


_KEYSTORE = "com.cloudbees.plugins.credentials.impl.CertificateCredentialsImpl"

CREDENTIALS = [
    _text("text", "s3cret-text"),
    _text("quoted", "it's a $ecret"),
    _text("lines", "first line\nsecond line\nthird line"),
    _document(
        "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl",
        "account",
        {"username": "robot", "password": "pa55word!"},
    ),
    _document(
        "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl",
        "hidden-account",
        {"username": "nobody-knows", "password": "pa55word!", "usernameSecret": "true"},
    ),
    _file("file", "token.txt", b"file-content"),
    _file("zip", "bundle.zip", _zipped({"a/b.txt": "zipped-secret"})),
    _ssh("key", ""),
    _ssh("locked-key", PASSPHRASE),
    _document(
        _KEYSTORE,
        "certificate",
        {"password": "keystore-pass"},
        f'<keyStoreSource class="{_KEYSTORE}$UploadedKeyStoreSource"><uploadedKeystoreBytes>'
        f"{base64.b64encode(b'keystore-bytes').decode()}</uploadedKeystoreBytes></keyStoreSource>",
    ),
    _document(
        "org.jenkinsci.plugins.docker.commons.credentials.DockerServerCredentials",
        "docker-cert",
        {"clientKeySecret": "client-key", "clientCertificate": "client-cert", "serverCaCertificate": "server-ca"},
    ),
]
