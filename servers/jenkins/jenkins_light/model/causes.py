"""Why a build runs: causes, kept in build.json and told as Jenkins tells them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jenkins_light.model import parameterized_timer

if TYPE_CHECKING:
    from jenkins_light.model.builds import Build


#: The class of the cause of builds that were restarted from a stage.
RESTART = "org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause"


@dataclass(frozen=True)
class Cause:
    """One cause.

    Attributes:
        cls: the Java class that Jenkins would name.
        description: the short description, also the console's first line.
        details: further exported properties, such as userId or upstreamBuild.
        origin: what the console says below the description, such as why the upstream build ran.
    """

    cls: str
    description: str
    details: dict[str, Any] = field(default_factory=dict)
    origin: str = ""

    @property
    def lines(self) -> str:
        """What the console says."""
        return self.description + self.origin

    def to_record(self) -> dict[str, Any]:
        """For build.json, and for ``currentBuild.getBuildCauses()``."""
        record = {"class": self.cls, "shortDescription": self.description, **self.details}
        return record | ({"origin": self.origin} if self.origin else {})


def from_record(record: dict[str, Any]) -> Cause:
    """The cause of a build.json."""
    details = {key: value for key, value in record.items() if key not in {"class", "shortDescription", "origin"}}
    return Cause(record["class"], record["shortDescription"], details, record.get("origin", ""))


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


def by_upstream_job(build: "Build") -> Cause:
    """Started because another job's build ended (ReverseBuildTrigger)."""
    job = build.job
    origin = "".join(f"\n {line}" for cause in build.causes for line in cause.lines.splitlines())
    return Cause(
        "hudson.model.Cause$UpstreamCause",
        f'Started by upstream project "{job.full_name}" build number {build.number}',
        {"upstreamProject": job.full_name, "upstreamBuild": build.number, "upstreamUrl": job.url_path},
        f"\noriginally caused by:{origin}" if origin else "",
    )


def by_timer() -> Cause:
    """Started by the job's crontab."""
    return Cause("hudson.triggers.TimerTrigger$TimerTriggerCause", "Started by timer")


def by_parameterized_timer(given: dict[str, str]) -> Cause:
    """Started by a line of the Parameterized Scheduler's."""
    shown = ", ".join(f"{name}={value}" for name, value in given.items())
    return Cause(parameterized_timer.CAUSE, f"Started by timer with parameters: {{{shown}}}")


def by_scm_change() -> Cause:
    """Started since polling found a new commit."""
    return Cause("hudson.triggers.SCMTrigger$SCMTriggerCause", "Started by an SCM change")


def by_remote(host: str, note: str) -> Cause:
    """Started with the job's own token (``build?token=…``)."""
    said = f"Started by remote host {host}" + (f" with note: {note}" if note else "")
    return Cause("hudson.model.Cause$RemoteCause", said, {"addr": host, "note": note or None})


def by_replay(number: int, rebuilt: bool = False) -> Cause:
    """Started again with another script, or just again."""
    verb = "Rebuilt" if rebuilt else "Replayed"
    return Cause("org.jenkinsci.plugins.workflow.cps.replay.ReplayCause", f"{verb} #{number}")


def by_restart(number: int, stage: str) -> Cause:
    """Started again from one of its stages."""
    return Cause(
        RESTART,
        f"Restarted from build #{number}, stage {stage}",
        {"originRunNumber": number, "originStage": stage},
    )
