"""The database's tables, as the steps that lead there; a step that was released is never changed."""

from __future__ import annotations

from gitlab_light.model.schema_later import LATER

MIGRATIONS = (
    """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT NOT NULL,
    admin INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'active',
    bot INTEGER NOT NULL DEFAULT 0,
    external INTEGER NOT NULL DEFAULT 0,
    can_create_group INTEGER NOT NULL DEFAULT 1,
    projects_limit INTEGER NOT NULL DEFAULT 100000,
    profile TEXT NOT NULL DEFAULT '{}',
    last_activity_on TEXT,
    created_at TEXT NOT NULL
);

CREATE TABLE namespaces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    full_path TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    parent_id INTEGER REFERENCES namespaces (id),
    owner_id INTEGER REFERENCES users (id),
    description TEXT NOT NULL DEFAULT '',
    visibility TEXT NOT NULL DEFAULT 'private',
    created_at TEXT NOT NULL
);

CREATE TABLE projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace_id INTEGER NOT NULL REFERENCES namespaces (id),
    path TEXT NOT NULL,
    full_path TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    description TEXT,
    visibility TEXT NOT NULL,
    default_branch TEXT NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0,
    topics TEXT NOT NULL DEFAULT '[]',
    features TEXT NOT NULL DEFAULT '{}',
    creator_id INTEGER,
    forked_from_id INTEGER REFERENCES projects (id) ON DELETE SET NULL,
    created_at TEXT NOT NULL,
    last_activity_at TEXT NOT NULL
);
CREATE INDEX projects_by_namespace ON projects (namespace_id);

CREATE TABLE members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    access_level INTEGER NOT NULL,
    expires_at TEXT,
    created_by_id INTEGER,
    created_at TEXT NOT NULL,
    UNIQUE (source, source_id, user_id)
);
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source TEXT NOT NULL DEFAULT 'user',
    source_id INTEGER,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0,
    expires_at TEXT,
    last_used_at TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX tokens_by_user ON tokens (user_id);

CREATE TABLE protected_refs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    push_level INTEGER NOT NULL,
    merge_level INTEGER NOT NULL,
    allow_force_push INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project_id, kind, name)
);

CREATE TABLE hooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    url TEXT NOT NULL,
    name TEXT,
    description TEXT,
    token TEXT,
    events TEXT NOT NULL,
    push_events_branch_filter TEXT NOT NULL DEFAULT '',
    branch_filter_strategy TEXT NOT NULL DEFAULT 'wildcard',
    enable_ssl_verification INTEGER NOT NULL DEFAULT 1,
    custom_headers TEXT NOT NULL DEFAULT '{}',
    recent_failures INTEGER NOT NULL DEFAULT 0,
    disabled_until TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX hooks_by_source ON hooks (source, source_id);

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hook_id INTEGER NOT NULL REFERENCES hooks (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    event_uuid TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX deliveries_by_due ON deliveries (due);

CREATE TABLE hook_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hook_id INTEGER NOT NULL REFERENCES hooks (id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    event_uuid TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    url TEXT NOT NULL,
    request_headers TEXT NOT NULL,
    request_data TEXT NOT NULL,
    response_headers TEXT NOT NULL,
    response_body TEXT NOT NULL,
    response_status TEXT NOT NULL,
    execution_duration REAL NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX hook_events_by_hook ON hook_events (hook_id, id);

CREATE TABLE pushes (id TEXT PRIMARY KEY, created_at TEXT NOT NULL);

CREATE TABLE sessions (
    digest TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    csrf TEXT NOT NULL,
    expires REAL NOT NULL
)""",
    """
CREATE TABLE statuses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    ref TEXT,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    description TEXT,
    target_url TEXT,
    coverage REAL,
    author_id INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT
);
CREATE INDEX statuses_by_commit ON statuses (project_id, sha);

CREATE TABLE comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    note TEXT NOT NULL,
    path TEXT,
    line INTEGER,
    line_type TEXT,
    author_id INTEGER NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX comments_by_commit ON comments (project_id, sha)""",
    """
CREATE TABLE keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    public INTEGER NOT NULL DEFAULT 0,
    title TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    fingerprint_sha256 TEXT NOT NULL UNIQUE,
    usage_type TEXT NOT NULL DEFAULT 'auth_and_signing',
    expires_at TEXT,
    last_used_at TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX keys_by_user ON keys (user_id);

CREATE TABLE deploy_keys_projects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key_id INTEGER NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    can_push INTEGER NOT NULL DEFAULT 0,
    UNIQUE (key_id, project_id)
)""",
    """
CREATE TABLE merge_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    iid INTEGER NOT NULL,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    source_project_id INTEGER REFERENCES projects (id) ON DELETE SET NULL,
    source_branch TEXT NOT NULL,
    target_branch TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    state TEXT NOT NULL DEFAULT 'opened',
    author_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    assignee_ids TEXT NOT NULL DEFAULT '[]',
    reviewer_ids TEXT NOT NULL DEFAULT '[]',
    labels TEXT NOT NULL DEFAULT '[]',
    squash INTEGER NOT NULL DEFAULT 0,
    remove_source_branch INTEGER,
    discussion_locked INTEGER,
    head_sha TEXT NOT NULL,
    base_sha TEXT NOT NULL,
    start_sha TEXT NOT NULL,
    pending TEXT NOT NULL DEFAULT '{}',
    merge_commit_sha TEXT,
    squash_commit_sha TEXT,
    merge_error TEXT,
    merged_by_id INTEGER,
    merged_at TEXT,
    closed_by_id INTEGER,
    closed_at TEXT,
    last_edited_by_id INTEGER,
    last_edited_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (project_id, iid)
);
CREATE INDEX merge_requests_by_source ON merge_requests (source_project_id, source_branch);

CREATE TABLE merge_request_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merge_request_id INTEGER NOT NULL REFERENCES merge_requests (id) ON DELETE CASCADE,
    head_sha TEXT NOT NULL,
    base_sha TEXT NOT NULL,
    start_sha TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX versions_by_merge_request ON merge_request_versions (merge_request_id);

CREATE TABLE approvals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merge_request_id INTEGER NOT NULL REFERENCES merge_requests (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    UNIQUE (merge_request_id, user_id)
);

CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merge_request_id INTEGER NOT NULL REFERENCES merge_requests (id) ON DELETE CASCADE,
    discussion_id TEXT NOT NULL,
    type TEXT,
    body TEXT NOT NULL,
    author_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    position TEXT NOT NULL DEFAULT '{}',
    resolved_by_id INTEGER,
    resolved_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX notes_by_merge_request ON notes (merge_request_id)""",
    *LATER,
)
