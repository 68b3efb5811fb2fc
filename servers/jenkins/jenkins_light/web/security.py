"""Who asks: passwords, API tokens, sessions; what nobody may ask; crumbs."""

import base64
import binascii
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from jenkins_light.engine.controller import Controller
from jenkins_light.errors import ForbiddenError, JenkinsError
from jenkins_light.web.exchange import Exchange

COOKIE = "JSESSIONID.light"
CRUMB_FIELD = "Jenkins-Crumb"

#: First path segments that anybody may ask for.
_OPEN = {"login", "loginError", "logout", "whoAmI", "j_spring_security_check", "static", "favicon.ico", "robots.txt"}
WEBHOOK = "generic-webhook-trigger"
LINTER = "pipeline-model-converter"
SONAR_WEBHOOK = "sonarqube-webhook"
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class UnauthorizedError(JenkinsError):
    """Credentials were given, and they are wrong."""

    status = 401


def authenticate(controller: Controller, exchange: Exchange) -> None:
    """Find out who asks.

    Raises:
        UnauthorizedError: the Authorization header's credentials are wrong.
    """
    cookies = _cookies(exchange)
    session_user = controller.sessions.user(cookies) if cookies else None
    if session_user is not None:
        exchange.session = cookies
        exchange.user = session_user
    scheme, _, encoded = exchange.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        name, _, secret = base64.b64decode(encoded, validate=False).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise UnauthorizedError("Invalid basic authentication") from None
    if controller.users.check_token(name, secret):
        exchange.user, exchange.by_token = name, True
    elif controller.users.check_password(name, secret):
        exchange.user = name
    else:
        raise UnauthorizedError(f"Invalid password/token for user: {name}")


def is_open(exchange: Exchange) -> bool:
    """Whether anybody may ask for this."""
    return bool(exchange.path) and exchange.path[0] in _OPEN | {WEBHOOK, SONAR_WEBHOOK}


def check_crumb(controller: Controller, exchange: Exchange) -> None:
    """Let a changing request pass only with the crumb of its session, or an API token.

    Raises:
        ForbiddenError: Jenkins' text for a missing or wrong crumb.
    """
    if exchange.method in {"GET", "HEAD", "OPTIONS"} or exchange.by_token or is_open(exchange):
        return
    if exchange.path[:1] == [LINTER]:
        # It changes nothing, and the plugin excepts it (ModelConverterActionCrumbExclusion).
        return
    crumb = exchange.headers.get(CRUMB_FIELD) or exchange.parameter(CRUMB_FIELD)
    if not crumb or not exchange.session or not controller.sessions.valid_crumb(crumb, exchange.user, exchange.session):
        raise ForbiddenError("No valid crumb was included in the request")


def check_source(controller: Controller, exchange: Exchange) -> None:
    """Refuse a webhook that a web page of somebody else sends through a browser.

    Any page may post text/plain to 127.0.0.1, or let its own name point there: then Origin or Host betray it. An IP
    address as Host can't be rebound and passes.

    Raises:
        ForbiddenError: a foreign Host or Origin.
    """
    host = exchange.headers.get("host", "")
    if not _ours(controller, host):
        raise ForbiddenError(f"Host {host} is not this server's; JENKINS_ALLOWED_HOSTS lists further names")
    origin = exchange.headers.get("origin")
    if (
        origin is not None
        and urlsplit(origin).netloc != host
        and origin.rstrip("/") != controller.settings.url.rstrip("/")
    ):
        raise ForbiddenError(f"Origin {origin} may not call webhooks")


def _ours(controller: Controller, host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    known = {urlsplit(controller.settings.url).hostname, *_LOCAL, *controller.settings.allowed_hosts}
    return name in known or name.replace(".", "").isdecimal() or ":" in name


def _cookies(exchange: Exchange) -> str:
    try:
        jar = SimpleCookie(exchange.headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""
