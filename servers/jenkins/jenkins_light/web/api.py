"""``…/api/json``, ``…/api/xml`` and ``…/api/python`` of every object."""

from typing import Any
from xml.etree import ElementTree

from lxml import etree  # type: ignore[import-untyped]
from starlette.responses import Response

from jenkins_light.engine.queue import QueueItem
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.model.builds import Build
from jenkins_light.model.credentials import Credential
from jenkins_light.model.items import Folder, Job
from jenkins_light.model.users import User
from jenkins_light.model.views import View
from jenkins_light.web import beans, build_beans, export, other_beans
from jenkins_light.web.exchange import text_answer, xml_answer
from jenkins_light.web.export import Bean
from jenkins_light.web.routing import (
    ComputersTarget,
    ComputerTarget,
    CrumbTarget,
    DomainTarget,
    PluginsTarget,
    QueueTarget,
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
    controller, exchange = request.controller, request.exchange
    if isinstance(target, (Folder, Job)):
        return beans.item_bean(controller, target)
    if isinstance(target, Build):
        return build_beans.build_bean(controller, target)
    if isinstance(target, View):
        return beans.view_bean(controller, target)
    if isinstance(target, QueueTarget):
        return build_beans.queue_bean(controller)
    if isinstance(target, QueueItem):
        return build_beans.queue_item_bean(controller, target)
    if isinstance(target, ComputersTarget):
        return other_beans.computers_bean(controller)
    if isinstance(target, ComputerTarget):
        return other_beans.computer_bean(controller, target.name)
    if isinstance(target, PluginsTarget):
        return other_beans.plugins_bean()
    if isinstance(target, CrumbTarget):
        return other_beans.crumb_bean(controller, exchange)
    if isinstance(target, DomainTarget):
        return other_beans.domain_bean(controller)
    if isinstance(target, Credential):
        return other_beans.credential_bean(target)
    if isinstance(target, User):
        return other_beans.user_bean(controller, target)
    return other_beans.who_am_i_bean(exchange.user) if isinstance(target, WhoAmITarget) else beans.root_bean(controller)


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
