"""Serves the plugin `kubestage` to an official Pulumi CLI."""

from kubestage.providers.kind.plugin import KubestagePlugin
from kubestage.providers.serve import main

main(KubestagePlugin)
