#!/bin/sh
# Runs the server as uid 1000 with the group of the engine's socket. This shell stays as the container's first process:
# it passes signals on and reaps what builds leave behind, which the server can't.
set -eu

account=1000
groups=$account
if [ -S /var/run/docker.sock ]; then
    groups="$account,$(stat -c %g /var/run/docker.sock)"
fi

# Secrets are handed in as root's; the home may be a fresh volume.
for file in "${JENKINS_ADMIN_PASSWORD_FILE:-}" "${JENKINS_ADMIN_TOKEN_FILE:-}"; do
    if [ -n "$file" ]; then
        chown "$account" "$file"
    fi
done
if [ "$(stat -c %u "$JENKINS_HOME")" != "$account" ]; then
    chown "$account:$account" "$JENKINS_HOME"
fi

setpriv --reuid "$account" --regid "$account" --groups "$groups" --inh-caps=-all -- python3 -m jenkins_light &
server=$!
trap 'kill -TERM "$server" 2>/dev/null || true' TERM INT
code=0
while kill -0 "$server" 2>/dev/null; do
    code=0
    wait "$server" || code=$?
done
exit "$code"
