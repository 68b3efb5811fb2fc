"""``…/api/json``, ``…/api/xml`` and ``…/api/python`` of every object."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from starlette.responses import Response

from jenkins_light.engine.queue import QueueItem
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.model.builds import Build
from jenkins_light.model.items import Folder, Job
from jenkins_light.model.numbers import whole
from jenkins_light.model.users import User
from jenkins_light.model.views import View
from jenkins_light.web import beans, build_beans, export, other_beans, xpaths
from jenkins_light.web.exchange import xml_answer
from jenkins_light.web.export import Bean
from jenkins_light.web.routing import (
    ComputersTarget,
    ComputerTarget,
    CredentialTarget,
    CrumbTarget,
    DomainTarget,
    ExecutorTarget,
    LabelTarget,
    PluginsTarget,
    QueueTarget,
    RealmTarget,
    Request,
    Target,
    WhoAmITarget,
)
from jenkins_light.xmltree import Element

_DEEPEST = 10


def export_bean(request: Request, bean: Bean, form: str) -> Response:
    """A Bean in the form that is asked for, cut by ``tree`` or ``depth``.

    Raises:
        NotFoundError: there is no such form.
        BadRequestError: a malformed depth, tree or xpath.
    """
    exchange = request.exchange
    depth, tree = exchange.parameter("depth", "0"), exchange.parameter("tree")
    levels = whole(depth.removeprefix("-"))
    if levels is None:
        raise BadRequestError(f"Not a depth: {depth[:40]}")
    # As in Jenkins a negative depth shows what is always visible, and that is the same for any.
    levels = -1 if depth.startswith("-") else min(levels, _DEEPEST)
    data = export.prune(bean, export.parse_tree(tree) if tree else None, levels)
    if form == "json":
        return Response(export.to_json(data), media_type="application/json;charset=utf-8")
    if form == "python":
        return Response(export.to_python(data), media_type="text/x-python;charset=utf-8")
    if form == "xml":
        return _xml(request, export.to_xml(bean.xml_root, data))
    raise NotFoundError(f"No remote API as {form}")


def export_target(request: Request, target: Target, form: str) -> Response:
    """An object's remote API."""
    return export_bean(request, bean_of(request, target), form)


def bean_of(request: Request, target: Target) -> Bean:
    """The Bean of a target."""
    return _BEANS[type(target)](request, target)


# A target's type is what its entry is found by, which is why the functions may narrow it.
_BEANS: dict[type, Callable[[Request, Any], Bean]] = {
    Folder: lambda r, t: beans.item_bean(r.controller, t),
    Job: lambda r, t: beans.item_bean(r.controller, t),
    Build: lambda r, t: build_beans.build_bean(r.controller, t),
    View: lambda r, t: beans.view_bean(r.controller, t),
    QueueTarget: lambda r, _: build_beans.queue_bean(r.controller),
    QueueItem: lambda r, t: build_beans.queue_item_bean(r.controller, t),
    ComputersTarget: lambda r, _: other_beans.computers_bean(r.controller),
    ComputerTarget: lambda r, t: other_beans.computer_bean(r.controller, t.name),
    ExecutorTarget: lambda r, t: other_beans.executor_bean(
        r.controller, t.number, r.controller.executors.slots[t.number]
    ),
    LabelTarget: lambda r, t: other_beans.label_bean(r.controller, t.name),
    PluginsTarget: lambda _, __: other_beans.plugins_bean(),
    CrumbTarget: lambda r, _: other_beans.crumb_bean(r.controller, r.exchange),
    DomainTarget: lambda _, t: other_beans.domain_bean(t),
    CredentialTarget: lambda _, t: other_beans.credential_bean(t),
    User: lambda r, t: other_beans.user_bean(r.controller, t),
    RealmTarget: lambda r, _: other_beans.people_bean(r.controller),
    WhoAmITarget: lambda r, _: other_beans.who_am_i_bean(r.exchange.user),
}


def _xml(request: Request, document: Element) -> Response:
    """The XML, or what ``xpath``, ``exclude`` and ``wrapper`` make of it."""
    exchange, text = request.exchange, ElementTree.tostring(document)
    xpath, excluded = exchange.parameter("xpath"), exchange.parameters().get("exclude", [])
    if not xpath and not excluded:
        return xml_answer(text)
    kind, answer = xpaths.apply(text, xpath, excluded, exchange.parameter("wrapper"))
    return Response(answer, media_type=f"{kind};charset=utf-8")
