"""Nodes, plugins, credentials and users as the remote API shows them."""

from collections.abc import Callable
from typing import Any

from jenkins_light.engine.controller import Controller
from jenkins_light.engine.executors import NODE_NAME
from jenkins_light.model.builds import Build
from jenkins_light.model.credentials import Credential
from jenkins_light.model.users import User
from jenkins_light.web.build_beans import build_bean
from jenkins_light.web.exchange import Exchange
from jenkins_light.web.export import Bean, Inline, bean
from jenkins_light.web.plugins import PLUGINS
from jenkins_light.web.security import CRUMB_FIELD

Getter = Callable[[], Any]


def computers_bean(controller: Controller) -> Bean:
    """``/computer``."""
    busy = sum(slot is not None for slot in controller.executors.slots)
    values: dict[str, tuple[int, Getter]] = {
        "busyExecutors": (1, lambda: busy),
        "computer": (1, lambda: Inline(computer_bean(controller, name) for name in ["", *controller.nodes.names()])),
        "displayName": (1, lambda: "Nodes"),
        "totalExecutors": (1, lambda: controller.settings.executors),
    }
    return Bean("hudson.model.ComputerSet", values)


def computer_bean(controller: Controller, name: str) -> Bean:
    """One node; an agent that was only declared is offline."""
    built_in = not name
    slots = controller.executors.slots if built_in else []
    cause = None if built_in else bean("hudson.slaves.OfflineCause$LaunchFailed")
    values: dict[str, tuple[int, Getter]] = {
        "actions": (1, list),
        "assignedLabels": (1, lambda: [bean("", name=NODE_NAME if built_in else name)]),
        "description": (1, lambda: "the Jenkins controller's built-in node" if built_in else ""),
        "displayName": (1, lambda: "Built-In Node" if built_in else name),
        "executors": (1, lambda: [_executor(controller, number, build) for number, build in enumerate(slots)]),
        "icon": (1, lambda: "symbol-computer" if built_in else "symbol-computer-offline"),
        "iconClassName": (1, lambda: "symbol-computer" if built_in else "symbol-computer-offline"),
        "idle": (1, lambda: not any(slots)),
        "jnlpAgent": (1, lambda: False),
        "launchSupported": (1, lambda: True),
        "loadStatistics": (1, lambda: bean("hudson.model.Label$1")),
        "manualLaunchAllowed": (1, lambda: True),
        "monitorData": (1, lambda: bean("")),
        "numExecutors": (1, lambda: len(slots)),
        "offline": (1, lambda: not built_in),
        "offlineCause": (1, lambda: cause),
        "offlineCauseReason": (
            1,
            lambda: "" if built_in else "The light Jenkins runs builds on its built-in node only",
        ),
        "oneOffExecutors": (
            1,
            lambda: [_executor(controller, -1, run.build) for run in controller.runs()] if built_in else [],
        ),
        "temporarilyOffline": (1, lambda: False),
    }
    return Bean("hudson.model.Hudson$MasterComputer" if built_in else "hudson.slaves.SlaveComputer", values)


def _executor(controller: Controller, number: int, build: Build | None) -> Bean:
    values: dict[str, tuple[int, Getter]] = {
        "currentExecutable": (1, lambda: build_bean(controller, build) if build else None),
        "idle": (1, lambda: build is None),
        "likelyStuck": (1, lambda: False),
        "number": (1, lambda: number),
        "progress": (1, lambda: -1),
    }
    return Bean("hudson.model.Executor" if number >= 0 else "hudson.model.OneOffExecutor", values)


def plugins_bean() -> Bean:
    """The plugins whose work this server does."""
    shown = [
        bean(
            "",
            active=True,
            backupVersion=None,
            bundled=False,
            deleted=False,
            dependencies=[],
            detached=False,
            downgradable=False,
            enabled=True,
            hasUpdate=False,
            longName=long_name,
            pinned=False,
            requiredCoreVersion="2.500",
            shortName=name,
            supportsDynamicLoad="MAYBE",
            url=f"https://plugins.jenkins.io/{name}",
            version=version,
        )
        for name, (version, long_name) in PLUGINS.items()
    ]
    return Bean("hudson.LocalPluginManager", {"plugins": (1, lambda: shown)}, "localPluginManager")


def crumb_bean(controller: Controller, exchange: Exchange) -> Bean:
    """A crumb for this session; one is opened when there is none."""
    if not exchange.session:
        exchange.session = exchange.new_session = controller.sessions.open()
    crumb = controller.sessions.crumb(exchange.user, exchange.session)
    return bean("hudson.security.csrf.DefaultCrumbIssuer", crumb=crumb, crumbRequestField=CRUMB_FIELD)


def domain_bean(controller: Controller) -> Bean:
    """The global domain of the system store."""
    values: dict[str, tuple[int, Getter]] = {
        "credentials": (1, lambda: [credential_bean(credential) for credential in controller.credentials]),
        "description": (1, lambda: "Credentials that should be available irrespective of domain specification"),
        "displayName": (1, lambda: "Global credentials (unrestricted)"),
        "fullDisplayName": (1, lambda: "System » Global credentials (unrestricted)"),
        "fullName": (1, lambda: "system/_"),
        "global": (1, lambda: True),
        "urlName": (1, lambda: "_"),
    }
    return Bean("com.cloudbees.plugins.credentials.CredentialsStoreAction$DomainWrapper", values)


def credential_bean(credential: Credential) -> Bean:
    """A credential without its secret."""
    values: dict[str, tuple[int, Getter]] = {
        "description": (1, lambda: credential.description),
        "displayName": (1, lambda: credential.display_name),
        "fingerprint": (1, lambda: None),
        "fullName": (1, lambda: f"system/_/{credential.id}"),
        "id": (2, lambda: credential.id),
        "typeName": (1, lambda: credential.type_name),
    }
    return Bean("com.cloudbees.plugins.credentials.CredentialsStoreAction$CredentialsWrapper", values)


def user_bean(controller: Controller, user: User) -> Bean:
    """An account."""
    return bean(
        "hudson.model.User",
        absoluteUrl=f"{controller.settings.url}user/{user.id}",
        description=None,
        fullName=user.full_name,
        id=user.id,
        property=[bean("jenkins.security.ApiTokenProperty")],
    )


def who_am_i_bean(name: str) -> Bean:
    """``/whoAmI``."""
    return bean(
        "hudson.security.WhoAmI", anonymous=not name, authenticated=bool(name), authorities=["authenticated"], name=name
    )
