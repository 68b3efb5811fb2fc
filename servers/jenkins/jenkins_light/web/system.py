"""Jenkins as a whole: restarting, the script console that is switched off, load, labels' and executors' pages."""

from starlette.responses import Response

from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.model.items import Folder, Item, Job
from jenkins_light.web import api, other_beans, templates
from jenkins_light.web.exchange import redirect, text_answer
from jenkins_light.web.root_actions import only_root, source
from jenkins_light.web.routing import BOTH, GET, POST, Request, action

_SCRIPTS = "Script security is switched off here: every pipeline runs as it stands, and there is nothing to approve."


@action(Folder, "scriptText", "script", "computer/(built-in)/scriptText", "computer/(master)/scriptText", methods=BOTH)
def script_text(_request: Request, _folder: Folder) -> Response:
    """Jenkins' Groovy console reaches into Jenkins' own Java objects, which are not here: it is switched off."""
    raise NotFoundError("The script console is switched off: the light Jenkins has no Java objects to offer")


@action(Folder, "scriptApproval")
def script_approval(request: Request, folder: Folder) -> Response:
    """What waits for an approval: never anything."""
    only_root(folder)
    return templates.page(request, "facts.html", title="In-process Script Approval", heads=["State"], rows=[[_SCRIPTS]])


@action(Folder, *(f"overallLoad/api/{form}" for form in ("json", "xml", "python")), methods=GET)
def overall_load(request: Request, folder: Folder) -> Response:
    """How busy the executors are."""
    only_root(folder)
    return api.export_bean(request, other_beans.load_bean(request.controller), request.exchange.path[-1])


@action(Folder, "quietDown", methods=POST)
def quiet_down(request: Request, folder: Folder) -> Response:
    """Start no further builds."""
    only_root(folder)
    request.controller.quiet_down(True, request.exchange.parameter("reason"))
    return redirect("/")


@action(Folder, "cancelQuietDown", methods=POST)
def cancel_quiet_down(request: Request, folder: Folder) -> Response:
    """Start builds again."""
    only_root(folder)
    request.controller.quiet_down(False)
    return redirect("/")


@action(Folder, "restart", "safeRestart", "reload", "exit", "safeExit", methods=POST)
def restart(request: Request, folder: Folder) -> Response:
    """End the server, or start it anew; the ``safe`` ones let running builds end first.

    ``reload`` starts anew too, which reads everything from disk.
    """
    only_root(folder)
    verb = request.exchange.path[-1]
    request.controller.end(again=verb not in {"exit", "safeExit"}, patient=verb.startswith("safe"))
    return text_answer("Shutdown") if verb in {"exit", "safeExit"} else redirect("/")


@action(Job, "move/move", methods=POST)
@action(Folder, "move/move", methods=POST)
def move(request: Request, item: Item) -> Response:
    """Put a job or folder into another folder (cloudbees-folder): ``destination=/team``, ``/`` for Jenkins itself."""
    if item.parent is None:
        raise BadRequestError("Jenkins itself can't be moved")
    wanted = request.exchange.parameter("destination")
    target = request.controller.root if wanted.strip("/") == "" else source(request.controller.root, wanted)
    if not isinstance(target, Folder):
        raise BadRequestError(f"{wanted} is no folder")
    item.parent.move(item, target)
    return redirect("/" + item.url_path)


@action(Folder, "checkDisplayName", "checkViewName", "checkNumExecutors", methods=BOTH)
def no_complaint(_request: Request, _folder: Folder) -> Response:
    """Checks of forms that have nothing to say."""
    return Response("<div/>", media_type="text/html;charset=utf-8")
