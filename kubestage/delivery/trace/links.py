"""What was found, judged link by link: does it hold, is it no part of this version's way, or does the chain break."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace

from kubestage.delivery.buildlog import failure_in
from kubestage.delivery.registry import REPOSITORY
from kubestage.delivery.trace.builds import PastBuild, analysis_in
from kubestage.delivery.trace.findings import HOOKED, Findings
from kubestage.delivery.trace.link import Link, Mark, short, utc

_TAIL = 8
_ANSWER = 300


def _tag(found: Findings) -> Link:
    tag = found.tag
    if tag is None:
        announced = next((one for one in found.sent if one.ref == f"refs/tags/{found.version}"), None)
        if announced:
            return Link(
                "tag",
                Mark.BROKEN,
                f"GitLab has no tag {found.version} any more",
                details=(f"It told Jenkins of one on commit {short(announced.commit)}, {utc(announced.when)}.",),
                fix=f"git tag {found.version} {short(announced.commit)} && git push origin {found.version}",
            )
        return Link("tag", Mark.ASIDE, f"GitLab has no tag {found.version}: it was built from a branch")
    return Link("tag", Mark.HOLDS, f"{tag.name} on commit {short(tag.commit.sha)}", tag.when, tag.url)


def _commit(found: Findings) -> Link:
    commit = found.commit
    if commit is None:
        why = "No tag, no label of the image, and no build that made it names one that GitLab has."
        return Link(
            "commit",
            Mark.BROKEN,
            "nothing tells which commit it was built from",
            details=(why,),
            fix=f"git tag {found.version} <commit> && git push origin {found.version}",
        )
    what = f"{short(commit.sha)} {commit.title!r} by {commit.author}"
    return Link("commit", Mark.HOLDS, what, commit.when, commit.url, facts=asdict(commit))


def _delivery(found: Findings) -> Link:
    if not found.sent:
        return _no_delivery(found)
    last = next((one for one in found.sent if HOOKED in one.queue_items), found.sent[0])
    link = Link(
        "delivery",
        Mark.HOLDS,
        f"{last.ref}: HTTP {last.status}, queue item {last.queue_items.get(HOOKED)} of {HOOKED}",
        last.when,
        last.url,
        (f"delivered {len(found.sent)} times",) if len(found.sent) > 1 else (),
        facts={"deliveries": [asdict(one) for one in found.sent]},
    )
    if not last.taken:
        return replace(
            link,
            mark=Mark.BROKEN,
            what=f"Jenkins did not take the hook's delivery: {last.status}",
            details=(last.answer[:_ANSWER],),
            fix=f"./inv logs jenkins; then send it again at {last.url}",
        )
    if HOOKED not in last.queue_items:
        return replace(
            link,
            mark=Mark.BROKEN,
            what=f"Jenkins took the hook's delivery and started no {HOOKED}",
            details=("The job's filter takes pushes to master and tags such as v1.0.0.0.", last.answer[:_ANSWER]),
            fix="./inv up   # seeds the job again",
        )
    return link


def _no_delivery(found: Findings) -> Link:
    page = found.systems.repository.hooks_page
    if found.builds:
        what = "none: it was seeded, or built by ./inv ci.build or by hand"
        return Link("delivery", Mark.ASIDE, what, url=page)
    if found.tag is None:
        return Link("delivery", Mark.ASIDE, "none: there is no tag", url=page)
    if not found.hooked:
        what, fix = "no hook of the project calls Jenkins", "./inv up   # makes the hook again; then push the tag again"
    else:
        what = f"GitLab's log has no delivery for refs/tags/{found.version}, and no build took its commit"
        fix = f"git push --delete origin {found.version} && git push origin {found.version}   # or ./inv ci.build"
    return Link("delivery", Mark.BROKEN, what, url=page, fix=fix)


def _build(found: Findings) -> Link:
    build = found.build
    if build is None:
        return _no_build(found)
    details = [f"cause: {cause}" for cause in build.causes]
    if others := [one.said() for one in found.builds if one is not build]:
        details.append(f"also of this version: {', '.join(others)}")
    link = Link(
        "build",
        Mark.HOLDS,
        build.said(),
        utc(build.started),
        build.url,
        tuple(details),
        facts={"builds": [one.record() for one in found.builds], "made_by": found.maker and found.maker.url},
    )
    if not build.result:
        return replace(link, mark=Mark.BROKEN, fix=f"./inv trace {found.version}   # again when it has ended")
    if build.result != "SUCCESS":
        return replace(
            link,
            mark=Mark.BROKEN,
            details=(*details, *_failure(found, build)),
            fix=f"look at {build.url}console, mend it, and push a new tag",
        )
    taken = found.built_commit(build)
    if found.tag and taken and taken != found.tag.commit.sha:
        return replace(
            link,
            mark=Mark.BROKEN,
            what=f"{link.what}, of commit {short(taken)} and not of the tag's {short(found.tag.commit.sha)}",
            details=(
                *details,
                "The talk's pipeline builds master as it is then; the default pipeline builds what triggered it.",
            ),
            fix=f"./inv ci.build --version {found.version} --force   # while master stands on the tag's commit",
        )
    return link


def _no_build(found: Findings) -> Link:
    jenkins = found.systems.jenkins
    for item in sorted(found.queued):
        if why := jenkins.queued(item):
            return Link("build", Mark.BROKEN, f"queue item {item} still waits: {why}", fix="./inv logs jenkins")
    return Link(
        "build",
        Mark.BROKEN,
        "Jenkins knows no build of this commit",
        url=f"{jenkins.url}/job/{HOOKED}/",
        details=("It keeps the job's last 100 builds; an image that was pushed by hand has none.",),
        fix=f"./inv ci.build --version {found.version}" + (" --force" if found.digest else ""),
    )


def _failure(found: Findings, build: PastBuild) -> list[str]:
    failure = failure_in(found.systems.jenkins.console(build.job, build.number))
    return [f"it ended in stage {failure.stage!r}:", *failure.lines[-_TAIL:]]


def _analysis(found: Findings) -> Link:
    build = found.build
    told = analysis_in(found.systems.jenkins.console(build.job, build.number)) if build else None
    if told is None:
        return Link("analysis", Mark.ASIDE, "none ran in this build" if build else "no build is known that could tell")
    task = f", task {told.task}" if told.task else ""
    link = Link("analysis", Mark.HOLDS, f"quality gate {told.gate or 'not waited for'}{task}", url=told.url)
    link = replace(link, facts=asdict(told))
    if told.gate == "ERROR":
        return replace(link, mark=Mark.BROKEN, fix=f"look at {told.url}, mend it, and push a new tag")
    return link


def _image(found: Findings) -> Link:
    name = f"{REPOSITORY}:{found.version}"
    if found.digest is None:
        fix = f"./inv ci.build --version {found.version}"
        return Link("image", Mark.BROKEN, f"the registry does not have {name}", fix=fix)
    revision = found.labelled_commit
    details = "without a label of its commit (the talk's pipeline writes none)"
    if revision:
        details = f"labelled as {found.labelled_version or 'no version'} of commit {short(revision)}"
    if found.maker and not found.maker.covers(found.created):
        details += "; older than its build, since all of it was in the engine's cache"
    link = Link(
        "image",
        Mark.HOLDS,
        f"{name} is {found.digest}",
        found.created,
        f"http://{found.systems.registry.address}/v2/{REPOSITORY}/manifests/{found.version}",
        (details,),
        facts={"digest": found.digest, "commit": revision, "version": found.labelled_version},
    )
    if found.tag and revision and revision != found.tag.commit.sha:
        return replace(
            link,
            mark=Mark.BROKEN,
            what=f"{name} was made from commit {short(revision)}, and the tag stands on {short(found.tag.commit.sha)}",
            details=(found.digest, details),
            fix=f"./inv ci.build --version {found.version} --force",
        )
    return link


LINKS: Mapping[str, Callable[[Findings], Link]] = {
    "tag": _tag,
    "commit": _commit,
    "delivery": _delivery,
    "build": _build,
    "analysis": _analysis,
    "image": _image,
}
