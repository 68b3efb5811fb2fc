"""The Kubernetes API as far as the plugin needs it: plain objects in, plain objects out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode

import urllib3
import yaml
from kubernetes import client, config

from kubestage.errors import InputError, MachineError, PartError

Object = dict[str, Any]

FIELD_MANAGER = "kubestage"
_REQUEST_SECONDS = 15.0
_CONNECTIONS = 16


class ApiError(PartError):
    """The API server refused a request; `status` is the HTTP status, `reason` Kubernetes' own word for it."""

    def __init__(self, what: str, status: int, reason: str, why: str) -> None:
        super().__init__(what, why=why)
        self.status = status
        self.reason = reason


class Unreachable(MachineError):
    """No API server answers at the kubeconfig's address."""


class Api:
    """One cluster, by the kubeconfig's current context.

    Args:
        kubeconfig: the file's text.
    """

    def __init__(self, kubeconfig: str) -> None:
        try:
            configuration: Any = client.Configuration()
            config.load_kube_config_from_dict(yaml.safe_load(kubeconfig), client_configuration=configuration)  # type: ignore[no-untyped-call]
        except (yaml.YAMLError, config.ConfigException, AttributeError, TypeError) as error:
            raise InputError("The kubeconfig cannot be read", why=str(error)) from None
        self.server = str(configuration.host)
        token = configuration.api_key.get("authorization")
        self._authorization = {"Authorization": str(token)} if token else {}
        # No proxy is asked, since the cluster is on this machine.
        self._pool = urllib3.PoolManager(
            ca_certs=configuration.ssl_ca_cert,
            cert_file=configuration.cert_file,
            key_file=configuration.key_file,
            maxsize=_CONNECTIONS,
            retries=False,
        )

    def request(
        self,
        method: str,
        path: str,
        body: Object | Sequence[Object] | None = None,
        *,
        query: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Object:
        """Sends one request and returns the object in the answer.

        Raises:
            ApiError: the server answered with an error.
            Unreachable: nobody answered.
        """
        return cast(Object, json.loads(self._send(method, path, body, query or {}, content_type)))

    def text(self, path: str, **query: str) -> str:
        """Reads what is no object, such as a pod's log.

        Raises:
            ApiError: the server answered with an error.
            Unreachable: nobody answered.
        """
        return self._send("GET", path, None, query, "application/json").decode("utf-8", "replace")

    def _send(
        self, method: str, path: str, body: Object | Sequence[Object] | None, query: dict[str, str], content_type: str
    ) -> bytes:
        headers = {"Accept": "application/json, */*", "Content-Type": content_type, **self._authorization}
        url = self.server + path + (f"?{urlencode(query)}" if query else "")
        try:
            response = self._pool.request(
                method, url, headers=headers, body=json.dumps(body) if body else None, timeout=_REQUEST_SECONDS
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(
                f"The cluster at {self.server} does not answer", why=str(error), fix="./inv status"
            ) from None
        if response.status >= 400:
            raise _api_error(method, path, response.status, response.data)
        return response.data

    def get(self, path: str) -> Object | None:
        """Reads an object; None if there is none."""
        try:
            return self.request("GET", path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def list(self, path: str, **query: str) -> list[Object]:
        """Reads the objects of a collection."""
        return cast(list[Object], self.request("GET", path, query=query).get("items") or [])

    def apply(self, path: str, body: Object, *, force: bool = False) -> Object:
        """Applies `body` on the server's side as our field manager; creates the object if there is none."""
        query = {"fieldManager": FIELD_MANAGER, "force": "true" if force else "false"}
        return self.request("PATCH", path, body, query=query, content_type="application/apply-patch+yaml")

    def merge(self, path: str, patch: Object) -> Object:
        """Merges `patch` into an object (RFC 7396: null removes), as our field manager."""
        query = {"fieldManager": FIELD_MANAGER}
        return self.request("PATCH", path, patch, query=query, content_type="application/merge-patch+json")

    def json_patch(self, path: str, operations: Sequence[Object]) -> Object:
        """Changes an object by a JSON patch (RFC 6902), as our field manager."""
        query = {"fieldManager": FIELD_MANAGER}
        return self.request("PATCH", path, operations, query=query, content_type="application/json-patch+json")

    def delete(self, path: str, *, uid: str = "") -> None:
        """Deletes an object; with `uid` only if it is still that one. It is no error if it has gone."""
        body: Object = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
        if uid:
            body["preconditions"] = {"uid": uid}
        try:
            self.request("DELETE", path, body)
        except ApiError as error:
            if error.status != 404 and not (uid and error.status == 409):
                raise


def _api_error(method: str, path: str, status: int, body: Any) -> ApiError:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body or "")
    try:
        answer = json.loads(text)
        message, reason = str(answer.get("message", text)), str(answer.get("reason", ""))
    except (ValueError, AttributeError):
        message, reason = text, ""
    return ApiError(f"Kubernetes refused {method} {path}: {reason or status}", status, reason, message)
