import base64

import pytest

from kubestage.delivery.sonarqube import SonarQube
from kubestage.errors import PartError

from .answers import Answer, serving


@pytest.mark.parametrize(
    ("answer", "up"),
    [
        (Answer('{"status": "UP"}'), True),
        (Answer('{"status": "STARTING"}'), False),
        (Answer("<html>not yet</html>", 503), False),
    ],
    ids=["up", "starting", "no answer of its own yet"],
)
def test_it_is_up_when_it_says_so_itself(answer: Answer, up: bool):
    with serving({"GET /api/system/status": [answer]}) as server:
        assert SonarQube(server.url).is_up() is up
        assert "Authorization" not in server.asked[0].headers


def test_nothing_at_its_address_is_not_up():
    assert SonarQube("http://127.0.0.1:9").is_up() is False


def test_a_token_is_a_user_without_a_password():
    with serving({"GET /api/authentication/validate": [Answer('{"valid": true}')]}) as server:
        assert SonarQube(server.url, "sqa_1").lets_in() is True
        assert server.asked[0].headers["Authorization"] == f"Basic {base64.b64encode(b'sqa_1:').decode()}"


def test_a_password_is_checked_once_and_the_session_used_from_then_on():
    cookies = {"Set-Cookie": "JWT-SESSION=session; Path=/"}
    answers = {
        "POST /api/authentication/login": [Answer(headers=cookies)],
        "GET /api/webhooks/list": [Answer('{"webhooks": []}')],
    }
    with serving(answers) as server:
        client = SonarQube(server.url, "admin", "secret")
        assert client.lets_in() is True
        assert client.get("webhooks/list") == {"webhooks": []}
        assert server.asked[0].body == "login=admin&password=secret"
        assert "Authorization" not in server.asked[1].headers
        assert server.asked[1].headers["Cookie"] == "JWT-SESSION=session"


def test_a_wrong_password_does_not_let_in():
    with serving({"POST /api/authentication/login": [Answer(status=401)]}) as server:
        assert SonarQube(server.url, "admin", "admin").lets_in() is False


def test_a_form_is_posted_and_its_answer_may_be_empty():
    with serving({"POST /api/settings/set": [Answer()]}) as server:
        assert SonarQube(server.url, "admin", "secret").post("settings/set", key="a", value="b c") == {}
        assert server.asked[0].body == "key=a&value=b+c"


def test_a_refusal_says_what_sonarqube_says():
    answers = {"POST /api/users/create": [Answer('{"errors": [{"msg": "Taken"}]}', 400)]}
    with serving(answers) as server, pytest.raises(PartError) as caught:
        SonarQube(server.url, "admin", "secret").post("users/create", login="x", password="hidden")
    assert caught.value.what == "SonarQube refuses /api/users/create: HTTP 400"
    assert caught.value.why == "Taken"
    assert "hidden" not in str(caught.value)
