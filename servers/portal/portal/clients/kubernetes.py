"""Kubernetes' API server, by the kubeconfig of a ServiceAccount."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import yaml

from portal.clients.credentials import Credentials
from portal.clients.http import Caller
from portal.errors import PartDown, PartRefused
from portal.settings import Settings, namespace

DEPLOYMENT = "uuid-deploy"
CONTAINER = "uuid-server"
CONFIG = "env-config"
SERVICE = "uuidservice"
STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"

WATCH_SECONDS = 240
_SILENCE_SECONDS = 300.0


@dataclass(frozen=True)
class Resource:
    """A kind of objects in a namespace.

    Attributes:
        group: the API's path, as in "/apis/apps/v1".
        name: the kind's plural.
        only: the one object that is looked at; empty for all.
    """

    group: str
    name: str
    only: str = ""

    def path(self, environment: str) -> str:
        """The address of the environment's objects."""
        return f"{self.group}/namespaces/{namespace(environment)}/{self.name}"


DEPLOYMENTS = Resource("/apis/apps/v1", "deployments", DEPLOYMENT)
REPLICA_SETS = Resource("/apis/apps/v1", "replicasets")
PODS = Resource("/api/v1", "pods")
EVENTS = Resource("/api/v1", "events")
CONFIG_MAPS = Resource("/api/v1", "configmaps", CONFIG)
SERVICES = Resource("/api/v1", "services", SERVICE)


class TooOld(Exception):
    """A watch cannot go on from this resourceVersion (410 Gone); list again."""


class Kubernetes:
    """The API server; when the kubeconfig file changes, so does whom this speaks to."""

    def __init__(
        self, settings: Settings, credentials: Credentials, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._credentials = credentials
        self._fix = settings.fix_for("cluster")
        self._transport = transport
        self._text = ""
        self._caller: Caller | None = None
        self._headers: dict[str, str] = {}
        self._ending: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Closes its connections."""
        if self._caller:
            await self._caller.close()

    async def objects(self, resource: Resource, environment: str) -> tuple[list[dict[str, Any]], str]:
        """The objects, and the resourceVersion from which a watch goes on.

        Raises:
            PartDown: the API server does not answer, or nobody told where it is.
            PartRefused: the account may not.
        """
        found = await self._get(resource.path(environment), params=_selected(resource))
        return list(found.get("items") or []), str(found["metadata"]["resourceVersion"])

    async def watch(
        self, resource: Resource, environment: str, version: str
    ) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """What changes from a resourceVersion on: the kind of change and the object, until the server ends it.

        Raises:
            TooOld: list again.
            PartDown: the API server does not answer.
            PartRefused: the account may not.
        """
        caller = self._connected()
        params = {
            **_selected(resource),
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": WATCH_SECONDS,
        }
        try:
            async with caller.stream(
                resource.path(environment), params=params, headers=self._headers, silence=_SILENCE_SECONDS
            ) as response:
                async for line in response.aiter_lines():
                    change = json.loads(line)
                    if change["type"] == "ERROR":
                        raise _broken_off(change["object"])
                    yield change["type"], change["object"]
        except PartRefused as error:
            if error.code == httpx.codes.GONE:
                raise TooOld from error
            raise
        except ValueError as error:
            raise PartDown("Kubernetes", f"a watch was cut short: {error}", fix=self._fix) from error

    async def pod_log(self, environment: str, pod: str, lines: int) -> list[str]:
        """The last lines of a pod's log."""
        path = f"{PODS.path(environment)}/{pod}/log"
        response = await self._send("GET", path, params={"tailLines": lines, "limitBytes": 1024 * 1024})
        return response.text.splitlines()

    async def patch(self, path: str, body: Any, kind: str) -> dict[str, Any]:
        """Changes an object; the object as it is then.

        Args:
            path: the object's address.
            body: the patch.
            kind: the patch's content type.

        Raises:
            PartRefused: the API server refuses; with its message.
        """
        response = await self._send(
            "PATCH", path, content=json.dumps(body).encode(), headers={**self._account(), "Content-Type": kind},
            params={"fieldManager": "kubestage-portal"},
        )  # fmt: skip
        changed: dict[str, Any] = response.json()
        return changed

    async def _get(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (await self._send("GET", path, params=params)).json()
        return found

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        caller = self._connected()
        options.setdefault("headers", self._headers)
        return await caller.send(method, path, **options)

    def _account(self) -> dict[str, str]:
        self._connected()
        return self._headers

    def _connected(self) -> Caller:
        text = self._credentials.get("kubeconfig")
        if not text:
            raise PartDown("Kubernetes", "The portal was given no kubeconfig yet.", fix=self._fix, sent=False)
        if self._caller is None or text != self._text:
            server, context, token = _read(text, self._fix)
            if self._caller:
                # Watches of a cluster that was replaced end here, and begin anew at the new one.
                self._ending = asyncio.create_task(self._caller.close())
            self._caller = Caller("Kubernetes", server, self._fix, verify=context, transport=self._transport)
            self._headers = {"Authorization": f"Bearer {token}"}
            self._text = text
        return self._caller


def _selected(resource: Resource) -> dict[str, str]:
    """With the field selector a list and a watch need no more rights than to the one object (resourceNames)."""
    return {"fieldSelector": f"metadata.name={resource.only}"} if resource.only else {}


def _broken_off(status: Mapping[str, Any]) -> Exception:
    code = int(status.get("code") or 0)
    if code == httpx.codes.GONE:
        return TooOld()
    return PartRefused("Kubernetes", code, str(status.get("message") or ""))


def _read(text: str, fix: str) -> tuple[str, ssl.SSLContext | bool, str]:
    """The server, how its certificate is checked, and the token, from a kubeconfig of one cluster and user."""
    try:
        config = yaml.safe_load(text)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        authority = cluster.get("certificate-authority-data")
        context: ssl.SSLContext | bool = True
        if authority:
            context = ssl.create_default_context(cadata=base64.b64decode(authority).decode())
        return str(cluster["server"]).rstrip("/"), context, str(user["token"])
    except (yaml.YAMLError, KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        why = f"The portal's kubeconfig cannot be used: {type(error).__name__}."
        raise PartDown("Kubernetes", why, fix=fix, sent=False) from error
