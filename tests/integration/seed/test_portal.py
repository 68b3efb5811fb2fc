"""The portal's accounts, made by seeding and used as the portal uses them."""

from __future__ import annotations

import pytest
import requests

from kubestage.secrets import Secrets
from kubestage.seed.portal import (
    knows_gitlab_token,
    knows_jenkins_token,
    new_gitlab_token,
    new_jenkins_token,
    seed_portal_hook,
)
from kubestage.settings import Settings

pytestmark = pytest.mark.usefixtures("first")


def test_gitlab_tells_the_portal_of_pushes_once(settings: Settings, secrets: Secrets) -> None:
    assert seed_portal_hook(settings, secrets).changed == ["hook of saas/uuid-service to the portal"]
    assert seed_portal_hook(settings, secrets).changed == []


def test_its_token_reads_the_project_and_changes_nothing(settings: Settings, secrets: Secrets) -> None:
    assert not knows_gitlab_token(settings, "")
    assert not knows_gitlab_token(settings, secrets.gitlab_root_token)
    token = new_gitlab_token(settings, secrets)
    assert knows_gitlab_token(settings, token)
    project = f"{settings.gitlab_url}/api/v4/projects/saas%2Fuuid-service"
    headers = {"PRIVATE-TOKEN": token}
    assert requests.get(f"{project}/repository/tags", headers=headers, timeout=10).json()[0]["name"] == "v1.0.0.0"
    wish = {"tag_name": "v9.0.0.0", "ref": "master"}
    assert requests.post(f"{project}/repository/tags", headers=headers, json=wish, timeout=10).status_code == 403


def test_a_new_token_takes_the_place_of_the_old_one(settings: Settings, secrets: Secrets) -> None:
    old = new_gitlab_token(settings, secrets)
    new = new_gitlab_token(settings, secrets)
    assert (knows_gitlab_token(settings, old), knows_gitlab_token(settings, new)) == (False, True)


def test_its_account_in_jenkins_has_a_token_of_its_own(settings: Settings, secrets: Secrets) -> None:
    assert not knows_jenkins_token(settings, secrets.jenkins_admin_token)
    token = new_jenkins_token(settings, secrets)
    assert knows_jenkins_token(settings, token)
    assert knows_jenkins_token(settings, new_jenkins_token(settings, secrets))
