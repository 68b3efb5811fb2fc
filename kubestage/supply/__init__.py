"""Tools and images: pinned, pulled from their publishers or built from package registries, cached by recipe."""

from kubestage.supply.host import HostPackage, host_packages
from kubestage.supply.supply import Made, Supply

__all__ = ["HostPackage", "Made", "Supply", "host_packages"]
