"""Tools and images: pinned, pulled from their publishers or built from package registries, cached by recipe."""

from kubestage.supply.host import HostPackage, host_packages
from kubestage.supply.maker import Made
from kubestage.supply.profile import NodeProfile
from kubestage.supply.supply import Supply

__all__ = ["HostPackage", "Made", "NodeProfile", "Supply", "host_packages"]
