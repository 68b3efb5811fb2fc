"""``<build>/timestamps``: when each line of a console was written, for scripts (timestamper's TimestampsAction).

The light Jenkins knows that of lines within ``timestamps``, which carry their time in the log.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from starlette.responses import Response

from jenkins_light.errors import BadRequestError
from jenkins_light.model.builds import Build
from jenkins_light.web.exchange import text_answer
from jenkins_light.web.java_dates import elapsed_in_pattern, in_pattern
from jenkins_light.web.routing import Request, action

_STAMP = re.compile(r"\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})Z\] ?")
_PRECISIONS = {"seconds": 0, "milliseconds": 3, "microseconds": 6, "nanoseconds": 9}
_MOST_PLACES = 100
#: As much of a console as any answer carries, in bytes.
_MOST = 16 << 20

Format = Callable[[datetime], str]


@action(Build, "timestamps")
def timestamps(request: Request, build: Build) -> Response:
    """The time of each line in the forms that the query asks for, with ``appendLog`` before the line itself.

    A query that makes no sense is told in the text, as the plugin does it.
    """
    query = [(name.lower(), value) for name, value in request.exchange.query]
    try:
        lines = _lines(build, query)
    except (ValueError, BadRequestError) as error:
        lines = [request.exchange.raw_path, f"IllegalArgumentException: {error}"]
    return text_answer("".join(line + "\n" for line in lines))


def _lines(build: Build, query: list[tuple[str, str]]) -> list[str]:
    began = datetime.fromtimestamp(build.record.timestamp / 1000, UTC)
    formats = _formats(query, began)
    asked = dict(query)
    if _flag(asked, "currenttime"):
        return [" ".join(form(datetime.now(UTC)) for form in formats)]
    with build.log_path.open("rb") as log:
        written = log.read(_MOST).decode("utf-8", "replace").splitlines()
    first, last = int(asked.get("startline", 0)), int(asked.get("endline", len(written)))
    start = max(first - 1, 0) if first >= 0 else max(len(written) + first, 0)
    end = last if last >= 0 else len(written) + last + 1
    return [_told(line, formats, _flag(asked, "appendlog")) for line in written[start : max(end, 0)]]


def _flag(asked: dict[str, str], name: str) -> bool:
    """Whether a flag stands in the query, alone or as true."""
    return asked.get(name, "false").lower() in {"", "true"}


def _told(line: str, formats: list[Format], appended: bool) -> str:
    stamp = _STAMP.match(line)
    moment = datetime.fromisoformat(stamp.group(1)).replace(tzinfo=UTC) if stamp else None
    told = " ".join(form(moment) for form in formats) if moment else ""
    return f"{told}  {line[stamp.end() if stamp else 0 :]}" if appended else told


def _formats(query: list[tuple[str, str]], began: datetime) -> list[Format]:
    """What is asked for, in the query's order; seconds with three places when that is nothing."""
    zone = _zone(dict(query).get("timezone", ""))
    found: list[Format] = []
    for name, value in query:
        if name == "time":
            found.append(_clock(value, zone))
        elif name == "elapsed":
            found.append(_elapsed(value, began))
        elif name == "precision":
            found.append(_precise(began, _places(value)))
    return found or [_precise(began, 3)]


def _clock(pattern: str, zone: tzinfo | None) -> Format:
    return lambda moment: in_pattern(moment.astimezone(zone), pattern)


def _elapsed(pattern: str, began: datetime) -> Format:
    return lambda moment: elapsed_in_pattern(moment - began, pattern)


def _precise(began: datetime, places: int) -> Format:
    def seconds(moment: datetime) -> str:
        milliseconds = (moment - began) // timedelta(milliseconds=1)
        fraction = f"{milliseconds % 1000:03d}".ljust(places, "0")[:places]
        return f"{milliseconds // 1000}.{fraction}" if places else str(milliseconds // 1000)

    return seconds


def _places(value: str) -> int:
    places = _PRECISIONS.get(value.lower())
    places = int(value) if places is None else places
    if not 0 <= places <= _MOST_PLACES:
        raise ValueError(f"Expected non-negative precision, but was: {value}")
    return places


def _zone(name: str) -> tzinfo | None:
    """The zone of a Java id; the server's without one, and UTC for one that there isn't, as in Java."""
    if not name:
        return None
    # A plus in an address reads as a space.
    offset = re.fullmatch(r"GMT[+ -]?(\d{1,2}):?(\d\d)?", name)
    if offset:
        ahead = timedelta(hours=int(offset.group(1)), minutes=int(offset.group(2) or 0))
        return timezone(-ahead if "-" in name else ahead)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
