"""Pulumi plugins in Python, served to the real engine over its own gRPC protocol.

kubernetes and docker stand in for the official plugins, for the few resource types in use, on machines that cannot
have those; kubestage is our own and holds KindCluster. The programs use the official SDKs in either case.
"""
