"""``…/api/json``, ``…/api/xml`` and ``…/api/python`` of every object."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from lxml import etree  # type: ignore[import-untyped]
from starlette.responses import Response

from jenkins_light.engine.queue import QueueItem
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.model.builds import Build
from jenkins_light.model.items import Folder, Job
from jenkins_light.model.users import User
from jenkins_light.model.views import View
from jenkins_light.web import beans, build_beans, export, other_beans
from jenkins_light.web.exchange import text_answer, xml_answer
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


def export_bean(request: Request, bean: Bean, form: str) -> Response:
    """A Bean in the form that is asked for, cut by ``tree`` or ``depth``.

    Raises:
        NotFoundError: there is no such form.
        BadRequestError: a malformed depth, tree or xpath.
    """
    exchange = request.exchange
    depth, tree = exchange.parameter("depth", "0"), exchange.parameter("tree")
    if not depth.lstrip("-").isdecimal():
        raise BadRequestError(f"Not a depth: {depth}")
    data = export.prune(bean, export.parse_tree(tree) if tree else None, min(int(depth), 10))
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
    exchange = request.exchange
    # Only XPath needs libxml2.
    root = etree.fromstring(ElementTree.tostring(document))
    xpath, wrapper = exchange.parameter("xpath"), exchange.parameter("wrapper")
    try:
        for path in exchange.parameters().get("exclude", []):
            for node in _nodes(root.xpath(path)):
                parent = node.getparent()
                if parent is not None:
                    parent.remove(node)
        if not xpath:
            return xml_answer(etree.tostring(root))
        found = root.xpath(xpath)
    except etree.XPathError as error:
        raise BadRequestError(f"XPath {xpath}: {error}") from error
    if not isinstance(found, list):
        return text_answer(str(found))
    if wrapper:
        holder = etree.Element(wrapper)
        holder.extend(_nodes(found))
        return xml_answer(etree.tostring(holder))
    if not found:
        raise NotFoundError(f"XPath {xpath} didn't match")
    if len(found) > 1:
        raise BadRequestError(
            f"XPath {xpath} matched {len(found)} nodes. Create XPath that only matches one, or use wrapper"
        )
    return xml_answer(etree.tostring(found[0])) if etree.iselement(found[0]) else text_answer(str(found[0]))


def _nodes(found: Any) -> list[Any]:
    return [node for node in found if etree.iselement(node)] if isinstance(found, list) else []
