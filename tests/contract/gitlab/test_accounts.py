"""Users and access tokens."""

from __future__ import annotations

import datetime

import gitlab
import pytest
import requests

PASSWORD = "correct-horse-9-battery"


def refused(status: int, match: str = ""):
    """Expects python-gitlab to raise an error with this status."""
    return pytest.raises(gitlab.GitlabError, match=match or None, check=lambda error: error.response_code == status)


def test_root_is_an_administrator(root):
    assert root.user.username == "root"
    assert root.user.is_admin
    assert root.version()[0].split(".")[0].isdigit()


def test_a_user_is_created_changed_found_blocked_and_removed(root, make_user):
    user = make_user(name="Yong Cao")
    user.name = "Cao Yong"
    user.bio = "presents"
    user.save()

    found = root.users.list(username=user.username)[0]
    assert (found.id, found.name, found.state) == (user.id, "Cao Yong", "active")
    assert [one.id for one in root.users.list(search=user.username.upper(), get_all=True)] == [user.id]
    assert found.web_url.endswith(f"/{user.username}")

    user.block()
    assert root.users.get(user.id).state == "blocked"
    user.unblock()
    user.delete()
    with refused(404, "User Not Found"):
        root.users.get(user.id)


def test_a_name_an_address_or_a_password_that_cannot_be_is_refused(root, make_user, unique):
    user = make_user()
    about = {"name": "N", "password": PASSWORD}
    with refused(409, "Username has already been taken"):
        root.users.create(about | {"username": user.username.upper(), "email": "other@example.org"})
    with refused(409, "Email has already been taken"):
        root.users.create(about | {"username": unique("x"), "email": user.email})
    with refused(400, "too short"):
        root.users.create(about | {"username": unique("x"), "email": f"{unique('x')}@e.org", "password": "short"})
    with refused(400):
        root.users.create(about | {"username": "../etc", "email": f"{unique('x')}@e.org"})
    with refused(400, "email is missing"):
        root.users.create(about | {"username": unique("x")})


def test_only_administrators_make_users_and_see_addresses(make_user, client_of):
    user, other = make_user(), make_user()
    client = client_of(user)
    with refused(403):
        client.users.create({"username": "q", "name": "q", "email": "q@example.org", "password": PASSWORD})
    assert not hasattr(client.users.get(other.id), "email")
    client.auth()
    assert client.user.email == user.email
    assert not client.user.is_admin


def test_a_token_works_with_its_scopes_only(root, make_user, client_of, project):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 40})
    reader = client_of(user, "read_api")
    assert reader.projects.get(project.id).name == project.name
    with refused(403, "insufficient_scope"):
        reader.projects.create({"name": "no"})
    who = client_of(user, "read_user")
    who.auth()
    with refused(403):
        who.projects.list(get_all=False)


def test_tokens_are_listed_shown_rotated_and_revoked(server, root, make_user, client_of):
    user = make_user()
    client = client_of(user)
    own = client.personal_access_tokens.get("self")
    assert own.scopes == ["api"]
    assert own.user_id == user.id
    assert own.active
    assert [token.id for token in client.personal_access_tokens.list(get_all=True)] == [own.id]

    old = client.private_token
    own.rotate()
    assert own.token.startswith("glpat-")
    answer = requests.get(f"{server.url}/api/v4/user", headers={"PRIVATE-TOKEN": old}, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    answer = requests.get(f"{server.url}/api/v4/user", headers={"Authorization": f"Bearer {own.token}"}, timeout=30)
    assert answer.json()["id"] == user.id

    root.personal_access_tokens.delete(own.id)
    answer = requests.get(f"{server.url}/api/v4/user", headers={"PRIVATE-TOKEN": own.token}, timeout=30)
    assert "revoked" in answer.json()["error_description"]


def test_a_tokens_last_day_is_in_the_future(make_user):
    user = make_user()
    tomorrow = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)).date().isoformat()
    token = user.personal_access_tokens.create({"name": "t", "scopes": ["api"], "expires_at": tomorrow})
    assert token.expires_at == tomorrow
    with refused(400):
        user.personal_access_tokens.create({"name": "t", "scopes": ["api"], "expires_at": "2020-01-01"})
    with refused(400, "scopes does not have a valid value"):
        user.personal_access_tokens.create({"name": "t", "scopes": ["everything"]})


