"""The API's description as a page: what its OpenAPI document says, without a script from elsewhere."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from portal.pages.visits import Visit

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Described:
    """A parameter in words: where it goes, and what it is."""

    name: str
    place: str
    words: str


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Described]
    body: str
    answers: list[tuple[str, str]]
    examples: list[tuple[str, str]]


async def api_page(visit: Visit) -> Response:
    """All routes by their tags, and all bodies."""
    document = visit.request.app.openapi()
    groups: dict[str, list[Route]] = defaultdict(list)
    for tag, route in _routes(document):
        groups[tag].append(route)
    schemas = document.get("components", {}).get("schemas", {})
    base = str(visit.request.base_url).rstrip("/")
    example = f'curl --header "Authorization: Bearer $PORTAL_TOKEN" {base}/api/v1/chain'
    return visit.show(
        "api.html", "/api", document=document, groups=list(groups.items()), example=example,
        schemas=[(name, json.dumps(schema, indent=2)) for name, schema in sorted(schemas.items())],
    )  # fmt: skip


def _routes(document: dict[str, Any]) -> Iterator[tuple[str, Route]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            operation = item.get(method)
            if operation is not None:
                tag = (operation.get("tags") or [path.removeprefix("/api/v1/").split("/")[0]])[0]
                yield tag, _route(method, path, operation)


def _route(method: str, path: str, operation: dict[str, Any]) -> Route:
    content = operation.get("requestBody", {}).get("content", {})
    return Route(
        id=operation.get("operationId", f"{method}{path}"),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=[
            Described(each["name"], each["in"], each.get("description") or _type(each.get("schema", {})))
            for each in operation.get("parameters", [])
        ],
        body=" or ".join(f"{_type(each.get('schema', {}))} as {kind}" for kind, each in content.items()),
        answers=[(code, each.get("description", "")) for code, each in operation.get("responses", {}).items()],
        examples=list(_examples(operation)),
    )


def _examples(operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is sent and what comes back when all is well, as text."""
    good = [each for code, each in operation.get("responses", {}).items() if code.startswith("2")]
    for words, told in (("sends", operation.get("requestBody", {})), *(("gets", each) for each in good)):
        for content in told.get("content", {}).values():
            if (example := content.get("example")) is not None:
                yield words, example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    return str(schema.get("type", "anything"))
