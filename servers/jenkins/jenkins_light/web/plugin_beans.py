"""Plugins and updates as the remote API shows them: those whose work this server does, and never an update."""

from jenkins_light.web.export import Bean, bean
from jenkins_light.web.plugins import PLUGINS


def plugins_bean() -> Bean:
    """``/pluginManager``."""
    return Bean(
        "hudson.LocalPluginManager",
        {"plugins": (1, lambda: [plugin_bean(name) for name in PLUGINS])},
        "localPluginManager",
    )


def plugin_bean(name: str) -> Bean:
    """One plugin."""
    version, long_name = PLUGINS[name]
    return bean(
        "hudson.PluginWrapper",
        "pluginWrapper",
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


def updates_bean(site: bool) -> Bean:
    """``/updateCenter`` or its site: nothing can be had, and nothing waits for a restart."""
    if site:
        return bean(
            "hudson.model.UpdateSite",
            availables=[],
            connectionCheckUrl=None,
            dataTimestamp=0,
            hasUpdates=False,
            id="default",
            updates=[],
            url=None,
        )
    return bean(
        "hudson.model.UpdateCenter",
        availables=[],
        jobs=[],
        restartRequiredForCompletion=False,
        sites=[updates_bean(True)],
    )
