"""Users and their API tokens, plugins, who am I: the small administrative addresses."""

from starlette.responses import Response

from jenkins_light.errors import NotFoundError
from jenkins_light.model.items import Folder
from jenkins_light.model.users import User
from jenkins_light.web import templates
from jenkins_light.web.exchange import text_answer
from jenkins_light.web.plugins import PLUGINS
from jenkins_light.web.routing import POST, PluginsTarget, Request, action

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


@action(Folder, "credentials", "manage/credentials")
def credentials_page(request: Request, folder: Folder) -> Response:
    """Which credentials there are; never what they hold."""
    if folder.parent is not None:
        raise NotFoundError("Credentials belong to Jenkins itself")
    known = request.controller.credentials.system
    rows = [[one.id, one.display_name, one.type_name] for one in known]
    return templates.page(request, "facts.html", title="Credentials", heads=["ID", "Name", "Kind"], rows=rows)


@action(PluginsTarget, "")
def plugins_page(request: Request, _target: PluginsTarget) -> Response:
    """What this server does of which plugin."""
    rows = [[long_name, name, version] for name, (version, long_name) in PLUGINS.items()]
    return templates.page(request, "facts.html", title="Plugins", heads=["Plugin", "Name", "Modelled on"], rows=rows)


@action(PluginsTarget, "checkUpdatesServer", methods=POST)
def check_updates(_request: Request, _target: PluginsTarget) -> Response:
    """There are never updates."""
    return text_answer("")


@action(PluginsTarget, "installNecessaryPlugins", "prevalidateConfig", "install", methods=POST)
def install(_request: Request, _target: PluginsTarget) -> Response:
    """Plugins can't be installed: the light Jenkins does what it lists."""
    raise NotFoundError("The light Jenkins takes no plugins; what it does is in its documentation")
