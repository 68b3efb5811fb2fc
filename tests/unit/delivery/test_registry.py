import json

import pytest

from kubestage.delivery.registry import Registry
from kubestage.errors import InputError, PartError

from .answers import Answer, serving

DIGEST = "sha256:" + "a" * 64


def test_a_tag_has_the_digest_that_the_registry_names_in_its_header():
    answers = {"HEAD /v2/apps/uuid/manifests/v1.0.0.0": [Answer(headers={"Docker-Content-Digest": DIGEST})]}
    with serving(answers) as server:
        assert Registry(server.address, "u", "p").digest("v1.0.0.0") == DIGEST
        assert "application/vnd.oci.image.manifest.v1+json" in server.asked[0].headers["Accept"]
        assert server.asked[0].headers["Authorization"].startswith("Basic ")


def test_the_digest_counts_where_a_version_names_tag_and_digest():
    answers = {f"HEAD /v2/apps/uuid/manifests/{DIGEST}": [Answer(headers={"Docker-Content-Digest": DIGEST})]}
    with serving(answers) as server:
        assert Registry(server.address, "u", "p").digest(f"v1@{DIGEST}") == DIGEST


def test_a_version_that_is_not_there_is_an_input_error_that_names_those_which_are():
    answers = {"GET /v2/apps/uuid/tags/list": [Answer('{"tags": ["v2.0.0.0", "v1.0.0.0"]}')]}
    with serving(answers) as server, pytest.raises(InputError) as caught:
        Registry(server.address, "u", "p").require("v9")
    assert caught.value.why == "It holds v1.0.0.0, v2.0.0.0."


def test_an_empty_registry_sends_to_the_ci_build():
    with serving({}) as server, pytest.raises(InputError) as caught:
        Registry(server.address, "u", "p").require("v9")
    assert caught.value.fix == "./inv ci.build"


def test_an_images_configuration_is_found_through_an_index_past_its_attestations():
    index = {
        "manifests": [
            {"digest": "sha256:attestation", "platform": {"architecture": "unknown"}},
            {"digest": "sha256:image", "platform": {"architecture": "amd64"}},
        ]
    }
    answers = {
        "GET /v2/apps/uuid/manifests/v1": [Answer(json.dumps(index))],
        "GET /v2/apps/uuid/manifests/sha256:image": [Answer('{"config": {"digest": "sha256:config"}}')],
        "GET /v2/apps/uuid/blobs/sha256:config": [Answer('{"config": {"Labels": {"a": "b"}}}')],
    }
    with serving(answers) as server:
        registry = Registry(server.address, "u", "p")
        assert registry.config("v1") == {"config": {"Labels": {"a": "b"}}}
        assert registry.config("v9") is None


def test_a_refusal_is_reported_with_its_status():
    answers = {"GET /v2/apps/uuid/tags/list": [Answer("denied", 403)]}
    with serving(answers) as server, pytest.raises(PartError, match="HTTP 403"):
        Registry(server.address, "u", "wrong").tags()


def test_a_registry_that_is_gone_is_a_failed_part():
    with serving({}) as server:
        address = server.address
    with pytest.raises(PartError, match="does not answer"):
        Registry(address, "u", "p").tags()


def test_a_registry_made_with_other_secrets_is_told_with_the_way_out():
    answers = {"GET /v2/apps/uuid/tags/list": [Answer('{"errors": [{"code": "UNAUTHORIZED"}]}', status=401)]}
    with serving(answers) as server, pytest.raises(PartError, match="does not know this sandbox's account") as caught:
        Registry(server.address, "u", "p").tags()
    assert "./inv down" in caught.value.fix
