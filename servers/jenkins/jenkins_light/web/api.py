"""``…/api/json``, ``…/api/xml`` and ``…/api/python`` of every object."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from starlette.responses import Response

from jenkins_light.engine.queue import QueueItem
from jenkins_light.errors import BadRequestError, ForbiddenError, NotFoundError
from jenkins_light.model.builds import Build
from jenkins_light.model.fingerprints import Fingerprint
from jenkins_light.model.items import Folder, Job
from jenkins_light.model.numbers import whole
from jenkins_light.model.users import User
from jenkins_light.model.views import View
from jenkins_light.web import (
    beans,
    build_beans,
    credential_beans,
    export,
    lockable_beans,
    other_beans,
    plugin_beans,
    templates,
    xpaths,
)
from jenkins_light.web.credential_targets import CredentialsTarget, CredentialTarget, DomainTarget, StoreTarget
from jenkins_light.web.exchange import text_answer, xml_answer
from jenkins_light.web.export import Bean
from jenkins_light.web.routing import (
    ComputersTarget,
    ComputerTarget,
    CrumbTarget,
    ExecutorTarget,
    LabelTarget,
    LockablesTarget,
    PluginsTarget,
    PluginTarget,
    QueueTarget,
    RealmTarget,
    Request,
    Target,
    UpdatesTarget,
    WhoAmITarget,
)

_DEEPEST = 10


def export_bean(request: Request, bean: Bean, form: str) -> Response:
    """A Bean in the form that is asked for, cut by ``tree`` or ``depth``.

    Raises:
        NotFoundError: there is no such form.
        BadRequestError: a malformed depth, tree or xpath.
    """
    if form not in _FORMS:
        raise NotFoundError(f"No remote API as {form}")
    exchange = request.exchange
    depth, tree = exchange.parameter("depth", "0"), exchange.parameter("tree")
    levels = whole(depth.removeprefix("-"))
    if levels is None:
        raise BadRequestError(f"Not a depth: {depth[:40]}")
    # As in Jenkins a negative depth shows what is always visible, and that is the same for any.
    levels = -1 if depth.startswith("-") else min(levels, _DEEPEST)
    data = export.prune(bean, export.parse_tree(tree) if tree else None, levels)
    response = _FORMS[form](request, bean, data)
    response.headers["X-Frame-Options"] = "deny"
    return response


def _json(request: Request, _bean: Bean, data: dict[str, Any]) -> Response:
    if "jsonp" in request.exchange.parameters():
        raise ForbiddenError("jsonp forbidden; implement jenkins.security.SecureRequester")
    pretty = "pretty" in request.exchange.parameters()
    return Response(export.to_json(data, pretty), media_type="application/json;charset=utf-8")


def _python(_request: Request, _bean: Bean, data: dict[str, Any]) -> Response:
    return Response(export.to_python(data), media_type="text/x-python;charset=utf-8")


def export_target(request: Request, target: Target, form: str) -> Response:
    """An object's remote API; without a form, the page that tells which there are."""
    bean = bean_of(request, target)
    if form:
        return export_bean(request, bean, form)
    rows = [[f"api/{name}", words] for name, words in (("xml", "XML"), ("json", "JSON"), ("python", "Python"))]
    return templates.page(request, "facts.html", title="Remote API", heads=["Address", "Form"], rows=rows)


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
    PluginsTarget: lambda _, __: plugin_beans.plugins_bean(),
    PluginTarget: lambda _, t: plugin_beans.plugin_bean(t.name),
    UpdatesTarget: lambda _, t: plugin_beans.updates_bean(t.site),
    Fingerprint: lambda r, t: build_beans.fingerprint_bean(r.controller, t.md5),
    CrumbTarget: lambda r, _: other_beans.crumb_bean(r.controller, r.exchange),
    CredentialsTarget: lambda _, t: credential_beans.credentials_bean(t),
    StoreTarget: lambda _, t: credential_beans.store_bean(t),
    DomainTarget: lambda _, t: credential_beans.domain_bean(t),
    CredentialTarget: lambda _, t: credential_beans.credential_bean(t),
    User: lambda r, t: other_beans.user_bean(r.controller, t),
    RealmTarget: lambda r, _: other_beans.people_bean(r.controller),
    LockablesTarget: lambda r, _: lockable_beans.resources_bean(r.controller),
    WhoAmITarget: lambda r, _: other_beans.who_am_i_bean(r.exchange.user),
}


#: Of the crumb issuer alone Jenkins gives texts, to clients that ask for them so (CrumbIssuer.RestrictedApi).
_CRUMB_TEXTS = {
    "/*/crumbRequestField/text()",
    "/*/crumb/text()",
    'concat(//crumbRequestField,":",//crumb)',
    "concat(//crumbRequestField,'=',//crumb)",
}


def _xml(request: Request, bean: Bean, data: dict[str, Any]) -> Response:
    """The XML, or what ``xpath``, ``exclude`` and ``wrapper`` make of it."""
    exchange, text = request.exchange, ElementTree.tostring(export.to_xml(bean.xml_root, data))
    xpath, excluded = exchange.parameter("xpath"), exchange.parameters().get("exclude", [])
    if not xpath and not excluded:
        return xml_answer(text)
    try:
        kind, answer = xpaths.apply(text, xpath, excluded, exchange.parameter("wrapper"))
    except xpaths.NoSingleNodeError as error:
        return text_answer(str(error), error.status)
    if kind == xpaths.TEXT and not (bean.cls == other_beans.CRUMB_ISSUER and xpath in _CRUMB_TEXTS):
        raise ForbiddenError("primitive XPath result sets forbidden; implement jenkins.security.SecureRequester")
    return Response(answer, media_type=f"{kind};charset=utf-8")


_FORMS: dict[str, Callable[[Request, Bean, dict[str, Any]], Response]] = {"json": _json, "python": _python, "xml": _xml}
