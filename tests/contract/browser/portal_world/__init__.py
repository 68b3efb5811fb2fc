"""Small GitLab, Jenkins, registry and cluster over HTTP: as much of their public APIs as the portal uses.

They stand in where a browser is to see a whole rollout within a second, and each part down in turn; that the portal
understands the real APIs is shown in servers/portal/tests and in e2e.
"""
