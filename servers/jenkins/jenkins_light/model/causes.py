"""Why a build runs: causes, kept in build.json and told as Jenkins tells them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Cause:
    """One cause.

    Attributes:
        cls: the Java class that Jenkins would name.
        description: the short description, also the console's first line.
        details: further exported properties, such as userId or upstreamBuild.
    """

    cls: str
    description: str
    details: dict[str, Any] = field(default_factory=dict)

    def to_record(self) -> dict[str, Any]:
        """For build.json, and for ``currentBuild.getBuildCauses()``."""
        return {"class": self.cls, "shortDescription": self.description, **self.details}


def from_record(record: dict[str, Any]) -> Cause:
    """The cause of a build.json."""
    details = {key: value for key, value in record.items() if key not in {"class", "shortDescription"}}
    return Cause(record["class"], record["shortDescription"], details)


def by_user(user: str, full_name: str) -> Cause:
    """Started by hand or with a user's API token."""
    return Cause(
        "hudson.model.Cause$UserIdCause", f"Started by user {full_name}", {"userId": user, "userName": full_name}
    )


def by_webhook(cause: str) -> Cause:
    """Started by the Generic Webhook Trigger."""
    return Cause("org.jenkinsci.plugins.gwt.GenericCause", cause or "Generic Cause")


def by_upstream(job: str, number: int, url: str) -> Cause:
    """Started by another job's ``build`` step."""
    return Cause(
        "org.jenkinsci.plugins.workflow.support.steps.build.BuildUpstreamCause",
        f'Started by upstream project "{job}" build number {number}',
        {"upstreamProject": job, "upstreamBuild": number, "upstreamUrl": url},
    )


def by_replay(number: int) -> Cause:
    """Started again with another script."""
    return Cause("org.jenkinsci.plugins.workflow.cps.replay.ReplayCause", f"Replayed #{number}")
