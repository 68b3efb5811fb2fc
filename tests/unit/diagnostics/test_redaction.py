"""No secret leaves, in whatever form it stands; everything else stays readable."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from kubestage.diagnostics.redaction import Redactor, secrets_in_kubeconfig, without_secret_values

SECRET = "s3cret/With+Signs&=Zz9"
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo1Ng==\n" * 3 + "-----END\n"

FORMS = {
    "as it is": SECRET,
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "basic authentication": base64.b64encode(f"pusher:{SECRET}".encode()).decode(),
    "base64 with one before": base64.b64encode(f"x{SECRET}".encode()).decode(),
    "base64 within a document": base64.b64encode(f'{{"a": "{SECRET}"}}'.encode()).decode(),
    "quoted for a URL": quote(SECRET, safe=""),
    "base64, quoted": quote(base64.b64encode(SECRET.encode()).decode(), safe=""),
    "in hexadecimal digits": SECRET.encode().hex(),
}


def stable(form: str) -> str:
    """The middle of a form: base64's ends are shared with what stands beside."""
    return form[3:-5]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_known_secret_is_kept_out_in_every_form(form: str):
    cleaned = Redactor([SECRET]).clean(f"before {form} after".encode()).decode()
    assert SECRET not in cleaned
    assert stable(form) not in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")


def test_a_secret_of_several_lines_is_kept_out_line_by_line_and_escaped():
    redactor = Redactor([KEY])
    line = KEY.splitlines()[1]
    for text in (KEY, json.dumps({"key": KEY}), f"log: {line}", base64.b64encode(KEY.encode()).decode()):
        cleaned = redactor.clean(text.encode()).decode()
        assert line not in cleaned
        assert base64.b64encode(KEY.encode()).decode()[40:80] not in cleaned


LOOKS = {
    "a token of GitLab": ("glpat-abcdefghij0123456789", "abcdefghij0123456789"),
    "the same in base64": (base64.b64encode(b"glpat-abcdefghij0123456789").decode(), "YWJjZGVm"),
    "a token of SonarQube": ("squ_" + "0123456789" * 4, "0123456789" * 4),
    "a web token": ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLW9mLWl0", "c2lnbmF0dXJl"),
    "a web token in base64": (
        base64.b64encode(b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl").decode(),
        "ZXlKaGJHY2lPaUpT",
    ),
    "a basic authorization": ("Authorization: Basic cHVzaGVyOnBhc3N3b3Jk", "cHVzaGVy"),
    "a bearer in JSON": ('"Authorization": "Bearer abc.def"', "abc.def"),
    "a hook's token": ("X-Gitlab-Token: topsecret1", "topsecret1"),
    "a password in a URL": ("http://root:topsecret1@gitlab:8080/x.git", "topsecret1"),
    "a bcrypt line": ("puller:$2b$05$" + "a" * 53, "a" * 53),
    "a private key": (KEY.replace("-----END", "-----END OPENSSH PRIVATE KEY-----"), "QUJDREVGR0"),
    "a kubeconfig's key": ("client-key-data: LS0tLS1CRUdJTiBSU0E=", "LS0tLS1CRUdJ"),
    "a docker account": ('{"auths": {"localhost:5001": {"auth": "cHVzaGVyOnBhc3N3b3Jk"}}}', "cHVzaGVyOnBhc3N3b3Jk"),
}


@pytest.mark.parametrize(("text", "secret"), LOOKS.values(), ids=LOOKS.keys())
def test_what_looks_like_a_secret_is_kept_out_though_nobody_knows_it(text: str, secret: str):
    assert secret not in Redactor([]).clean(text.encode()).decode()


def test_ordinary_words_stay():
    text = (
        "GET http://localhost:5001/v2/ sha256:0123 token=uuid.image X-Gitlab-Token: [REDACTED]\n"
        "Generic Cause: refs/tags/v1.0.0.0 http://gitlab:8080/saas/uuid-service.git\n"
    )
    assert Redactor(["", "short", SECRET]).clean(text.encode()).decode() == text


def test_a_kubeconfigs_keys_and_tokens_are_known():
    pem = base64.b64encode(b"-----BEGIN RSA-----\nabc\n").decode()
    text = json.dumps({"users": [{"user": {"client-key-data": pem}}, {"user": {"token": "t0ken"}}]})
    assert secrets_in_kubeconfig(text) == [pem, "-----BEGIN RSA-----\nabc\n", "t0ken"]
    assert secrets_in_kubeconfig("{ no yaml") == []


def test_variables_that_hold_a_secret_by_name_lose_their_value():
    given = ["PATH=/bin", "GITLAB_ROOT_PASSWORD=x1", "API_TOKEN=x2", "JENKINS_ADMIN_TOKEN_FILE=/run/secrets/t", "EMPTY"]
    assert without_secret_values(given) == [
        "PATH=/bin",
        "GITLAB_ROOT_PASSWORD=[kept out]",
        "API_TOKEN=[kept out]",
        "JENKINS_ADMIN_TOKEN_FILE=/run/secrets/t",
        "EMPTY=",
    ]
