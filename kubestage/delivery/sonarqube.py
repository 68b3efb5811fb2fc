"""SonarQube as the tasks use it: its web API, with a password or a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import requests

from kubestage.errors import PartError

_TIMEOUT_SECONDS = 30.0
_LOOK_SECONDS = 1.5
# What SonarQube sets at a login, and wants back as a header from who brings the cookies.
_SESSION, _CSRF = "JWT-SESSION", "XSRF-TOKEN"


def _direct_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a company's proxy knows nothing of the sandbox
    return session


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
    password: str = field(default="", repr=False)
    _session: requests.Session = field(default_factory=_direct_session, repr=False, compare=False)

    def is_up(self) -> bool:
        """Whether it works: its web server answers long before its database and its search do."""
        try:
            response = self._request("GET", "system/status", timeout=_LOOK_SECONDS, anonymous=True)
            return bool(response.json().get("status") == "UP")
        except (PartError, ValueError):
            return False

    def lets_in(self) -> bool:
        """Whether the account is known and its password right.

        A password is checked this once: the check takes SonarQube a third of a second of work, at every request else.
        """
        if not self.password:
            return bool(self.get("authentication/validate").get("valid"))
        form = {"login": self.user, "password": self.password}
        return self._request("POST", "authentication/login", anonymous=True, data=form).ok

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
        self,
        method: str,
        path: str,
        *,
        timeout: float = _TIMEOUT_SECONDS,
        anonymous: bool = False,
        **options: Any,
    ) -> requests.Response:
        cookies = self._session.cookies
        if _SESSION in cookies:
            anonymous = True
            options["headers"] = {f"X-{_CSRF}": cookies.get(_CSRF)}
        try:
            return self._session.request(
                method,
                f"{self.url}/api/{path}",
                auth=(self.user, self.password) if self.user and not anonymous else None,
                timeout=timeout,
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
