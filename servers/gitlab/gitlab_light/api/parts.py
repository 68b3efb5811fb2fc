"""All parts of the API."""

from __future__ import annotations

from gitlab_light.api import (
    access_tokens,
    archives,
    blame,
    branches,
    commit_notes,
    commit_picks,
    commits,
    contributors,
    deploy_keys,
    events,
    files,
    groups,
    hooks,
    keys,
    members,
    merge_request_actions,
    merge_request_contents,
    merge_request_lists,
    merge_requests,
    notes,
    project_lists,
    projects,
    protected,
    search,
    server,
    users,
)

ALL = (
    users.routes, access_tokens.routes, groups.routes, projects.routes, project_lists.routes, members.routes,
    branches.routes, commits.routes, commit_picks.routes, commit_notes.routes, files.routes, archives.routes,
    hooks.routes, protected.routes,
    keys.routes, deploy_keys.routes, merge_requests.routes, merge_request_lists.routes,
    merge_request_actions.routes, merge_request_contents.routes,
    notes.routes, search.routes, events.routes, blame.routes, contributors.routes, server.routes,
)  # fmt: skip
