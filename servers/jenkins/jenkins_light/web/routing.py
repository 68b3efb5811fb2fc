"""From an address to an object and an action, segment by segment, as Jenkins' Stapler walks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from jenkins_light.engine.controller import Controller
from jenkins_light.engine.queue import QueueItem
from jenkins_light.errors import MethodNotAllowedError, NotFoundError
from jenkins_light.model.builds import Build
from jenkins_light.model.fingerprints import Fingerprint
from jenkins_light.model.history import PERMALINKS
from jenkins_light.model.items import Folder, Job
from jenkins_light.model.numbers import whole
from jenkins_light.model.users import User
from jenkins_light.model.views import View
from jenkins_light.web import credential_targets
from jenkins_light.web.credential_targets import CredentialsTarget, CredentialTarget, DomainTarget, StoreTarget
from jenkins_light.web.exchange import Exchange
from jenkins_light.web.plugins import PLUGINS


@dataclass(frozen=True)
class QueueTarget:
    """``/queue``."""


@dataclass(frozen=True)
class ComputersTarget:
    """``/computer``."""


@dataclass(frozen=True)
class ComputerTarget:
    """``/computer/<name>``; the built-in node's name is ""."""

    name: str


@dataclass(frozen=True)
class PluginsTarget:
    """``/pluginManager``."""


@dataclass(frozen=True)
class PluginTarget:
    """``/pluginManager/plugin/<name>``."""

    name: str


@dataclass(frozen=True)
class UpdatesTarget:
    """``/updateCenter``, or its one site."""

    site: bool = False


@dataclass(frozen=True)
class CrumbTarget:
    """``/crumbIssuer``."""


@dataclass(frozen=True)
class ExecutorTarget:
    """``/computer/<name>/executors/<n>``."""

    number: int


@dataclass(frozen=True)
class LabelTarget:
    """``/label/<name>``."""

    name: str


@dataclass(frozen=True)
class RealmTarget:
    """``/securityRealm``: the accounts."""


@dataclass(frozen=True)
class LockablesTarget:
    """``/lockable-resources``."""


@dataclass(frozen=True)
class WhoAmITarget:
    """``/whoAmI``."""


Target = (
    Folder | Job | Build | View | QueueTarget | QueueItem | ComputersTarget | ComputerTarget | PluginsTarget
    | PluginTarget | UpdatesTarget | Fingerprint | CrumbTarget | CredentialsTarget | StoreTarget | DomainTarget
    | CredentialTarget | User | WhoAmITarget | ExecutorTarget | LabelTarget | RealmTarget | LockablesTarget
)  # fmt: skip
BUILT_IN_NAMES = {"(master)", "(built-in)", "built-in", "master", "Built-In Node"}


@dataclass
class Request:
    """What a handler gets: the object, the request, and what of the path is left for it."""

    controller: Controller
    exchange: Exchange
    rest: str = ""


GET = ("GET", "HEAD")
POST = ("POST",)
BOTH = ("GET", "HEAD", "POST")

# The target's type is checked when a handler is looked up, which is why handlers may narrow it.
Handler = Callable[[Request, Any], Response]
_ACTIONS: dict[tuple[type, str], tuple[tuple[str, ...], Handler]] = {}


def action(kind: type, *names: str, methods: tuple[str, ...] = GET) -> Callable[[Handler], Handler]:
    """Register a handler for actions of a kind of object; a name that ends with ``/`` takes all that is below it."""

    def register(handler: Handler) -> Handler:
        for name in names:
            _ACTIONS[kind, name] = (methods, handler)
        return handler

    return register


def actions() -> list[tuple[type, str, tuple[str, ...]]]:
    """Every action there is: of which kind of object, its name, its methods."""
    return [(kind, name, methods) for (kind, name), (methods, _) in _ACTIONS.items()]


