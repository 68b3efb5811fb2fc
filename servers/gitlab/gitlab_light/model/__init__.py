"""What the light GitLab knows, kept in SQLite: accounts, groups, projects, hooks."""
