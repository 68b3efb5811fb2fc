"""What Jenkins and folders do: make, copy and find items; views; shutting down."""

from starlette.responses import Response

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.model import jobconfig
from jenkins_light.model.items import Folder, Item
from jenkins_light.model.names import check_name
from jenkins_light.model.views import LIST_VIEW, View
from jenkins_light.web.exchange import done, json_answer, redirect, text_answer
from jenkins_light.web.routing import BOTH, POST, Request, action

_MODES = {
    "org.jenkinsci.plugins.workflow.job.WorkflowJob": jobconfig.PIPELINE,
    "hudson.model.FreeStyleProject": jobconfig.FREESTYLE,
    jobconfig.FOLDER: jobconfig.FOLDER,
}


@action(Folder, "createItem", methods=POST)
def create_item(request: Request, folder: Folder) -> Response:
    """Make an item: from the posted config.xml, as a copy (``mode=copy&from=…``), or an empty one of a mode."""
    exchange = request.exchange
    name = check_name(exchange.parameter("name").strip())
    folder.check_free(name)
    mode = exchange.parameter("mode")
    if mode == "copy":
        item = folder.copy(source(folder, exchange.parameter("from")), name)
    elif mode:
        if mode not in _MODES:
            raise BadRequestError(f"No such item type: {mode}")
        item = folder.create(name, xmltree.Element(_MODES[mode]))
    else:
        item = folder.create(name, xmltree.parse(exchange.body))
    return redirect("/" + item.url_path) if mode else done()


def source(folder: Folder, name: str) -> Item:
    """The item of a name: relative to a folder, or from Jenkins' root with a leading slash.

    Raises:
        BadRequestError: there is none.
    """
    start = folder
    while name.startswith("/") and start.parent is not None:
        start = start.parent
    item: Item | None = start
    for part in name.strip("/").split("/"):
        item = item.find(part) if isinstance(item, Folder) else None
    if item is None or item is start:
        raise BadRequestError(f"No such item: {name}")
    return item


@action(Folder, "itemCategories")
@action(View, "itemCategories")
def item_categories(_request: Request, _place: Folder | View) -> Response:
    """Which kinds of items can be made, as the page for a new one asks."""
    kinds = zip(_MODES, ("Pipeline", "Freestyle project", "Folder"), strict=True)
    items = [
        {"class": mode, "description": "", "displayName": words, "iconClassName": "", "order": 1}
        for mode, words in kinds
    ]
    category = {"description": "", "id": "standalone-projects", "items": items, "minToShow": 1, "name": "", "order": 1}
    return json_answer({"categories": [category]})


@action(Folder, "checkJobName", methods=BOTH)
def check_job_name(request: Request, folder: Folder) -> Response:
    """Whether a name may be used; the text is for the form."""
    name = request.exchange.parameter("value")
    try:
        check_name(name)
    except BadRequestError as error:
        return text_answer(f"<div class=error>{error}</div>")
    taken = folder.find(name) is not None
    return text_answer("<div class=error>A job already exists with this name</div>" if taken else "<div/>")


@action(Folder, "createView", methods=POST)
def create_view(request: Request, folder: Folder) -> Response:
    """Make a view: from the posted XML, or an empty list view from the form (jenkinsapi posts ``json``)."""
    exchange = request.exchange
    name = exchange.parameter("name")
    if exchange.content_type.startswith(("application/xml", "text/xml")):
        folder.views.create(name, xmltree.parse(exchange.body))
        return done()
    mode = exchange.parameter("mode", LIST_VIEW)
    view = folder.views.create(name, xmltree.Element(mode))
    return redirect("/" + view.url_path)


@action(View, "createItem", methods=POST)
def create_item_in_view(request: Request, view: View) -> Response:
    """Make an item and show it in this view."""
    response = create_item(request, view.owner)
    view.add_job(request.exchange.parameter("name"))
    return response


def only_root(folder: Folder) -> None:
    """Refuse what folders don't do.

    Raises:
        NotFoundError: it is one.
    """
    if folder.parent is not None:
        raise NotFoundError("Only Jenkins itself does this")
