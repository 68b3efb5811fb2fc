"""Nodes: the built-in one has executors and can be taken offline; agents can be declared, read and removed."""

from starlette.responses import Response

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.web import templates
from jenkins_light.web.exchange import done, redirect, submitted_form, text_answer, xml_answer
from jenkins_light.web.routing import (
    BOTH,
    GET,
    POST,
    ComputersTarget,
    ComputerTarget,
    ExecutorTarget,
    LabelTarget,
    Request,
    action,
)

#: A node's form and its config.xml.
_FIELDS = {
    "nodeDescription": "description",
    "remoteFS": "remoteFS",
    "numExecutors": "numExecutors",
    "mode": "mode",
    "labelString": "label",
}


@action(ComputersTarget, "")
def page(request: Request, _target: ComputersTarget) -> Response:
    """The nodes."""
    slots = request.controller.executors.slots
    busy, why = sum(slot is not None for slot in slots), request.controller.executors.offline
    state = "online" if why is None else f"offline: {why or 'taken offline'}"
    rows = [["Built-In Node", f"{state}, {busy} of {len(slots)} executors busy"]]
    rows += [[name, "offline: builds run on the built-in node only"] for name in request.controller.nodes.names()]
    return templates.page(request, "facts.html", title="Nodes", heads=["Name", "State"], rows=rows)


@action(ComputerTarget, "", "log", methods=BOTH)
@action(LabelTarget, "")
@action(ExecutorTarget, "")
def to_nodes(_request: Request, _target: ComputerTarget | LabelTarget | ExecutorTarget) -> Response:
    """There is one page for all of them."""
    return redirect("/computer/")


@action(ComputersTarget, "doCreateItem", methods=BOTH)
def create(request: Request, _target: ComputersTarget) -> Response:
    """Declare an agent from the form that clients submit, or from its XML."""
    exchange = request.exchange
    if exchange.content_type.startswith(("application/xml", "text/xml")):
        request.controller.nodes.create_from(exchange.parameter("name"), xmltree.parse(exchange.body))
        return done()
    form = submitted_form(exchange.parameter("json") or "{}")
    name = exchange.parameter("name") or str(form.get("name") or "")
    request.controller.nodes.create(
        name,
        _count(form.get("numExecutors") or 1),
        str(form.get("nodeDescription") or ""),
        str(form.get("labelString") or ""),
        str(form.get("remoteFS") or ""),
    )
    return redirect("/computer/")


def _count(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or len(text) > 6:
        raise BadRequestError(f"Not a number of executors: {text}")
    return int(text)


@action(ComputerTarget, "config.xml", methods=BOTH)
def config_xml(request: Request, target: ComputerTarget) -> Response:
    """Read or replace an agent's configuration; Jenkins gives none of the built-in node."""
    nodes = request.controller.nodes
    document = nodes.config_xml(target.name)
    if request.exchange.method in GET:
        return xml_answer(document)
    nodes.configure(target.name, request.exchange.body)
    return done()


@action(ComputerTarget, "configSubmit", methods=POST)
def configure(request: Request, target: ComputerTarget) -> Response:
    """Take a node's form (``json``): of the built-in one the executors count."""
    form = submitted_form(request.exchange.parameter("json"))
    if target.name:
        changes = {tag: form[name] for name, tag in _FIELDS.items() if name in form}
        request.controller.nodes.change(target.name, {tag: str(value) for tag, value in changes.items()})
    elif "numExecutors" in form:
        request.controller.set_executors(_count(form["numExecutors"]))
    return redirect("/computer/")


@action(ComputerTarget, "doDelete", methods=POST)
def delete(request: Request, target: ComputerTarget) -> Response:
    """Forget an agent."""
    if not target.name:
        raise BadRequestError("The built-in node can't be deleted")
    request.controller.nodes.delete(target.name)
    return redirect("/computer/")


@action(ComputerTarget, "toggleOffline", methods=POST)
def toggle_offline(request: Request, target: ComputerTarget) -> Response:
    """Take a node temporarily offline, or bring it back; an agent stays offline all the same, nothing connects it."""
    controller, why = request.controller, request.exchange.parameter("offlineMessage")
    if target.name:
        nodes = controller.nodes
        nodes.set_offline(target.name, why if nodes.offline(target.name) is None else None)
    else:
        controller.executors.set_offline(why if controller.executors.offline is None else None)
    return redirect("/computer/")


@action(ComputerTarget, "doDisconnect", methods=POST)
def disconnect(_request: Request, target: ComputerTarget) -> Response:
    """Close an agent's channel: no agent has one, and the built-in node can't have one."""
    if not target.name:
        raise NotFoundError("The built-in node can't be disconnected")
    return redirect(f"/computer/{target.name}/")


@action(ComputerTarget, "changeOfflineCause", methods=POST)
def change_offline_cause(request: Request, target: ComputerTarget) -> Response:
    """Say otherwise why a node is offline."""
    controller, why = request.controller, request.exchange.parameter("offlineMessage")
    if target.name and controller.nodes.offline(target.name) is not None:
        controller.nodes.set_offline(target.name, why)
    elif not target.name and controller.executors.offline is not None:
        controller.executors.set_offline(why)
    return redirect("/computer/")


@action(ComputerTarget, "launchSlaveAgent", methods=POST)
def launch(_request: Request, target: ComputerTarget) -> Response:
    """Nothing launches agents here; the answer is that of a launch that was begun."""
    return redirect(f"/computer/{target.name or '(built-in)'}/")


@action(ComputerTarget, "logText/progressiveText", "logText/progressiveHtml", methods=BOTH)
def log(_request: Request, target: ComputerTarget) -> Response:
    """Why an agent is not there."""
    if not target.name:
        raise NotFoundError("The built-in node has no log of its own")
    return text_answer("The light Jenkins launches no agents: builds run on its built-in node.\n")
