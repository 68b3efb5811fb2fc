"""The later of the steps that lead to the database's tables; see `schema`."""

from __future__ import annotations

LATER = (
    """
ALTER TABLE hooks ADD COLUMN signing_token TEXT;
ALTER TABLE hooks ADD COLUMN custom_webhook_template TEXT;
ALTER TABLE hooks ADD COLUMN url_variables TEXT NOT NULL DEFAULT '{}'
""",
    """
ALTER TABLE notes ADD COLUMN system INTEGER NOT NULL DEFAULT 0;

CREATE TABLE activities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    author_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    target_type TEXT,
    target_id INTEGER,
    target_iid INTEGER,
    target_title TEXT,
    push TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL
);
CREATE INDEX activities_by_project ON activities (project_id);
CREATE INDEX activities_by_author ON activities (author_id);

CREATE TABLE state_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merge_request_id INTEGER NOT NULL REFERENCES merge_requests (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX states_by_merge_request ON state_events (merge_request_id);

INSERT INTO members (source, source_id, user_id, access_level, created_at)
    SELECT 'project', p.id, n.owner_id, 50, p.created_at FROM projects p JOIN namespaces n ON n.id = p.namespace_id
    WHERE n.kind = 'user' AND n.owner_id IS NOT NULL
    ON CONFLICT (source, source_id, user_id) DO UPDATE SET access_level = 50
""",
    """
CREATE TABLE redirects (
    path TEXT PRIMARY KEY COLLATE NOCASE,
    kind TEXT NOT NULL,
    target_id INTEGER NOT NULL
);

CREATE TABLE shares (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    group_id INTEGER NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
    access_level INTEGER NOT NULL,
    expires_at TEXT,
    created_at TEXT NOT NULL,
    UNIQUE (source, source_id, group_id)
);

CREATE TABLE labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    description TEXT,
    priority INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (source, source_id, name)
);

INSERT INTO labels (source, source_id, name, color, created_at, updated_at)
    SELECT DISTINCT 'project', m.project_id, l.value, '#6699cc', m.created_at, m.created_at
    FROM merge_requests m, json_each(m.labels) l WHERE 1
    ON CONFLICT DO NOTHING;

CREATE TABLE milestones (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    iid INTEGER NOT NULL,
    source TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'active',
    start_date TEXT,
    due_date TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX milestones_by_source ON milestones (source, source_id);

ALTER TABLE merge_requests ADD COLUMN milestone_id INTEGER;

CREATE TABLE releases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    sha TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    author_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    milestone_ids TEXT NOT NULL DEFAULT '[]',
    released_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (project_id, tag)
);

CREATE TABLE release_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    filepath TEXT,
    link_type TEXT NOT NULL
);
CREATE INDEX links_by_release ON release_links (release_id);

CREATE TABLE stars (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    starred_since TEXT NOT NULL,
    PRIMARY KEY (user_id, project_id)
);

CREATE TABLE emails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    created_at TEXT NOT NULL
);

CREATE TABLE label_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merge_request_id INTEGER NOT NULL REFERENCES merge_requests (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    label_id INTEGER REFERENCES labels (id) ON DELETE SET NULL,
    action TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX label_events_by_merge_request ON label_events (merge_request_id);

CREATE TABLE subscriptions (
    merge_request_id INTEGER NOT NULL REFERENCES merge_requests (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    subscribed INTEGER NOT NULL,
    PRIMARY KEY (merge_request_id, user_id)
);

ALTER TABLE merge_requests ADD COLUMN time_estimate INTEGER NOT NULL DEFAULT 0;
ALTER TABLE merge_requests ADD COLUMN time_spent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE namespaces ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'
""",
    """
ALTER TABLE merge_requests ADD COLUMN auto_merge TEXT NOT NULL DEFAULT '{}';
ALTER TABLE comments ADD COLUMN discussion_id TEXT NOT NULL DEFAULT '';
UPDATE comments SET discussion_id = lower(hex(randomblob(20)));

CREATE TABLE draft_notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merge_request_id INTEGER NOT NULL REFERENCES merge_requests (id) ON DELETE CASCADE,
    author_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    note TEXT NOT NULL,
    discussion_id TEXT,
    resolve_discussion INTEGER NOT NULL DEFAULT 0,
    commit_id TEXT,
    position TEXT NOT NULL DEFAULT '{}'
);

CREATE TABLE awards (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target_type TEXT NOT NULL,
    target_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (target_type, target_id, user_id, name)
);

CREATE TABLE access_requests (
    source TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    requested_at TEXT NOT NULL,
    PRIMARY KEY (source, source_id, user_id)
);

CREATE TABLE deploy_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    scopes TEXT NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0,
    digest TEXT NOT NULL UNIQUE,
    expires_at TEXT,
    created_at TEXT NOT NULL
)
""",
    """
CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    secret TEXT NOT NULL UNIQUE,
    filename TEXT NOT NULL,
    size INTEGER NOT NULL,
    uploaded_by_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX uploads_by_project ON uploads (project_id)
""",
    """
CREATE TABLE application_settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    settings TEXT NOT NULL
)
""",
    """
CREATE TABLE label_subscriptions (
    label_id INTEGER NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    project_id INTEGER NOT NULL,
    PRIMARY KEY (label_id, user_id, project_id)
)
""",
    """
CREATE TABLE todos (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    author_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    merge_request_id INTEGER NOT NULL REFERENCES merge_requests (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    note_id INTEGER REFERENCES notes (id) ON DELETE CASCADE,
    state TEXT NOT NULL DEFAULT 'pending',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX todos_by_user ON todos (user_id, state);
CREATE INDEX todos_by_merge_request ON todos (merge_request_id)
""",
    """
CREATE TABLE badges (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    name TEXT,
    link_url TEXT NOT NULL,
    image_url TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX badges_by_source ON badges (source, source_id)
""",
    """
CREATE TABLE milestone_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merge_request_id INTEGER NOT NULL REFERENCES merge_requests (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL,
    milestone_id INTEGER REFERENCES milestones (id) ON DELETE SET NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX milestone_events_by_merge_request ON milestone_events (merge_request_id)
""",
)
