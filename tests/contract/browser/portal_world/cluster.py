"""A cluster with the service in test and prod: the API server's answers, rollouts, and what /status says meanwhile."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.contract.browser.portal_world.objects import Object, Objects, Place, merged, patched, timestamp

DEPLOYMENT, REVISION = "uuid-deploy", "deployment.kubernetes.io/revision"
ENVIRONMENTS = ("test", "prod")
_STEP_SECONDS = 0.15
_KINDS = {
    "deployments": "apps/v1/Deployment",
    "replicasets": "apps/v1/ReplicaSet",
    "pods": "v1/Pod",
    "events": "v1/Event",
    "configmaps": "v1/ConfigMap",
    "services": "v1/Service",
}


class Cluster:
    """The cluster.

    Args:
        digest: the digest of a version in the registry; empty where there is no such image.
    """

    def __init__(self, digest: Callable[[str], str]) -> None:
        self._digest = digest
        self.objects = Objects()
        self._numbers = itertools.count(1)
        self._woken = {name: asyncio.Event() for name in ENVIRONMENTS}
        self._values: dict[str, str] = {}  # of each pod, the demo.value that it started with
        self._turn = itertools.count()
        self._held = False
        self._permits = asyncio.Semaphore(0)
        for name, port in (("test", 30050), ("prod", 30051)):
            self._deploy_first(name, port)

    def application(self) -> Starlette:
        """The API server, and beside it both services as the host's ports have them."""
        routes = [
            Route("/services/{name}/status", self._status),
            Route("/{group:path}/namespaces/{namespace}/pods/{pod}/log", self._log),
            Route("/{group:path}/namespaces/{namespace}/{kind}", self._list),
            Route(
                f"/{{group:path}}/namespaces/{{namespace}}/deployments/{DEPLOYMENT}/scale",
                self._scale,
                methods=["PATCH"],
            ),
            Route("/{group:path}/namespaces/{namespace}/{kind}/{name}", self._one, methods=["GET", "PATCH"]),
            Route("/{group:path}/namespaces/{namespace}/{kind}/{name}/scale", self._one, methods=["PATCH"]),
        ]
        return Starlette(routes=routes)

    async def run(self) -> None:
        """Brings each environment to what its Deployment asks for, step by step."""
        await asyncio.gather(*(self._follow(name) for name in ENVIRONMENTS))

    def set_image(self, environment: str, image: str) -> None:
        """What `kubectl apply` of another version does."""
        patch = {"spec": {"template": {"spec": {"containers": [{"name": "uuid-server", "image": image}]}}}}
        self._change(environment, lambda item: merged(item, patch))

    def hold(self) -> None:
        """From now on rollouts make no step by themselves."""
        self._held = True
        self._permits = asyncio.Semaphore(0)  # whatever was left of earlier steps

    def step(self, count: int) -> None:
        """Lets them make so many steps: old pods end, are gone, new ones are made, run, are ready."""
        for _ in range(count):
            self._permits.release()

    def release(self) -> None:
        """Lets them go on."""
        self._held = False
        self.step(len(ENVIRONMENTS))

    def _deploy_first(self, name: str, port: int) -> None:
        image = "localhost:5001/apps/uuid:v1.0.0.0"
        labels = {"app": "uuid-label"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "uuid-server", "image": image}]}}
        spec = {"replicas": 3, "revisionHistoryLimit": 10, "strategy": {"type": "Recreate"},
                "selector": {"matchLabels": labels}, "template": template}  # fmt: skip
        metadata = {"name": DEPLOYMENT, "namespace": f"ns-uuid-{name}", "generation": 1, "annotations": {}}
        self.objects.put(_place(name, "deployments"), {"metadata": metadata, "spec": spec, "status": {}})
        config = {"metadata": {"name": "env-config"}, "data": {"demo.value": name}}
        self.objects.put(_place(name, "configmaps"), config)
        ports = [{"port": 80, "targetPort": 30001, "nodePort": port}]
        self.objects.put(_place(name, "services"), {"metadata": {"name": "uuidservice"}, "spec": {"ports": ports}})
        while self._step(name):
            pass

    def _change(self, environment: str, change: Callable[[Object], Object]) -> Object:
        place = _place(environment, "deployments")
        old = self.objects.get(place, DEPLOYMENT)
        assert old is not None
        new = change(copy.deepcopy(old))
        if new["spec"] != old["spec"]:
            new["metadata"]["generation"] += 1
        self.objects.put(place, new)
        self._woken[environment].set()
        return new

    async def _follow(self, name: str) -> None:
        while True:
            await self._woken[name].wait()
            self._woken[name].clear()
            going = True
            while going:
                if self._held:
                    await self._permits.acquire()
                going = self._step(name)
                await asyncio.sleep(_STEP_SECONDS)

    def _step(self, name: str) -> bool:
        """One step of a rollout with Recreate; false when there is nothing to do."""
        deployment = self.objects.get(_place(name, "deployments"), DEPLOYMENT)
        assert deployment is not None
        current = self._replica_set(name, deployment)
        pods = self.objects.all(_place(name, "pods"))
        uid = current["metadata"]["uid"]
        own = [pod for pod in pods if _owner(pod) == uid and not _ending(pod)]
        changed = self._end(name, pods, own, deployment["spec"]["replicas"])
        changed = changed or self._begin(name, deployment, current, own)
        self._tell(name, deployment, current)
        return changed

    def _replica_set(self, name: str, deployment: Object) -> Object:
        place, template = _place(name, "replicasets"), deployment["spec"]["template"]
        sets = self.objects.all(place)
        revisions = [int(each["metadata"]["annotations"][REVISION]) for each in sets]
        found = next((each for each in sets if each["spec"]["template"] == template), None)
        if found and int(found["metadata"]["annotations"][REVISION]) == max(revisions):
            return found
        revision = str(max(revisions, default=0) + 1)
        owner = {"kind": "Deployment", "name": DEPLOYMENT, "uid": deployment["metadata"]["uid"]}
        metadata = {"name": f"{DEPLOYMENT}-{next(self._numbers):04x}f", "ownerReferences": [owner], "annotations": {}}
        item = found or {"metadata": metadata, "spec": {"template": copy.deepcopy(template)}, "status": {"replicas": 0}}
        item["metadata"]["annotations"][REVISION] = revision
        deployment["metadata"]["annotations"][REVISION] = revision
        return self.objects.put(place, item)

    def _end(self, name: str, pods: list[Object], own: list[Object], wanted: int) -> bool:
        place = _place(name, "pods")
        ending = [pod for pod in pods if _ending(pod)]
        for pod in ending:
            self.objects.remove(place, pod["metadata"]["name"])
        surplus = [pod for pod in pods if pod not in own and pod not in ending] + own[wanted:]
        for pod in surplus:
            pod["metadata"]["deletionTimestamp"] = timestamp()
            self.objects.put(place, pod)
        return bool(ending or surplus)

    def _begin(self, name: str, deployment: Object, current: Object, own: list[Object]) -> bool:
        changed = False
        for pod in own:
            if self._advance(name, pod):
                self.objects.put(_place(name, "pods"), pod)
                changed = True
        for _ in range(deployment["spec"]["replicas"] - len(own)):
            self._new_pod(name, current)
            changed = True
        return changed

    def _new_pod(self, name: str, current: Object) -> None:
        owner = {"kind": "ReplicaSet", "name": current["metadata"]["name"], "uid": current["metadata"]["uid"]}
        pod_name = f"{current['metadata']['name']}-{next(self._numbers):05x}"
        self.objects.put(_place(name, "pods"), {
            "metadata": {"name": pod_name, "ownerReferences": [owner]},
            "spec": copy.deepcopy(current["spec"]["template"]["spec"]),
            "status": {"phase": "Pending"},
        })  # fmt: skip
        self.objects.put(_place(name, "events"), {
            "metadata": {"name": f"event-{next(self._numbers)}"}, "type": "Normal", "reason": "Scheduled",
            "message": f"Successfully assigned ns-uuid-{name}/{pod_name}", "lastTimestamp": timestamp(),
            "involvedObject": {"kind": "Pod", "name": pod_name},
        })  # fmt: skip

    def _advance(self, name: str, pod: Object) -> bool:
        status, image = pod["status"], pod["spec"]["containers"][0]["image"]
        reference = image.rpartition("/")[2].partition(":")[2]
        digest = reference.partition("@")[2] or self._digest(reference)
        container = {"name": "uuid-server", "restartCount": 0, "imageID": f"localhost:5001/apps/uuid@{digest}"}
        if not digest:
            waiting = {"waiting": {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{image}"'}}
            stuck = "containerStatuses" not in status
            status["containerStatuses"] = [{"name": "uuid-server", "restartCount": 0, "imageID": "", "state": waiting}]
            return stuck
        if status["phase"] == "Pending":
            config = self.objects.get(_place(name, "configmaps"), "env-config") or {}
            self._values[pod["metadata"]["name"]] = config["data"]["demo.value"]
            status |= {
                "phase": "Running",
                "containerStatuses": [container | {"state": {"running": {"startedAt": timestamp()}}}],
            }
            return True
        if not _ready(pod):
            status["conditions"] = [{"type": "Ready", "status": "True"}]
            return True
        return False

    def _tell(self, name: str, deployment: Object, current: Object) -> None:
        pods = self.objects.all(_place(name, "pods"))
        uid = current["metadata"]["uid"]
        updated = [pod for pod in pods if _owner(pod) == uid]
        ready = [pod for pod in pods if _ready(pod) and not _ending(pod)]
        status = {
            "observedGeneration": deployment["metadata"]["generation"], "replicas": len(pods),
            "updatedReplicas": len(updated), "availableReplicas": len(ready), "readyReplicas": len(ready),
        }  # fmt: skip
        if deployment["status"] != status:
            deployment["status"] = status
            self.objects.put(_place(name, "deployments"), deployment)
        for each in self.objects.all(_place(name, "replicasets")):
            owned = [pod for pod in pods if _owner(pod) == each["metadata"]["uid"]]
            if each["status"]["replicas"] != len(owned):
                each["status"] = {"replicas": len(owned)}
                self.objects.put(_place(name, "replicasets"), each)

    async def _status(self, request: Request) -> Response:
        name = request.path_params["name"]
        pods = self.objects.all(_place(name, "pods"))
        ready = [pod for pod in pods if _ready(pod) and not _ending(pod)]
        if not ready:
            return PlainTextResponse("nobody there", 503)
        pod = ready[next(self._turn) % len(ready)]
        version = pod["spec"]["containers"][0]["image"].rpartition("/")[2].partition(":")[2].partition("@")[0]
        pod_name = pod["metadata"]["name"]
        return JSONResponse({"demoValue": self._values[pod_name], "version": version, "pod": pod_name})

    async def _log(self, request: Request) -> Response:
        return PlainTextResponse(f"Started {request.path_params['pod']}\nListening on 30001\n")

    async def _list(self, request: Request) -> Response:
        place = request.path_params["namespace"], request.path_params["kind"]
        only = request.query_params.get("fieldSelector", "").removeprefix("metadata.name=")
        if request.query_params.get("watch") == "true":
            changes = self.objects.watch(place, only, int(request.query_params["resourceVersion"]))
            return StreamingResponse(_lines(changes), media_type="application/json")
        items = [item for item in self.objects.all(place) if only in ("", item["metadata"]["name"])]
        version, _, kind = _KINDS[place[1]].rpartition("/")
        metadata = {"resourceVersion": str(self.objects.version)}
        return JSONResponse({"apiVersion": version, "kind": f"{kind}List", "metadata": metadata, "items": items})

    async def _scale(self, request: Request) -> Response:
        environment = request.path_params["namespace"].removeprefix("ns-uuid-")
        wish = {"spec": {"replicas": (await request.json())["spec"]["replicas"]}}
        changed = self._change(environment, lambda old: merged(old, wish))
        return JSONResponse({"kind": "Scale", "metadata": changed["metadata"], "spec": wish["spec"]})

    async def _one(self, request: Request) -> Response:
        kind, name = request.path_params["kind"], request.path_params["name"]
        environment = request.path_params["namespace"].removeprefix("ns-uuid-")
        place = _place(environment, kind)
        item = self.objects.get(place, name)
        if item is None:
            return JSONResponse({"kind": "Status", "message": f'{kind} "{name}" not found', "code": 404}, 404)
        if request.method == "GET":
            return JSONResponse(item)
        body = await request.json()
        apply = patched if "json-patch" in request.headers["Content-Type"] else merged
        try:
            if kind == "deployments":
                return JSONResponse(self._change(environment, lambda old: apply(old, body)))
            return JSONResponse(self.objects.put(place, apply(copy.deepcopy(item), body)))
        except ValueError as error:
            return JSONResponse({"kind": "Status", "message": str(error), "code": 422}, 422)


def _place(environment: str, kind: str) -> Place:
    return f"ns-uuid-{environment}", kind


def _owner(pod: Object) -> str:
    return str(pod["metadata"]["ownerReferences"][0]["uid"])


def _ending(pod: Object) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def _ready(pod: Object) -> bool:
    return any(each["type"] == "Ready" for each in pod["status"].get("conditions", []))


async def _lines(changes: AsyncIterator[tuple[str, Any]]) -> AsyncIterator[str]:
    async for kind, item in changes:
        yield json.dumps({"type": kind, "object": item}) + "\n"
