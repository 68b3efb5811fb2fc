"""Nodes: agents can be declared, read and removed; they stay offline."""

from starlette.responses import Response

from jenkins_light.errors import BadRequestError
from jenkins_light.web import templates
from jenkins_light.web.exchange import done, redirect, submitted_form, xml_answer
from jenkins_light.web.routing import BOTH, GET, POST, ComputersTarget, ComputerTarget, Request, action


@action(ComputersTarget, "")
def page(request: Request, _target: ComputersTarget) -> Response:
    """The nodes."""
    busy = sum(slot is not None for slot in request.controller.executors.slots)
    rows = [["Built-In Node", f"online, {busy} of {request.controller.settings.executors} executors busy"]]
    rows += [[name, "offline: builds run on the built-in node only"] for name in request.controller.nodes.names()]
    return templates.page(request, "facts.html", title="Nodes", heads=["Name", "State"], rows=rows)


@action(ComputersTarget, "doCreateItem", methods=BOTH)
def create(request: Request, _target: ComputersTarget) -> Response:
    """Declare an agent from the form that clients submit."""
    exchange = request.exchange
    form = submitted_form(exchange.parameter("json") or "{}")
    name = exchange.parameter("name") or str(form.get("name") or "")
    request.controller.nodes.create(
        name,
        int(form.get("numExecutors") or 1),
        str(form.get("nodeDescription") or ""),
        str(form.get("labelString") or ""),
        str(form.get("remoteFS") or ""),
    )
    return redirect("/computer/")


@action(ComputerTarget, "config.xml", methods=BOTH)
def config_xml(request: Request, target: ComputerTarget) -> Response:
    """Read or replace an agent's configuration."""
    nodes = request.controller.nodes
    document = nodes.config_xml(target.name)
    if request.exchange.method in GET:
        return xml_answer(document)
    nodes.configure(target.name, request.exchange.body)
    return done()


@action(ComputerTarget, "doDelete", methods=POST)
def delete(request: Request, target: ComputerTarget) -> Response:
    """Forget an agent."""
    if not target.name:
        raise BadRequestError("The built-in node can't be deleted")
    request.controller.nodes.delete(target.name)
    return redirect("/computer/")


@action(ComputerTarget, "toggleOffline", methods=POST)
def toggle_offline(_request: Request, target: ComputerTarget) -> Response:
    """An agent is offline already; the built-in node stays online."""
    if not target.name:
        raise BadRequestError("The built-in node is the only one that works; quietDown keeps it from starting builds")
    return redirect(f"/computer/{target.name}/")
