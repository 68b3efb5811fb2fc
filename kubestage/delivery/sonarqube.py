"""SonarQube as the tasks use it: its web API, with a password or a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from kubestage.errors import PartError

_TIMEOUT_SECONDS = 30.0
_LOOK_SECONDS = 1.5


@dataclass(frozen=True)
class SonarQube:
    """A SonarQube server, and the account that asks it.

    Attributes:
        url: without a slash at the end.
        user: the account's login, or a token, which has no password; empty for nobody.
        password: the account's.
    """

    url: str
    user: str = ""
    password: str = ""

    def is_up(self) -> bool:
        """Whether it works: its web server answers long before its database and its search do."""
        try:
            return bool(self._request("GET", "system/status", timeout=_LOOK_SECONDS).json().get("status") == "UP")
        except (PartError, ValueError):
            return False

    def lets_in(self) -> bool:
        """Whether the account is known and its password right."""
        return bool(self.get("authentication/validate").get("valid"))

    def get(self, path: str, **parameters: str) -> dict[str, Any]:
        """What `GET /api/<path>` answers.

        Raises:
            PartError: SonarQube refuses or does not answer.
        """
        answer: dict[str, Any] = self._checked(self._request("GET", path, params=parameters)).json()
        return answer

    def post(self, path: str, **parameters: str) -> dict[str, Any]:
        """Posts a form to `/api/<path>`; what is answered, empty where that is nothing.

        Raises:
            PartError: SonarQube refuses or does not answer.
        """
        response = self._checked(self._request("POST", path, data=parameters))
        answer: dict[str, Any] = response.json() if response.content else {}
        return answer

    def _request(
        self, method: str, path: str, *, timeout: float = _TIMEOUT_SECONDS, **options: Any
    ) -> requests.Response:
        try:
            return requests.request(
                method,
                f"{self.url}/api/{path}",
                auth=(self.user, self.password) if self.user else None,
                timeout=timeout,
                proxies={"http": "", "https": ""},
                **options,
            )
        except requests.RequestException as error:
            raise PartError(
                f"SonarQube at {self.url} does not answer", why=type(error).__name__, fix="./inv up"
            ) from error

    @staticmethod
    def _checked(response: requests.Response) -> requests.Response:
        """The response, unless it is a refusal; SonarQube says why in JSON."""
        if response.ok:
            return response
        path = response.request.path_url.partition("?")[0]
        try:
            why = "\n".join(str(error["msg"]) for error in response.json()["errors"])
        except (ValueError, KeyError, TypeError):
            why = response.text[:300]
        raise PartError(f"SonarQube refuses {path}: HTTP {response.status_code}", why=why, fix="./inv logs sonarqube")
