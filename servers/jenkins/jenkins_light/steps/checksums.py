"""``md5``, ``sha1``, ``sha256`` and ``verifyMd5`` and so on, of pipeline-utility-steps."""

import hashlib

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import Abort, StepError, step

_NAMES = {"MD5": "MD5", "SHA1": "SHA-1", "SHA256": "SHA-256"}


@step("md5", "file")
@step("sha1", "file")
@step("sha256", "file")
def digest(call: StepCall) -> str | None:
    """The file's digest in hexadecimal, or None when there is no such file."""
    return _digest(call, call.name)


@step("verifyMd5")
@step("verifySha1")
@step("verifySha256")
def verify(call: StepCall) -> None:
    """Fail unless the file has this ``hash``."""
    algorithm = call.name.removeprefix("verify").lower()
    found = _digest(call, algorithm)
    if found is None:
        raise StepError("java.io.FileNotFoundException", f"File not found: {call.text('file')}")
    if found != call.text("hash").lower():
        name = _NAMES[algorithm.upper()]
        raise Abort(f"{name} hash mismatch: expected: '{call.text('hash')}', actual: '{found}'")


def _digest(call: StepCall, algorithm: str) -> str | None:
    path = call.path(call.text("file"))
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
