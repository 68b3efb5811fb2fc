"""The light GitLab: real git over HTTP, GitLab's API v4 and its webhooks, for one machine."""

# The GitLab release whose API and payloads are followed; clients read it from /api/v4/version.
GITLAB_VERSION = "17.11.0"
