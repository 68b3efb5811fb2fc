"""Accounts' pages, plugins, updates, fingerprints: the small administrative addresses."""

from starlette.responses import Response

from jenkins_light import xmltree
from jenkins_light.errors import NotFoundError
from jenkins_light.model.fingerprints import Fingerprint
from jenkins_light.model.items import Folder
from jenkins_light.model.users import User
from jenkins_light.web import templates
from jenkins_light.web.exchange import done, json_answer, redirect, text_answer
from jenkins_light.web.plugins import PLUGINS
from jenkins_light.web.routing import POST, PluginsTarget, PluginTarget, Request, UpdatesTarget, action

_PLACES = (
    ("Nodes", "/computer/", "the built-in node, and agents that are declared"),
    ("Plugins", "/pluginManager/", "which plugins' work this server does"),
    ("Credentials", "/credentials/", "what pipelines may ask for by its id"),
    ("REST API", "/api/json", "everything here as JSON, XML or Python"),
)


@action(User, "")
def user_page(request: Request, user: User) -> Response:
    """An account."""
    return templates.page(request, "user.html", who=user)


@action(Folder, "manage")
def manage_page(request: Request, folder: Folder) -> Response:
    """The way to the administrative pages."""
    if folder.parent is not None:
        raise NotFoundError("Only Jenkins itself is managed")
    return templates.page(request, "manage.html", places=_PLACES)


@action(PluginsTarget, "", "installed", "updates", "available", "advanced")
def plugins_page(request: Request, _target: PluginsTarget) -> Response:
    """What this server does of which plugin."""
    rows = [[long_name, name, version] for name, (version, long_name) in PLUGINS.items()]
    return templates.page(request, "facts.html", title="Plugins", heads=["Plugin", "Name", "Modelled on"], rows=rows)


@action(PluginsTarget, "checkUpdatesServer", methods=POST)
def check_updates(_request: Request, _target: PluginsTarget) -> Response:
    """There are never updates."""
    return text_answer("")


@action(PluginsTarget, "installNecessaryPlugins", methods=POST)
def install_necessary(request: Request, _target: PluginsTarget) -> Response:
    """``<jenkins><install plugin="git@latest"/></jenkins>``: plugins whose work is done here are there already.

    Raises:
        NotFoundError: for any other.
    """
    wanted = [str(node.get("plugin") or "").partition("@")[0] for node in xmltree.parse(request.exchange.body)]
    _only_known(wanted)
    return redirect("/pluginManager/updates/")


@action(PluginsTarget, "install", methods=POST)
def install(request: Request, _target: PluginsTarget) -> Response:
    """The same by a form's ``plugin.git.default=on``."""
    names = [name.removeprefix("plugin.") for name in request.exchange.parameters() if name.startswith("plugin.")]
    _only_known([name.rpartition(".")[0] if "." in name else name for name in names])
    return redirect("/pluginManager/updates/")


def _only_known(names: list[str]) -> None:
    unknown = [name for name in names if name not in PLUGINS]
    if unknown or not names:
        shown = ", ".join(unknown) or "nothing"
        raise NotFoundError(f"The light Jenkins takes no plugins, and does not know {shown}")


@action(PluginsTarget, "prevalidateConfig", methods=POST)
def prevalidate(_request: Request, _target: PluginsTarget) -> Response:
    """What is missing for a configuration: there is no saying here, so nothing."""
    return json_answer([])


@action(PluginsTarget, "plugins")
def available(_request: Request, _target: PluginsTarget) -> Response:
    """What could be installed: nothing."""
    return json_answer({"status": "ok", "data": []})


@action(UpdatesTarget, "")
@action(PluginTarget, "")
def to_plugins(_request: Request, _target: PluginTarget | UpdatesTarget) -> Response:
    """One page tells of all of them."""
    return redirect("/pluginManager/")


@action(PluginTarget, "makeEnabled", "pin", "unpin", methods=POST)
def keep(_request: Request, _target: PluginTarget) -> Response:
    """All are enabled, and pinning has meant nothing to Jenkins since 2.0, which still answers it."""
    return done()


@action(UpdatesTarget, "installStatus")
def install_status(_request: Request, _target: UpdatesTarget) -> Response:
    """How installations go: there are none."""
    return json_answer({"status": "ok", "data": {"jobs": []}})


@action(Fingerprint, "")
def fingerprint_page(request: Request, found: Fingerprint) -> Response:
    """Where a file came from and which builds used it."""
    made = "from outside" if found.original is None else f"{found.original[0]} #{found.original[1]}"
    rows = [["made", made]]
    rows += [["used", f"{job} #{start} to #{end - 1}"] for job in found.usages for start, end in found.ranges(job)]
    return templates.page(request, "facts.html", title=found.file_name, heads=["", "Build"], rows=rows)
