"""Nodes, labels and users as the remote API shows them."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from jenkins_light import xmltree
from jenkins_light.engine.controller import Controller
from jenkins_light.engine.executors import LABELS
from jenkins_light.model.builds import Build
from jenkins_light.model.numbers import whole
from jenkins_light.model.users import User
from jenkins_light.web.build_beans import build_bean
from jenkins_light.web.exchange import Exchange
from jenkins_light.web.export import ALWAYS, Bean, Inline, bean
from jenkins_light.web.monitors import monitors
from jenkins_light.web.security import CRUMB_FIELD

Getter = Callable[[], Any]
CRUMB_ISSUER = "hudson.security.csrf.DefaultCrumbIssuer"


def computers_bean(controller: Controller) -> Bean:
    """``/computer``."""
    busy = sum(slot is not None for slot in controller.executors.slots)
    values: dict[str, tuple[int, Getter]] = {
        "busyExecutors": (1, lambda: busy),
        "computer": (1, lambda: Inline(computer_bean(controller, name) for name in ["", *controller.nodes.names()])),
        "displayName": (1, lambda: "Nodes"),
        "totalExecutors": (1, lambda: len(controller.executors.slots)),
    }
    return Bean("hudson.model.ComputerSet", values)


def computer_bean(controller: Controller, name: str) -> Bean:
    """One node; an agent that was only declared is offline."""
    built_in = not name
    slots = controller.executors.slots if built_in else []
    why = controller.executors.offline if built_in else controller.nodes.offline(name)
    offline = not built_in or why is not None
    icon = "symbol-computer-offline" if offline else "symbol-computer"
    document = None if built_in else xmltree.parse(controller.nodes.config_xml(name))
    executors = len(slots) if built_in else whole(xmltree.text(document, "numExecutors", "1")) or 0

    def cause() -> Bean | None:
        if why is not None:
            return bean("hudson.slaves.OfflineCause$UserCause", description=why)
        return None if built_in else bean("hudson.slaves.OfflineCause$LaunchFailed")

    def one_off() -> list[Bean]:
        return [executor_bean(controller, -1, run.build) for run in controller.runs()] if built_in else []

    reason = "" if built_in else "The light Jenkins runs builds on its built-in node only"
    described = "the Jenkins controller's built-in node" if built_in else xmltree.text(document, "description")
    values: dict[str, tuple[int, Getter]] = {
        "actions": (1, list),
        "assignedLabels": (1, lambda: [bean("", name=label) for label in labels_of(controller, name)]),
        "description": (1, lambda: described),
        "displayName": (1, lambda: "Built-In Node" if built_in else name),
        "executors": (1, lambda: [executor_bean(controller, number, build) for number, build in enumerate(slots)]),
        "icon": (1, lambda: icon),
        "iconClassName": (1, lambda: icon),
        "idle": (1, lambda: not any(slots)),
        "jnlpAgent": (1, lambda: False),
        "launchSupported": (1, lambda: True),
        "loadStatistics": (1, lambda: bean("hudson.model.Label$1")),
        "manualLaunchAllowed": (1, lambda: True),
        "monitorData": (1, lambda: monitors(controller.settings.home) if built_in else {}),
        "numExecutors": (1, lambda: executors),
        "offline": (1, lambda: offline),
        "offlineCause": (1, cause),
        "offlineCauseReason": (1, lambda: reason if why is None else why),
        "oneOffExecutors": (1, one_off),
        "temporarilyOffline": (1, lambda: why is not None),
    }
    return Bean("hudson.model.Hudson$MasterComputer" if built_in else "hudson.slaves.SlaveComputer", values)


def executor_bean(controller: Controller, number: int, build: Build | None) -> Bean:
    """An executor and what it works on."""
    values: dict[str, tuple[int, Getter]] = {
        "currentExecutable": (1, lambda: build_bean(controller, build) if build else None),
        "idle": (1, lambda: build is None),
        "likelyStuck": (1, lambda: False),
        "number": (1, lambda: number),
        "progress": (1, lambda: -1),
    }
    return Bean("hudson.model.Executor" if number >= 0 else "hudson.model.OneOffExecutor", values)


def crumb_bean(controller: Controller, exchange: Exchange) -> Bean:
    """A crumb for this session; one is opened when there is none."""
    if not exchange.session:
        exchange.session = exchange.new_session = controller.sessions.open()
    crumb = controller.sessions.crumb(exchange.user, exchange.session)
    return bean(CRUMB_ISSUER, crumb=crumb, crumbRequestField=CRUMB_FIELD)


def user_bean(controller: Controller, user: User) -> Bean:
    """An account."""
    values: dict[str, tuple[int, Getter]] = {
        "absoluteUrl": (ALWAYS, lambda: f"{controller.settings.url}user/{quote(user.id)}"),
        "description": (1, lambda: user.description or None),
        "fullName": (ALWAYS, lambda: user.full_name),
        "id": (1, lambda: user.id),
        "property": (1, lambda: _user_properties(user)),
    }
    return Bean("hudson.model.User", values)


def _user_properties(user: User) -> list[Bean]:
    tokens = [bean("", name=token["name"], uuid=ident) for ident, token in user.tokens.items()]
    found = [bean("jenkins.security.ApiTokenProperty", tokenList=tokens)]
    return [*found, bean("hudson.tasks.Mailer$UserProperty", address=user.email)] if user.email else found


def people_bean(controller: Controller) -> Bean:
    """``/asynchPeople``."""

    def one(user: User) -> Bean:
        return bean("", lastChange=None, project=None, user=user_bean(controller, user))

    values = {"users": (1, lambda: Inline(one(user) for user in controller.users))}
    return Bean("hudson.model.View$AsynchPeople$People", values)


def who_am_i_bean(name: str) -> Bean:
    """``/whoAmI``."""
    who = name or "anonymous"
    return bean(
        "hudson.security.WhoAmI",
        anonymous=not name,
        # Spring's token of nobody counts as authenticated, too.
        authenticated=True,
        authorities=["authenticated" if name else "anonymous"],
        name=who,
    )


def label_bean(controller: Controller, name: str) -> Bean:
    """A label: the nodes that have it, and how busy they are."""
    nodes = ["", *controller.nodes.names()]
    having = [node for node in nodes if name in labels_of(controller, node)]
    slots = controller.executors.slots if "" in having else []
    busy = sum(slot is not None for slot in slots)
    values: dict[str, tuple[int, Getter]] = {
        "busyExecutors": (1, lambda: busy),
        "clouds": (1, list),
        "description": (1, lambda: None),
        "idleExecutors": (1, lambda: len(slots) - busy),
        "loadStatistics": (1, lambda: bean("hudson.model.Label$1")),
        "name": (2, lambda: name),
        "nodes": (
            1,
            lambda: [bean("hudson.model.Hudson" if not n else "hudson.slaves.DumbSlave", nodeName=n) for n in having],
        ),
        "offline": (1, lambda: "" not in having),
        "tiedJobs": (1, list),
        "totalExecutors": (1, lambda: len(slots)),
        "propertiesList": (1, list),
    }
    return Bean("hudson.model.labels.LabelAtom", values)


def labels_of(controller: Controller, node: str) -> list[str]:
    """A node's labels, its own name included."""
    if not node:
        return sorted(LABELS)
    return [node, *xmltree.text(xmltree.parse(controller.nodes.config_xml(node)), "label").split()]


def load_bean(controller: Controller) -> Bean:
    """``/overallLoad``: as it is now; there is no history, so each scale shows the present."""
    busy = sum(slot is not None for slot in controller.executors.slots)
    total = len(controller.executors.slots)

    waiting = len(controller.queue.items())
    found = {
        "availableExecutors": total - busy,
        "busyExecutors": busy,
        "connectingExecutors": 0,
        "definedExecutors": total,
        "idleExecutors": total - busy,
        "onlineExecutors": total,
        "queueLength": waiting,
        "totalExecutors": total,
        "totalQueueLength": waiting,
    }
    values = {name: (1, partial(_series, float(value))) for name, value in found.items()}
    return Bean("hudson.model.OverallLoadStatistics", values)


def _series(value: float) -> Bean:
    """A time series at Jenkins' three scales."""
    now = Bean("", {"history": (1, lambda: [value]), "latest": (1, lambda: value)})
    return Bean("", dict.fromkeys(("hour", "min", "sec10"), (1, lambda: now)))
