"""What receive-pack answers a pusher: which refs it took is read from it, and the server's own lines are put in.

The answer is a row of packets (gitprotocol-common): four hexadecimal digits with the length, then the content; "0000"
ends a part. Where the client knows side bands, as all current ones do, a packet's first byte tells what it is: 1 git's
report, itself a row of packets, 2 lines for the user, which git shows behind "remote:", 3 an error. The report
(gitprotocol-pack, report-status) is "unpack ok", then "ok REF" or "ng REF REASON" for each ref.
"""

from __future__ import annotations

_HEAD = 4
_FLUSH = b"0000"
_FOR_THE_USER = b"\x02"
_BANDS = (1, 2, 3)
_OF_THE_REPORT = 1
# A packet holds at most 65520 bytes, head and band included.
_MOST_TEXT = 65_000


class Report:
    """Passes an answer on as it comes, and holds back its end.

    Args:
        parts: how many parts come before the report: over SSH one, in which git tells its refs; over HTTP none.
    """

    def __init__(self, parts: int = 0) -> None:
        self._parts = parts
        self._rest = b""
        self._banded = False
        self._understood = True
        self._status = b""

    def feed(self, chunk: bytes) -> bytes:
        """Takes what git has said; returns what can be passed on."""
        self._rest += chunk
        done = 0
        while self._understood and len(self._rest) - done >= _HEAD:
            length = _length(self._rest, done)
            if length is None:
                self._understood = False
            elif length == 0 and not self._parts:
                break
            elif length == 0:
                self._parts -= 1
                done += _HEAD
            elif len(self._rest) - done < length:
                break
            else:
                if not self._parts:
                    self._read(self._rest[done : done + length])
                done += length
        done = done if self._understood else len(self._rest)
        passed, self._rest = self._rest[:done], self._rest[done:]
        return passed

    def end(self, text: str) -> bytes:
        """The end of the answer, `text` before it where the client can be told."""
        if not text or not self._banded or not self._is_whole:
            return self._rest
        content = text.encode("utf-8", "replace")
        pieces = [content[start : start + _MOST_TEXT] for start in range(0, len(content), _MOST_TEXT)]
        packets = (f"{len(piece) + _HEAD + 1:04x}".encode() + _FOR_THE_USER + piece for piece in pieces)
        return b"".join(packets) + self._rest

    @property
    def taken(self) -> frozenset[str] | None:
        """The refs that git has moved; None where it has not told, as nobody asked or it was ended."""
        lines = _lines(self._status) if self._is_whole else []
        if not lines or not lines[0].startswith(b"unpack "):
            return None
        return frozenset(line[3:].decode("utf-8", "replace") for line in lines if line.startswith(b"ok "))

    @property
    def _is_whole(self) -> bool:
        return self._rest.startswith(_FLUSH)

    def _read(self, packet: bytes) -> None:
        """Takes a packet's part of the report; a client that knows no side bands gets the report's packets bare."""
        self._banded = self._banded or (len(packet) > _HEAD and packet[_HEAD] in _BANDS)
        if not self._banded:
            self._status += packet
        elif packet[_HEAD : _HEAD + 1] == bytes([_OF_THE_REPORT]):
            self._status += packet[_HEAD + 1 :]


def _lines(status: bytes) -> list[bytes]:
    """The lines of a report's packets."""
    lines, place = [], 0
    while length := _length(status, place):
        lines.append(status[place + _HEAD : place + length].rstrip(b"\n"))
        place += length
    return lines


def _length(packets: bytes, start: int) -> int | None:
    """The length that a packet's head tells, 0 for the end of a part; None where it is no packet."""
    head = packets[start : start + _HEAD]
    try:
        length = int(head, 16)
    except ValueError:
        return None
    return length if length == 0 or length >= _HEAD else None