def find_action(target: Target, rest: list[str], method: str) -> tuple[Handler, str]:
    """The handler for what is left of a path, and the part below a ``name/`` action.

    Raises:
        NotFoundError: the object has no such action.
        MethodNotAllowedError: it has, but for another method.
    """
    kind = type(target)
    whole = "/".join(rest)
    found, below = _ACTIONS.get((kind, whole)), ""
    for length in range(len(rest), 0, -1):
        if found is None:
            found, below = _ACTIONS.get((kind, "/".join(rest[:length]) + "/")), "/".join(rest[length:])
    if found is None and rest[-2:-1] == ["api"]:
        # Stapler's methods take no notice of what follows them; gojenkins asks for "wfapi/runs/api/json".
        return find_action(target, rest[:-2], method)
    if found is None:
        raise NotFoundError(f"Nothing is at {whole}")
    methods, handler = found
    # Pages and what only tells answer to any method: clients such as jclouds' post again where a redirect leads.
    only_tells = "GET" in methods and "POST" not in methods
    if method not in methods and not only_tells:
        raise MethodNotAllowedError(f"{whole} needs {' or '.join(methods)}", methods)
    return handler, below


def resolve(controller: Controller, path: list[str], user: str) -> tuple[Target, list[str]]:
    """Walk from Jenkins as far as there are objects; the rest names an action. ``me`` is the ``user`` who asks.

    Raises:
        NotFoundError: a job, view, build, … that the path names does not exist.
    """
    target: Target = controller.root
    if path[:1] == ["manage"] and len(path) > 1:
        # Since 2.4xx every page of "Manage Jenkins" has an address below it too.
        path = path[1:]
    while path:
        step = _step(controller, target, path, user)
        if step is None:
            break
        target, used = step
        path = path[used:]
    return target, path


def _step(controller: Controller, target: Target, path: list[str], user: str) -> tuple[Target, int] | None:
    head, second = path[0], path[1] if len(path) > 1 else ""
    if isinstance(target, (Folder, View)) and head == "job" and second:
        item = (target.owner if isinstance(target, View) else target).get(second)
        return (item, 2) if isinstance(item, (Folder, Job)) else None
    if isinstance(target, Folder) and head == "view" and second:
        return target.views.get(second), 2
    if isinstance(target, Job) and (whole(head) is not None or head in PERMALINKS):
        return target.builds.get(head), 1
    if isinstance(target, QueueTarget) and head == "item" and (number := whole(second)) is not None:
        item_found = controller.queue.find(number)
        if item_found is None:
            raise NotFoundError(f"No queue item {second}")
        return item_found, 2
    if isinstance(target, ComputersTarget) and (head in BUILT_IN_NAMES or head in controller.nodes.names()):
        return ComputerTarget("" if head in BUILT_IN_NAMES else head), 1
    if isinstance(target, DomainTarget) and head == "credential" and second:
        return CredentialTarget(target, target.domain.get(second)), 2
    if isinstance(target, ComputerTarget) and not target.name and head == "executors":
        return ExecutorTarget(_executor(controller, whole(second))), 2
    if isinstance(target, PluginsTarget) and head == "plugin" and second:
        return _plugin(second), 2
    if isinstance(target, UpdatesTarget) and head == "site" and second == "default":
        return UpdatesTarget(site=True), 2
    if isinstance(target, RealmTarget) and head == "user" and second:
        return controller.users.get(second), 2
    if isinstance(target, Folder) and (found := credential_targets.find(controller, target, path)) is not None:
        return found
    return _below_root(controller, path, user) if target is controller.root else None


def _plugin(name: str) -> PluginTarget:
    if name not in PLUGINS:
        raise NotFoundError(f"No plugin {name}")
    return PluginTarget(name)


def _executor(controller: Controller, number: int | None) -> int:
    if number is None or number >= len(controller.executors.slots):
        raise NotFoundError(f"No executor {number}")
    return number


def _below_root(controller: Controller, path: list[str], user: str) -> tuple[Target, int] | None:
    single: dict[str, Target] = {
        "queue": QueueTarget(),
        "computer": ComputersTarget(),
        "pluginManager": PluginsTarget(),
        "updateCenter": UpdatesTarget(),
        "crumbIssuer": CrumbTarget(),
        "whoAmI": WhoAmITarget(),
        "securityRealm": RealmTarget(),
        "lockable-resources": LockablesTarget(),
    }
    if path[0] in single:
        return single[path[0]], 1
    if path[:2] == ["plugin", "lockable-resources"]:
        return LockablesTarget(), 2
    if path[0] == "me":
        return controller.users.get(user), 1
    if path[0] == "user" and len(path) > 1:
        return controller.users.get(path[1]), 2
    if path[0] == "fingerprint" and len(path) > 1:
        return controller.fingerprints.get(path[1]), 2
    if path[0] == "label" and len(path) > 1:
        return LabelTarget(path[1]), 2
    return None
