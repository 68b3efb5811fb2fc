"""The light Jenkins' addresses, read from its own table of actions."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.contract.fuzzing import Operation

_PACKAGE = Path(__file__).resolve().parents[3] / "servers" / "jenkins"
_WHERE = {
    "Folder": ("",), "Job": ("/job/:job", "/view/all/job/:job"), "Build": ("/job/:job/:build",),
    "View": ("/view/:view",),
    "QueueTarget": ("/queue",), "QueueItem": ("/queue/item/:item",), "ComputersTarget": ("/computer",),
    "ComputerTarget": ("/computer/:computer",), "PluginsTarget": ("/pluginManager",), "CrumbTarget": ("/crumbIssuer",),
    "DomainTarget": ("/credentials/store/system/domain/_",), "User": ("/user/:user",), "WhoAmITarget": ("/whoAmI",),
    "CredentialsTarget": ("/credentials",), "StoreTarget": ("/credentials/store/system",),
    "PluginTarget": ("/pluginManager/plugin/git",), "UpdatesTarget": ("/updateCenter",),
    "LockablesTarget": ("/lockable-resources",),
}  # fmt: skip
_KNOWN = {
    "job": ("fuzzed",), "build": ("1", "lastBuild"), "view": ("all",), "item": ("1",), "computer": ("(built-in)",),
    "user": ("admin",),
}  # fmt: skip
# What would end the hunt: the server itself, its accounts, and the job that it is about.
_SPARED = (
    "estart",
    "exit",
    "Exit",
    "quietDown",
    "Quiet",
    "doDelete",
    "evoke",
    "ename",
    "move",
    "reload",
    "configSubmit",
)
PARAMETERS = [
    "tree", "depth", "xpath", "wrapper", "exclude", "name", "mode", "from", "json", "delay", "token", "cause", "start",
    "value", "newName", "description", "mainScript", "jenkinsfile", "id", "number", "parameter", "Submit", "config",
]  # fmt: skip


def operations() -> list[Operation]:
    """Every action of every object, and the remote API of each."""
    sys.path.insert(0, str(_PACKAGE))
    from jenkins_light.web import handlers, routing

    handlers.load()
    found = []
    for kind, name, methods in routing.actions():
        for where in _WHERE.get(kind.__name__, ()):
            address = f"{where}/{name}" + (":rest" if name.endswith("/") else "")
            if not any(word in name for word in _SPARED):
                found += [Operation(method, address, _KNOWN) for method in methods if method not in ("HEAD", "DELETE")]
    apis = {where for wheres in _WHERE.values() for where in wheres}
    found += [Operation("GET", f"{where}/api/{kind}", _KNOWN) for where in sorted(apis) for kind in ("json", "xml")]
    return [*found, Operation("POST", "/generic-webhook-trigger/invoke", {}), Operation("GET", "/:rest/:rest", _KNOWN)]
