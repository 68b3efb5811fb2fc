"""What has been built as Atom feeds: ``rssAll``, ``rssFailed`` and ``rssLatest`` of Jenkins, views and jobs."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from starlette.responses import Response

from jenkins_light import xmltree
from jenkins_light.model.builds import Build
from jenkins_light.model.items import Folder, Item, Job
from jenkins_light.model.views import View
from jenkins_light.web.routing import ComputerTarget, Request, action

_ENTRIES = 30
_WORDS = {None: "?", "SUCCESS": "stable", "UNSTABLE": "unstable", "FAILURE": "broken", "NOT_BUILT": "not built"}


@action(Folder, "rssAll", "rssFailed", "rssLatest")
def of_folder(request: Request, folder: Folder) -> Response:
    """Of all jobs below."""
    return _feed(request, folder.full_name or "Jenkins", folder.url_path, folder.walk())


@action(View, "rssAll", "rssFailed", "rssLatest")
def of_view(request: Request, view: View) -> Response:
    """Of a view's jobs."""
    return _feed(request, view.name, view.url_path, _jobs(view.items))


@action(Job, "rssAll", "rssFailed", "rssLatest")
def of_job(request: Request, job: Job) -> Response:
    """Of one job."""
    return _feed(request, job.full_name, job.url_path, [job])


@action(ComputerTarget, "rssAll", "rssFailed", "rssLatest")
def of_node(request: Request, target: ComputerTarget) -> Response:
    """Of what a node built: everything was built on the built-in one."""
    jobs = [] if target.name else request.controller.root.walk()
    return _feed(request, target.name or "Built-In Node", f"computer/{target.name or '(built-in)'}/", jobs)


def _jobs(items: Iterable[Item]) -> Iterator[Job]:
    for item in items:
        if isinstance(item, Folder):
            yield from item.walk()
        elif isinstance(item, Job):
            yield item


def _feed(request: Request, name: str, path: str, jobs: Iterable[Job]) -> Response:
    kind = request.exchange.path[-1]
    builds = [build for job in jobs for build in _wanted(job, kind)]
    builds.sort(key=lambda build: build.record.timestamp, reverse=True)
    url = request.controller.settings.url
    words = {"rssAll": "all builds", "rssFailed": "failed builds", "rssLatest": "last builds only"}[kind]
    root = xmltree.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    xmltree.add(root, "title", f"{name} {words}")
    xmltree.add(root, "link", rel="alternate", type="text/html", href=url + path)
    xmltree.add(root, "updated", _time(builds[0].record.timestamp if builds else 0))
    xmltree.add(xmltree.add(root, "author"), "name", "Jenkins Server")
    xmltree.add(root, "id", f"urn:jenkins:{path or 'root'}{kind}")
    for build in builds[:_ENTRIES]:
        entry = xmltree.add(root, "entry")
        state = _WORDS.get(build.result, "aborted")
        xmltree.add(entry, "title", f"{build.job.full_name} {build.display_name} ({state})")
        xmltree.add(entry, "link", rel="alternate", type="text/html", href=url + build.url_path)
        stamp = _time(build.record.timestamp)
        xmltree.add(entry, "id", f"tag:hudson.dev.java.net,{stamp[:4]}:{build.job.full_name}:{build.number}")
        xmltree.add(entry, "published", stamp)
        xmltree.add(entry, "updated", stamp)
    return Response(xmltree.serialise(root), media_type="application/atom+xml;charset=utf-8")


def _wanted(job: Job, kind: str) -> Iterator[Build]:
    found = 0
    for build in job.builds:
        if kind != "rssFailed" or build.result == "FAILURE":
            yield build
            found += 1
        if found == (1 if kind == "rssLatest" else _ENTRIES):
            return


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
