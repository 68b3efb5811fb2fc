"""Whose a field is, by the object's managedFields."""

from __future__ import annotations

import copy
import json
from typing import Any

from kubestage.providers.kubernetes.ownership import taken_over, without_foreign

IMAGE = ("spec", "template", "spec", "containers", 0, "image")

INPUTS: dict[str, Any] = {
    "spec": {
        "replicas": 3,
        "strategy": {"type": "Recreate"},
        "template": {
            "spec": {
                "containers": [{"name": "uuid-server", "image": "apps/uuid:v1", "ports": [{"containerPort": 30001}]}]
            }
        },
    }
}
CONTAINER = 'k:{"name":"uuid-server"}'
PORT = 'k:{"containerPort":30001,"protocol":"TCP"}'


def fields(*paths: str) -> dict[str, Any]:
    """A field set that holds `paths`, each written with slashes."""
    tree: dict[str, Any] = {}
    for path in paths:
        node = tree
        for key in path.split("/"):
            node = node.setdefault(key, {})
    return tree


EVERYTHING = (
    "f:spec/f:replicas",
    "f:spec/f:strategy/f:type",
    f"f:spec/f:template/f:spec/f:containers/{CONTAINER}/f:name",
    f"f:spec/f:template/f:spec/f:containers/{CONTAINER}/f:ports/{PORT}/f:containerPort",
)
OUR_IMAGE = f"f:spec/f:template/f:spec/f:containers/{CONTAINER}/f:image"


def live(*managers: tuple[str, str, dict[str, Any]], replicas: int = 3, image: str = "apps/uuid:v1") -> dict[str, Any]:
    found = copy.deepcopy(INPUTS)
    found["spec"]["replicas"] = replicas
    found["spec"]["template"]["spec"]["containers"][0]["image"] = image
    found["metadata"] = {
        "managedFields": [
            {"manager": name, "operation": operation, "fieldsV1": owned} for name, operation, owned in managers
        ]
    }
    return found


def image_of(body: dict[str, Any]) -> str | None:
    image: str | None = body["spec"]["template"]["spec"]["containers"][0].get("image")
    return image


def test_what_is_ours_is_applied() -> None:
    ours = ("kubestage", "Apply", fields(*EVERYTHING, OUR_IMAGE))

    assert without_foreign(INPUTS, live(ours, replicas=1)) == (INPUTS, [])


def test_what_nobody_owns_is_applied() -> None:
    assert without_foreign(INPUTS, live(replicas=1)) == (INPUTS, [])


def test_an_image_that_delivery_took_over_is_left_out() -> None:
    ours = ("kubestage", "Apply", fields(*EVERYTHING))
    delivery = ("kubectl-client-side-apply", "Update", fields(OUR_IMAGE))

    body, foreign = without_foreign(INPUTS, live(ours, delivery, image="apps/uuid:v2"), [IMAGE])

    assert image_of(body) is None
    assert foreign == []  # the program said that it ignores it, so there is nothing to tell


def test_an_ignored_image_that_is_still_ours_keeps_its_live_value() -> None:
    """To leave it out would delete it: "Required value"."""
    ours = ("kubestage", "Apply", fields(*EVERYTHING, OUR_IMAGE))

    body, _ = without_foreign(INPUTS, live(ours, image="apps/uuid:v2"), [IMAGE])

    assert image_of(body) == "apps/uuid:v2"


def test_replicas_that_kubectl_scaled_are_left_alone_and_told() -> None:
    ours = ("kubestage", "Apply", fields(*EVERYTHING[1:], OUR_IMAGE))
    scaled = ("kubectl", "Update", fields("f:spec/f:replicas"))

    body, foreign = without_foreign(INPUTS, live(ours, scaled, replicas=2))

    assert "replicas" not in body["spec"]
    assert [str(one) for one in foreign] == ["spec.replicas stays 2: kubectl owns it"]


def test_a_field_with_the_same_value_is_shared_in_peace() -> None:
    scaled = ("kubectl", "Update", fields("f:spec/f:replicas"))

    assert without_foreign(INPUTS, live(scaled)) == (INPUTS, [])


def test_the_status_is_nobodys_claim() -> None:
    there = live(("kube-controller-manager", "Update", fields("f:spec/f:replicas")), replicas=2)
    there["metadata"]["managedFields"][0]["subresource"] = "status"

    assert without_foreign(INPUTS, there) == (INPUTS, [])


def test_a_port_is_found_although_its_protocol_was_defaulted() -> None:
    assert json.loads(PORT[2:])["protocol"] == "TCP"  # not in the inputs
    other = (
        "kubectl",
        "Update",
        fields(f"f:spec/f:template/f:spec/f:containers/{CONTAINER}/f:ports/{PORT}/f:containerPort"),
    )

    assert without_foreign(INPUTS, live(other)) == (INPUTS, [])


def test_what_we_only_patched_is_not_foreign() -> None:
    patched = ("kubestage", "Update", fields("f:spec/f:strategy/f:type"))
    there = live(patched)
    there["spec"]["strategy"]["type"] = "RollingUpdate"

    assert without_foreign(INPUTS, there) == (INPUTS, [])


def test_a_template_is_taken_over_when_anybody_else_set_something_in_it() -> None:
    ours = ("kubestage", "Apply", fields(*EVERYTHING, OUR_IMAGE))

    assert not taken_over(live(ours), ("spec", "template"))
    assert taken_over(live(ours, ("kubectl-set", "Update", fields(OUR_IMAGE))), ("spec", "template"))
