"""The resources that ``lock`` knows, as the plugin's remote API shows them."""

from jenkins_light.engine.controller import Controller
from jenkins_light.model.lockables import PACKAGE, Resource
from jenkins_light.web.export import Bean, Inline, bean


def resources_bean(controller: Controller) -> Bean:
    """All resources (LockableResourcesRootAction and LockableResource with what they export)."""
    shown = Inline(_bean(controller, resource, ephemeral) for resource, ephemeral in known(controller))
    return bean(f"{PACKAGE}.actions.LockableResourcesRootAction", resources=shown)


def known(controller: Controller) -> list[tuple[Resource, bool]]:
    """The resources that are declared, then the ephemeral ones, which builds made and hold."""
    declared = controller.locks.declared.all()
    names = {resource.name for resource in declared}
    ephemeral = sorted(name for name in list(controller.locks.holders) if name not in names)
    return [*((resource, False) for resource in declared), *((Resource(name), True) for name in ephemeral)]


def _bean(controller: Controller, resource: Resource, ephemeral: bool) -> Bean:
    locks = controller.locks
    holder = locks.holders.get(resource.name)
    since = locks.since.get(resource.name) if holder else resource.reserved_at and resource.reserved_at.timestamp()
    return bean(
        "",
        buildName=holder,
        description=resource.description,
        ephemeral=ephemeral,
        labels=" ".join(resource.labels),
        labelsAsList=list(resource.labels),
        locked=holder is not None,
        name=resource.name,
        note=resource.note,
        properties=[],
        reserved=bool(resource.reserved_by),
        reservedBy=resource.reserved_by or None,
        reservedByEmail=None,
        reservedTimestamp=int(since * 1000) if since else None,
        stolen=False,
    )
