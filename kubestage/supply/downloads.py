"""Downloads over HTTP: bounded, resumed when the connection drops, and checked."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import requests

from kubestage.errors import MachineError
from kubestage.supply.host import ca_bundle

PROBE_SECONDS = 3.0
_ATTEMPTS = 4
_PAUSE_SECONDS = 0.5
_TIMEOUT = (10.0, 30.0)
# Small, since a chunk that has not come whole when the connection breaks is lost.
_CHUNK = 1 << 16
_OTHERWISE = "run the command again, or build instead of downloading: KUBESTAGE_SOURCE=build"


def rebased(url: str, base: str) -> str:
    """The address of `url` on a mirror that has every publisher's files below the publisher's host name.

    Args:
        url: the publisher's address.
        base: the mirror's address; empty for none.
    """
    parts = urlsplit(url)
    return f"{base.rstrip('/')}/{parts.netloc}{parts.path}" if base else url


def probe(url: str, *, good: Iterable[int] = (200,)) -> bool:
    """Whether a server answers a HEAD request as it should, within PROBE_SECONDS."""
    try:
        with requests.Session() as session:
            session.verify = _trust()
            answer = session.head(url, timeout=PROBE_SECONDS, allow_redirects=True)
            return answer.status_code in set(good)
    except (requests.RequestException, OSError):
        return False


class Probes:
    """Asks each server once a run, all that are known at the first question, so that the wait is one probe's."""

    def __init__(self, addresses: Iterable[tuple[str, tuple[int, ...]]]) -> None:
        self._addresses = list(addresses)
        self._answers: dict[str, bool] = {}

    def answers(self, url: str) -> bool:
        """Whether the server of `url`, one of the known addresses, answers."""
        if not self._answers:
            servers = {urlsplit(address).netloc: (address, good) for address, good in self._addresses}
            with ThreadPoolExecutor(max_workers=len(servers) or 1) as pool:
                found = pool.map(lambda pair: probe(pair[0], good=pair[1]), servers.values())
                self._answers = dict(zip(servers, found, strict=True))
        return self._answers.get(urlsplit(url).netloc, False)


def fetch_text(url: str) -> str:
    """A small text file.

    Raises:
        MachineError: it could not be had.
    """
    try:
        with requests.Session() as session:
            session.verify = _trust()
            answer = session.get(url, timeout=_TIMEOUT)
            answer.raise_for_status()
            return answer.text
    except requests.RequestException as error:
        raise MachineError(f"{url} could not be downloaded", why=_cause(error), fix=_OTHERWISE) from error


def fetch(url: str, target: Path, sha256: str) -> None:
    """Downloads a file and checks it; nothing is left at `target` unless it is right.

    Raises:
        MachineError: the server does not have it or went away for good, or the checksum differs.
    """
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    cause = ""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_SECONDS * attempt)
        try:
            _continue(url, partial)
        except requests.HTTPError as error:
            status = error.response.status_code
            if status < 500:
                partial.unlink(missing_ok=True)
                raise MachineError(f"{url} could not be downloaded", why=_cause(error), fix=_OTHERWISE) from error
            cause = _cause(error)
        except requests.RequestException as error:
            cause = _cause(error)
        else:
            _accept(url, partial, target, sha256)
            return
    got = partial.stat().st_size if partial.exists() else 0
    partial.unlink(missing_ok=True)
    why = f"{cause}\nIt broke off {_ATTEMPTS} times, last after {got} bytes."
    raise MachineError(f"{url} could not be downloaded whole", why=why, fix=_OTHERWISE)


def _continue(url: str, partial: Path) -> None:
    """Downloads what is missing of `partial`."""
    have = partial.stat().st_size if partial.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    headers["Accept-Encoding"] = "identity"
    with requests.Session() as session:
        session.verify = _trust()
        with session.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
            answer.raise_for_status()
            resumed = answer.status_code == requests.codes.partial_content
            with partial.open("ab" if resumed else "wb") as stream:
                for chunk in answer.iter_content(_CHUNK):
                    stream.write(chunk)
            expected = int(answer.headers.get("Content-Length", "0")) + (have if resumed else 0)
    size = partial.stat().st_size
    if size < expected:
        raise requests.ConnectionError(f"{size} of {expected} bytes came")


def _accept(url: str, partial: Path, target: Path, sha256: str) -> None:
    with partial.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        partial.unlink()
        raise MachineError(
            f"{url} is not the file it should be",
            why=f"Its SHA-256 is {found}, expected was {sha256}.",
            fix="look at what answers for that address (a proxy, a mirror); or KUBESTAGE_SOURCE=build",
        )
    partial.rename(target)


def _trust() -> str | bool:
    bundle = ca_bundle()
    return str(bundle) if bundle else True


def _cause(error: requests.RequestException) -> str:
    if isinstance(error, requests.HTTPError):
        return f"The server answered {error.response.status_code} {error.response.reason}."
    return f"{type(error).__name__}: {error}"
