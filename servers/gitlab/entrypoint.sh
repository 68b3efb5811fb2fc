#!/bin/sh
# Runs the server as its own account. Secrets are handed in as root's, so this shell begins as root and gives it up.
set -eu

account=998

for file in "${GITLAB_ROOT_PASSWORD_FILE:-}" "${GITLAB_ROOT_TOKEN_FILE:-}"; do
    if [ -n "$file" ]; then
        chown "$account" "$file"
    fi
done

exec setpriv --reuid "$account" --regid "$account" --clear-groups --inh-caps=-all -- python3 -m gitlab_light