def test_a_projects_token_is_a_bot_that_is_a_member_of_it_alone(server, make_project, project):
    token = project.access_tokens.create({"name": "ci", "scopes": ["api"], "access_level": 30})
    other = make_project()
    with gitlab.Gitlab(server.url, private_token=token.token) as bot:
        bot.auth()
        assert bot.user.bot
        assert bot.projects.get(project.id).permissions["project_access"]["access_level"] == 30
        with refused(404, "Project Not Found"):
            bot.projects.get(other.id)
        project.access_tokens.delete(token.id)
        with refused(401):
            bot.projects.get(project.id)


@pytest.mark.parametrize(
    "headers",
    [{}, {"PRIVATE-TOKEN": "glpat-wrong"}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic cm9vdDp4"}],
)
def test_whoever_is_not_known_gets_401(server, headers):
    answer = requests.get(f"{server.url}/api/v4/user", headers=headers, timeout=30)
    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})


def test_what_belongs_to_an_account(root, make_user, client_of, shared):
    user = make_user()
    theirs = client_of(user)
    theirs.auth()
    theirs.http_put("/user/status", post_data={"emoji": "tada", "message": "About"})
    assert root.users.get(user.id).status.get().message == "About"
    email = theirs.user.emails.create({"email": f"second-{user.email}"})
    assert [one.email for one in user.emails.list(get_all=True)] == [email.email]
    with refused(400, "has already been taken"):
        root.users.get(root.user.id).emails.create({"email": user.email})
    theirs.user.emails.delete(email.id)
    shared.members.create({"user_id": user.id, "access_level": 30})
    (membership,) = user.memberships.list(get_all=True)
    assert (membership.source_type, membership.source_id, membership.access_level) == ("Project", shared.id, 30)
    assert theirs.http_get(f"/users/{user.id}/associations_count")["projects_count"] == 1


def test_an_administrator_acts_as_a_user_by_an_impersonation_token(server, root, make_user):
    user = make_user()
    token = user.impersonationtokens.create({"name": "as them", "scopes": ["api"]})
    assert token.impersonation
    with gitlab.Gitlab(server.url, private_token=token.token) as theirs:
        theirs.auth()
        assert theirs.user.username == user.username
        assert [one.name for one in user.impersonationtokens.list(state="active", get_all=True)] == ["as them"]
        token.delete()
        with refused(401):
            theirs.auth()


def test_every_token_may_look_at_itself_and_revoke_itself(server, root, make_user, client_of, make_project):
    reader = client_of(make_user(), "read_registry")
    assert reader.personal_access_tokens.get("self").scopes == ["read_registry"]
    reader.http_delete("/personal_access_tokens/self")
    with refused(401, "invalid_token"):
        reader.personal_access_tokens.get("self")
    project = make_project(visibility="internal")
    about = {"name": "bot", "scopes": ["self_rotate"], "access_level": 40}
    stranger = client_of(make_user()).projects.get(project.id)
    with refused(401, "401 Unauthorized"):
        stranger.access_tokens.list(get_all=True)
    with refused(400, "User does not have permission to create project access token"):
        stranger.access_tokens.create(about)
    with gitlab.Gitlab(server.url, private_token=project.access_tokens.create(about).token) as bot:
        renewed = bot.http_post(f"/projects/{project.id}/access_tokens/self/rotate")
    assert renewed["token"] in str(renewed)
    with refused(401):
        root.http_post(f"/projects/{project.id}/access_tokens/self/rotate")


def test_users_are_chosen_and_strangers_see_one_by_name(server, root, make_user):
    user = make_user(external=True)
    assert [one.username for one in root.users.list(admins=True, search=user.username, get_all=True)] == []
    assert user.id in [one.id for one in root.users.list(external=True, get_all=True)]
    assert root.users.list(username=user.username, created_before="2020-01-01T00:00:00Z", get_all=True) == []
    address = f"{server.url}/api/v4/users"
    assert requests.get(f"{address}?username={user.username}", timeout=30).json()[0]["id"] == user.id
    for path, words in (("", "Not authorized to access /api/v4/users"), (f"/{user.id}", "Not authorized!")):
        told = requests.get(address + path, timeout=30)
        assert (told.status_code, told.json()) == (403, {"message": f"403 Forbidden - {words}"})
    with refused(409, "is not pending approval"):
        root.http_post(f"/users/{user.id}/approve")
