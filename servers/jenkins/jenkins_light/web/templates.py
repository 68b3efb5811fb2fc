"""Pages from Jinja2 templates."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from light_look import TEMPLATES, times, version
from starlette.responses import HTMLResponse

from jenkins_light import JENKINS_VERSION
from jenkins_light.model.items import Item
from jenkins_light.web.routing import Request
from jenkins_light.web.security import CRUMB_FIELD

_PACKAGE = Path(__file__).resolve().parent.parent
STATIC = _PACKAGE / "static"
_environment = Environment(
    loader=FileSystemLoader([_PACKAGE / "templates", TEMPLATES]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {"ago": times.ago, "exact": times.exact, "iso": times.iso, "lasted": times.lasted}
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; form-action 'self'; base-uri 'none'"


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page; templates also know the user, the crumb for forms and the version."""
    controller, exchange = request.controller, request.exchange
    crumb = controller.sessions.crumb(exchange.user, exchange.session) if exchange.session else ""
    shown = {"at": "", "here": [], "look_version": version(), "path_to": path_to} | values
    text = _environment.get_template(template).render(
        user=exchange.user,
        crumb=crumb,
        crumb_field=CRUMB_FIELD,
        version=JENKINS_VERSION,
        root=controller.root,
        quieting_down=controller.quieting_down,
        **shown,
    )
    headers = {"Content-Security-Policy": _POLICY, "X-Instance-Identity": controller.identity.public_key}
    return HTMLResponse(text, status, headers)


def path_to(item: Item) -> list[tuple[str, str]]:
    """The breadcrumbs from the dashboard to a job or folder: words and address."""
    above = path_to(item.parent) if item.parent else []
    return [*above, (item.display_name or "Dashboard", f"/{item.url_path}")]
