"""The chain as one picture: the parts, the environments, what travels between them, and the versions there are.

All times are RFC 3339 in UTC. Commits and digests are whole; pages shorten them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field


class State(StrEnum):
    """How a part is."""

    OK = "ok"
    BUSY = "busy"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ABSENT = "absent"


PartName = Literal["gitlab", "jenkins", "sonarqube", "registry", "test", "prod"]
Place = Literal["gitlab", "jenkins", "registry", "test", "prod"]


class Passing(BaseModel):
    """Something that runs through a part at this moment.

    Attributes:
        kind: what it is.
        title: in a few words, as in "uuid.image #4 v2.0.0.0".
        detail: how far it is, as in the stage's name, or "2 of 3 replicas"; empty when unknown.
        link: its own page; empty where there is none.
        since: when it began, None when unknown.
    """

    kind: Literal["push", "build", "queued", "deployment", "rollout"]
    title: str
    detail: str = ""
    link: str = ""
    since: datetime | None = None


class Part(BaseModel):
    """A box of the picture.

    Attributes:
        name: which; environments are parts as well, with more about them in `Chain.environments`.
        title: its name for people.
        link: its own page as a browser on the host reaches it.
        state: "busy" when something runs through it, "failed" when the last thing did not end well or it refuses,
            "unknown" before it was asked, "absent" when it does not answer.
        message: one sentence about the state; empty when there is nothing to say.
        fix: the command that mends it; empty when nothing is broken.
        passing: what runs through it now.
        since: since when it has this state; None when unknown.
        checked: when it answered last; None if it never did.
    """

    name: PartName
    title: str
    link: str
    state: State
    message: str = ""
    fix: str = ""
    passing: list[Passing] = []
    since: datetime | None = None
    checked: datetime | None = None


class Pod(BaseModel):
    """A replica.

    Attributes:
        name: the pod's.
        state: "pending" (not scheduled or no container yet), "starting" (runs and is not ready), "ready", "ending"
            (was told to stop), "failed" (waits for something that does not come, as ImagePullBackOff; see reason).
        reason: Kubernetes' own word and message where it gives one.
        version: the tag of the image that it was made with.
        digest: the digest that it really runs ("sha256:…"); empty before its container runs.
        revision: the revision of its ReplicaSet; 0 when unknown.
        restarts: how often its container was started again.
        started: when it was made.
    """

    name: str
    state: Literal["pending", "starting", "ready", "ending", "failed"]
    reason: str = ""
    version: str = ""
    digest: str = ""
    revision: int = 0
    restarts: int = 0
    started: datetime | None = None


class Rollout(BaseModel):
    """How far a Deployment's rollout is; the numbers are those of `kubectl rollout status`.

    Attributes:
        revision: as `kubectl rollout history` numbers it; 0 when unknown.
        wanted: replicas asked for.
        updated: replicas of the current template.
        available: replicas that serve.
        total: replicas of any template.
        complete: the condition on which `kubectl rollout status` ends.
        message: what holds it up, in Kubernetes' words; empty when nothing does.
    """

    revision: int = 0
    wanted: int = 0
    updated: int = 0
    available: int = 0
    total: int = 0
    complete: bool = False
    message: str = ""


class Served(BaseModel):
    """The last answer of an environment's /status.

    Attributes:
        version: the version that answered.
        demo_value: its demo.value; pods read it once, when they start.
        pod: the pod that answered.
        at: when.
    """

    version: str
    demo_value: str
    pod: str
    at: datetime


class ProbePoint(BaseModel):
    """What one probe of /status, or several that were the same one after the other, gave.

    Attributes:
        at: when the first was sent.
        until: when the last was sent.
        version: the version that answered; empty when none did.
        failure: why none did, in a word: refused, timeout, reset, HTTP 503; empty when one did.
        milliseconds: how long the answer took; the longest of several.
        count: how many probes this stands for.
    """

    at: datetime
    until: datetime
    version: str = ""
    failure: str = ""
    milliseconds: float = 0
    count: int = 1


class Environment(BaseModel):
    """The service in one environment.

    Attributes:
        name: "test" or "prod".
        namespace: its namespace.
        link: the service's address, whose /status answers.
        state: as of `Part`.
        message: one sentence about the state.
        fix: the command that mends it.
        image: the whole reference that the Deployment asks for.
        declared: the version in it.
        running: the versions of the ready pods, sorted; one when no rollout is under way.
        digests: the digests that ready pods run, sorted.
        strategy: "Recreate" or "RollingUpdate"; empty without a Deployment.
        demo_value: what env-config says.
        node_port: under which the Service answers; 0 when not known.
        replicas: how many are asked for.
        rollout: how far it is.
        pods: the replicas, oldest first.
        served: the last answer of /status, None if there never was one.
        availability: the last minutes' probes, oldest first; equal ones that follow each other are one point.
    """

    name: Literal["test", "prod"]
    namespace: str
    link: str
    state: State
    message: str = ""
    fix: str = ""
    image: str = ""
    declared: str = ""
    running: list[str] = []
    digests: list[str] = []
    strategy: str = ""
    demo_value: str = ""
    node_port: int = 0
    replicas: int = 0
    rollout: Rollout = Field(default_factory=Rollout)
    pods: list[Pod] = []
    served: Served | None = None
    availability: list[ProbePoint] = []


class Travelling(BaseModel):
    """A commit on its way through the chain.

    Attributes:
        commit: its whole SHA-1.
        ref: where it was pushed: "refs/heads/…" or "refs/tags/…".
        author: who wrote it.
        message: its title.
        link: its page in GitLab.
        at: the part that it has come to.
        state: "busy" on the way, "ok" arrived and resting, "failed" where it got stuck.
        since: since when it is there.
        build: the number of its CI build; 0 before there is one.
        build_link: that build's page.
        version: the image's tag; empty before it is known.
    """

    commit: str
    ref: str
    author: str = ""
    message: str = ""
    link: str = ""
    at: Place
    state: State
    since: datetime
    build: int = 0
    build_link: str = ""
    version: str = ""


class Version(BaseModel):
    """An image in the registry.

    Attributes:
        version: its tag.
        digest: "sha256:…" of its manifest.
        commit: the commit that it was built from (its label org.opencontainers.image.revision); empty when unknown.
        commit_link: that commit's page in GitLab.
        created: when the image was made; None when unknown.
        build: the number of the CI build that made it; 0 when unknown.
        build_link: that build's page.
        environments: those with a ready pod that runs this digest.
    """

    version: str
    digest: str
    commit: str = ""
    commit_link: str = ""
    created: datetime | None = None
    build: int = 0
    build_link: str = ""
    environments: list[str] = []


class Chain(BaseModel):
    """Everything the picture shows.

    Attributes:
        sequence: grows with each change; the id of the `chain` event that told it.
        at: when this was put together.
        parts: in the order in which a change passes through them.
        environments: test, then prod.
        travelling: commits of the last while, latest first.
        versions: what the registry holds, latest first.
    """

    sequence: int
    at: datetime
    parts: list[Part] = []
    environments: list[Environment] = []
    travelling: list[Travelling] = []
    versions: list[Version] = []
