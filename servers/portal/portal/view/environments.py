"""Test and prod as the picture shows them."""

from __future__ import annotations

from datetime import timedelta

from portal.errors import PartDown
from portal.models.chain import Environment, Part, Passing, Pod, Rollout, State
from portal.settings import namespace
from portal.view import objects
from portal.watch.seen import Seen

AVAILABILITY_MINUTES = 5.0
_FAILED_PROBES = 2
# Nodes learn a moment later than the API server that a pod is ready, and the probe comes after that.
_ROUTES_TAKE = timedelta(seconds=4)


def environment(seen: Seen, name: str) -> Environment:
    """One environment, as far as it can be seen."""
    watched, probe, settings = seen.cluster.environments[name], seen.probes[name], seen.settings
    rollout, pods = objects.rollout(watched), objects.pods(watched)
    ready = [pod for pod in pods if pod.state == "ready"]
    live = watched.deployment
    image = objects.image_of(live) if live else ""
    state, message, fix = _state(seen, name, rollout, pods)
    ports = ((watched.service or {}).get("spec") or {}).get("ports") or [{}]
    return Environment(
        name=name,
        namespace=namespace(name),
        link=settings.services[name].link,
        state=state,
        message=message,
        fix=fix,
        image=image,
        declared=objects.tag_of(image),
        running=sorted({pod.version for pod in ready}),
        digests=sorted({pod.digest for pod in ready if pod.digest}),
        strategy=str(((live or {}).get("spec") or {}).get("strategy", {}).get("type") or ""),
        demo_value=str(((watched.config or {}).get("data") or {}).get("demo.value") or ""),
        node_port=int(ports[0].get("nodePort") or 0),
        replicas=rollout.wanted,
        rollout=rollout,
        pods=pods,
        served=probe.served,
        availability=probe.points(AVAILABILITY_MINUTES),
    )


def part(seen: Seen, found: Environment) -> Part:
    """The environment's box."""
    passing = [
        Passing(
            kind="deployment",
            title=f"{build.job} {build.title}",
            detail=seen.jenkins.seen.stages.get((build.job, build.number), ""),
            link=f"{seen.settings.jenkins.link}/job/{build.job}/{build.number}/",
            since=build.started,
        )
        for build in seen.jenkins.seen.builds(seen.settings.runner_job)
        if build.running and build.parameters.get("envName") == found.name
    ]
    rollout = found.rollout
    if found.image and not rollout.complete:
        detail = f"{rollout.available} of {rollout.wanted} replicas serve, {rollout.updated} updated"
        passing.append(Passing(kind="rollout", title=f"rollout of {found.declared}", detail=detail, link=found.link))
    state = State.BUSY if passing and found.state == State.OK else found.state
    return Part(
        name=found.name,
        title=found.name,
        link=f"{found.link}/status" if found.link else "",
        state=state,
        message=found.message,
        fix=found.fix,
        passing=passing,
        checked=next((point.until for point in reversed(found.availability) if not point.failure), None),
    )


def _state(seen: Seen, name: str, rollout: Rollout, pods: list[Pod]) -> tuple[State, str, str]:
    watched, settings = seen.cluster.environments[name], seen.settings
    mend = settings.fix_for("cluster")
    if error := watched.error:
        return (State.ABSENT if isinstance(error, PartDown) else State.FAILED), f"{error.what}: {error.why}", mend
    if not watched.synced:
        return State.UNKNOWN, "It was not looked at yet.", ""
    if watched.deployment is None:
        return State.ABSENT, f"{namespace(name)} has no Deployment uuid-deploy.", settings.fix_for(name)
    if not rollout.complete:
        if rollout.message:
            return State.FAILED, rollout.message, f"./inv rollback --env {name}"
        detail = f"{rollout.available} of {rollout.wanted} replicas serve."
        return State.BUSY, f"A rollout is under way: {detail}", ""
    if rollout.wanted == 0:
        return State.OK, "It is scaled to 0 replicas: nobody answers.", ""
    last = seen.probes[name].last
    calm = objects.ready_since(watched)
    if last and last.failure and last.count >= _FAILED_PROBES and calm and last.until > calm + _ROUTES_TAKE:
        return State.FAILED, f"All {len(pods)} replicas are ready and /status does not answer: {last.failure}.", mend
    return State.OK, "", ""
