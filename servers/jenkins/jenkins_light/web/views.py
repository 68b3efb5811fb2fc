"""What views do."""

from starlette.responses import Response

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError
from jenkins_light.model.views import View
from jenkins_light.web.exchange import done, redirect, xml_answer
from jenkins_light.web.routing import BOTH, GET, POST, Request, action


@action(View, "config.xml", methods=BOTH)
def config_xml(request: Request, view: View) -> Response:
    """Read or replace the configuration."""
    if request.exchange.method in GET:
        return xml_answer(xmltree.serialise(view.document))
    view.configure(xmltree.parse(request.exchange.body))
    return done()


@action(View, "doDelete", methods=POST)
def delete(_request: Request, view: View) -> Response:
    """Delete a view; ``all`` stays."""
    if view is view.owner.views.primary:
        raise BadRequestError("The primary view can't be deleted")
    view.owner.views.delete(view)
    return redirect("/" + view.owner.url_path)


@action(View, "submitDescription", methods=POST)
def submit_description(request: Request, view: View) -> Response:
    """Set the description."""
    document = xmltree.parse(xmltree.serialise(view.document))
    node = document.find("description")
    if node is None:
        node = xmltree.add(document, "description")
    node.text = request.exchange.parameter("description")
    view.configure(document)
    return redirect("/" + view.url_path)


@action(View, "addJobToView", methods=POST)
def add_job(request: Request, view: View) -> Response:
    """Show a job in the view."""
    view.add_job(_known(request, view, "item"))
    return done()


@action(View, "removeJobFromView", methods=POST)
def remove_job(request: Request, view: View) -> Response:
    """Show it no longer."""
    view.remove_job(_known(request, view, "and readable item"))
    return done()


def _known(request: Request, view: View, expected: str) -> str:
    """The name of an item that is there (ListView.doAddJobToView, doRemoveJobFromView).

    Raises:
        BadRequestError: none is given, or there is no such item.
    """
    name = request.exchange.parameter("name")
    if not name:
        raise BadRequestError("Query parameter 'name' is required")
    if view.owner.find(name) is None and view.owner.find_job(name) is None:
        raise BadRequestError(f"Query parameter 'name' does not correspond to a known {expected}")
    return name
