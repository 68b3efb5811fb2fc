"""The stage view's data, as pipeline-rest-api gives them."""

from typing import Any

from jenkins_light.model.builds import Build

_STATUS = {
    "SUCCESS": "SUCCESS",
    "UNSTABLE": "UNSTABLE",
    "FAILURE": "FAILED",
    "ABORTED": "ABORTED",
    "NOT_BUILT": "NOT_EXECUTED",
}


def run(build: Build) -> dict[str, Any]:
    """One build and its stages; times in milliseconds."""
    record = build.record
    address = f"/{build.url_path}wfapi/describe"
    return {
        "_links": {"self": {"href": address}},
        "id": str(build.number),
        "name": build.display_name,
        "status": "IN_PROGRESS" if record.building else _STATUS[record.result or "FAILURE"],
        "startTimeMillis": record.timestamp,
        "endTimeMillis": record.timestamp + record.duration,
        "durationMillis": record.duration,
        "queueDurationMillis": 0,
        "pauseDurationMillis": 0,
        "stages": [
            {
                "_links": {"self": {"href": f"/{build.url_path}execution/node/{stage.id}/wfapi/describe"}},
                "id": stage.id,
                "name": stage.name,
                "execNode": "",
                "status": stage.status,
                "startTimeMillis": stage.started,
                "durationMillis": stage.duration,
                "pauseDurationMillis": 0,
            }
            for stage in build.stages
        ],
    }
