"""``/sonarqube-webhook/``: what SonarQube calls when it has taken an analysis in, after its Jenkins plugin."""

from starlette.responses import Response

from jenkins_light.model.items import Folder
from jenkins_light.model.sonarqube import parse_event
from jenkins_light.web import security
from jenkins_light.web.exchange import done, redirect
from jenkins_light.web.routing import POST, Request, action


@action(Folder, security.SONAR_WEBHOOK, methods=POST)
def receive(request: Request, _folder: Folder) -> Response:
    """Remember the hook for who waits for it, now or later; signatures are looked at by the step, which has the secret.

    Without the slash at the end Stapler redirects, and the body is lost: the address in SonarQube must have it.
    """
    exchange = request.exchange
    security.check_source(request.controller, exchange)
    if not exchange.raw_path.endswith("/"):
        return redirect(exchange.raw_path + "/")
    event = parse_event(exchange.body, exchange.headers.get("x-sonar-webhook-hmac-sha256", ""))
    request.controller.sonar_events.put(event)
    return done()
