"""The hooks that git runs in a push: they keep to the project's rules and write down what the push changed.

The server learns of a push from the files `pre` and `post` in the push's folder (see journal). They are shell, not
Python, and call no other program where they can help it, because each push runs both: every process that starts shows
in its time. So a file is not renamed when it is whole, but ends with a line of its own.
"""

from __future__ import annotations

from pathlib import Path

from gitlab_light.git.journal import WHOLE

# Wording: GitLab's Gitlab::Checks::{BranchCheck,TagCheck}.
_PRE_RECEIVE = """\
#!/bin/sh
# Refuses what the project's rules forbid, else writes down what the push is about to change.
# rules: "default REF", "branch PUSH FORCE PATTERN", "tag CREATE PATTERN"; the first that matches counts.
set -eu
zero=0000000000000000000000000000000000000000
refuse() { echo "GitLab: $1" >&2; exit 1; }

check_branch() { # old new ref
    while read -r kind first second third; do
        case "$kind" in
        default)
            [ "$2" = $zero ] && [ "$3" = "$first" ] && refuse "The default branch of a project cannot be deleted."
            ;;
        branch)
            case "$3" in refs/heads/$third)
                [ "$first" = 1 ] || refuse "You are not allowed to push code to protected branches on this project."
                [ "$2" = $zero ] && refuse "You can only delete protected branches using the web interface."
                if [ "$second" = 0 ] && [ "$1" != $zero ] && ! git merge-base --is-ancestor "$1" "$2" </dev/null; then
                    refuse "You are not allowed to force push code to a protected branch on this project."
                fi
                return 0
                ;;
            esac
            ;;
        esac
    done <"$GITLAB_PUSH/rules"
    return 0
}

check_tag() { # old new ref
    while read -r kind first second; do
        [ "$kind" = tag ] || continue
        case "$3" in refs/tags/$second)
            [ "$2" = $zero ] && refuse "Protected tags cannot be deleted."
            [ "$1" = $zero ] || refuse "Protected tags cannot be updated."
            [ "$first" = 1 ] || refuse "You are not allowed to create this tag as it is protected."
            return 0
            ;;
        esac
    done <"$GITLAB_PUSH/rules"
    return 0
}

while read -r old new ref; do
    case "$ref" in
    refs/heads/*) check_branch "$old" "$new" "$ref" ;;
    refs/tags/*) check_tag "$old" "$new" "$ref" ;;
    # Whoever may push may make refs of other kinds too; the server's own are hidden (receive.hideRefs).
    esac
    printf '%s %s %s\\n' "$old" "$new" "$ref"
done >"$GITLAB_PUSH/pre"
i=0
while [ "$i" -lt "${GIT_PUSH_OPTION_COUNT:-0}" ]; do
    eval "printf '%s\\\\n' \\"\\$GIT_PUSH_OPTION_$i\\""
    i=$((i + 1))
done >"$GITLAB_PUSH/options"
echo WHOLE >>"$GITLAB_PUSH/pre"
"""

_POST_RECEIVE = """\
#!/bin/sh
# Writes down what the push has changed.
set -eu
while read -r line; do printf '%s\\n' "$line"; done >"$GITLAB_PUSH/post"
echo WHOLE >>"$GITLAB_PUSH/post"
"""


def install_hooks(folder: Path) -> None:
    """Writes the hooks, which git finds through core.hooksPath."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in (("pre-receive", _PRE_RECEIVE), ("post-receive", _POST_RECEIVE)):
        new = folder / f"{name}.new"
        new.write_text(script.replace("WHOLE", WHOLE))
        new.chmod(0o755)
        new.replace(folder / name)


def shell_pattern(name: str) -> str:
    """A protected branch's or tag's name as a shell pattern: only `*` is a wildcard, as in GitLab."""
    return "".join(f"\\{char}" if char in "?[]\\" else char for char in name)
