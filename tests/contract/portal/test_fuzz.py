"""No request, however odd, is a fault of the portal's: the same ones each time, to every route of its own document."""

from __future__ import annotations

import base64
import re

import jsonschema_rs  # schemathesis brings it
import requests

from tests.contract import fuzzing
from tests.contract.browser.portal_world.world import OPERATOR, PASSWORDS, World
from tests.contract.portal.conftest import Caller

_ROUNDS = 6
_KNOWN = {
    "name": ("build", "deploy", "promote", "upgrade", "rollback", "scale", "demo-value"),
    "number": ("1", "2"),
    "environment": ("test", "prod"),
    "pod": ("uuid-deploy-0001f-00002",),
    "secret": ("x",),
}
# It goes on without end.
_ENDLESS = "/api/v1/events"


def test_no_request_to_the_api_is_a_fault(operator: Caller, world: World) -> None:
    document = operator.get("/openapi.json")
    operations, names = _operations(document), _names(document)
    assert len(operations) > 30
    account = base64.b64encode(f"{OPERATOR}:{PASSWORDS[OPERATOR]}".encode()).decode()
    codes: set[int] = set()
    with requests.Session() as session:
        session.trust_env = False

        def send(shot: fuzzing.Shot) -> requests.Response:
            # Each request as another caller, so that the limit on requests does not answer for the routes.
            session.headers["Authorization"] = f"Basic {account}{' ' * len(codes)}"
            answer = fuzzing.fire(session, world.url, shot)
            codes.add(answer.status_code)
            return answer

        fuzzing.sweep(operations, names, send, _ROUNDS)
    assert {200, 404, 422} <= codes
    assert "Traceback" not in world.log(), world.log()


def test_every_error_is_a_problem_as_the_document_says(operator: Caller) -> None:
    document = operator.get("/openapi.json")
    for method, path, body in (
        ("GET", "/operations/999999", None), ("GET", "/operations/x", None), ("POST", "/actions/fly", {}),
        ("PUT", "/rules", {"rules": 3}), ("POST", "/approvals/999999", {"approve": True}), ("GET", "/nowhere", None),
        ("PATCH", "/rules", None), ("GET", "/environments/moon/history", None), ("GET", "/audit?limit=0", None),
    ):  # fmt: skip
        answer = operator.request(method, path, json=body)
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["title"]
        assert problem.keys() == document["components"]["schemas"]["Problem"]["properties"].keys()


def test_what_is_no_yes_and_no_no_is_refused(operator: Caller) -> None:
    """What goes to prod because a client wrote 1 or "no" was not meant."""
    parameters = {"environment": "prod", "replicas": 2}
    for word in (1, 0, "no", "true"):
        for path, body in (
            ("/actions/scale", {"parameters": parameters, "confirm": word}), ("/approvals/1", {"approve": word}),
        ):  # fmt: skip
            answer = operator.request("POST", path, json=body)
            assert (answer.status_code, "valid boolean" in answer.json()["title"]) == (422, True)


def test_a_method_that_is_not_taken_is_answered_with_those_that_are(operator: Caller) -> None:
    for path, methods in (("/links", "GET, POST"), ("/rules", "GET, PUT"), ("/session", "DELETE, GET, POST")):
        answer = operator.request("PATCH", path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, methods)


def test_every_operation_is_described_with_an_example_of_each_body_that_is_as_its_schema_says(operator: Caller) -> None:
    document = operator.get("/openapi.json")
    operations = [(f"{method} {path}", one) for path, item in document["paths"].items() for method, one in item.items()]
    bodies = 0
    for name, one in operations:
        assert one["summary"], name
        assert one["description"], name
        assert all(parameter["description"] for parameter in one.get("parameters", [])), name
        assert {"421", "429"} <= one["responses"].keys(), name
        assert "Retry-After" in one["responses"]["429"]["headers"], name
        for told in (one.get("requestBody", {}), *one["responses"].values()):
            for content in told.get("content", {}).values():
                schema = {**content["schema"], "components": document["components"]}
                jsonschema_rs.validate(schema, content["example"])
                bodies += 1
    assert bodies > 200
    assert len({one["operationId"] for _, one in operations}) == len(operations)


def _operations(document: dict) -> list[fuzzing.Operation]:
    return [
        fuzzing.Operation(method.upper(), re.sub(r"\{(\w+)\}", r":\1", path), _KNOWN)
        for path, item in document["paths"].items()
        for method in item
        if path != _ENDLESS
    ]


def _names(document: dict) -> list[str]:
    """The names of all fields and parameters."""
    fields = {name for schema in document["components"]["schemas"].values() for name in schema.get("properties", {})}
    routes = [route for item in document["paths"].values() for route in item.values()]
    return sorted(fields | {one["name"] for route in routes for one in route.get("parameters", [])})
