"""The Parameterized Scheduler's crontabs: lines of five fields, each with the parameters of the builds that it starts.

``15 * * * * % env=int;region=eu``. Source: the plugin's ParameterizedCronTabList and ParameterParser.
"""

from datetime import datetime

from jenkins_light.errors import BadRequestError
from jenkins_light.model import crontab

TAG = "org.jenkinsci.plugins.parameterizedscheduler.ParameterizedTimerTrigger"
CAUSE = "org.jenkinsci.plugins.parameterizedscheduler.ParameterizedTimerTriggerCause"


def due(spec: str, seed: str, moment: datetime) -> list[dict[str, str]]:
    """The parameters of each build that this minute starts; ``seed`` is the job's full name.

    Raises:
        BadRequestError: a line that the plugin would refuse.
    """
    times, parameters = [], []
    for number, text in enumerate(line for line in map(str.strip, spec.splitlines()) if line and line[0] != "#"):
        fields, _, pairs = text.partition("%")
        times.append(fields.strip())
        if number or not text.startswith("TZ="):
            parameters.append(_pairs(pairs))
    table = crontab.parse("\n".join(times), seed)
    local = moment.astimezone(table.zone)
    return [given for line, given in zip(table.lines, parameters, strict=True) if line.matches(local)]


def _pairs(text: str) -> dict[str, str]:
    found = {}
    for pair in text.strip().removesuffix(";").split(";"):
        name, given, value = pair.strip().partition("=")
        if name or given:
            if not given:
                raise BadRequestError(f"Chunk [{pair.strip()}] is not a valid entry")
            found[name] = value
    return found
