"""The hook that git runs in a push: it keeps to the project's rules and writes down what the push is about to change.

The server learns of a push from the file `pre` in the push's folder (see journal). The hook is shell, not Python, and
calls no other program where it can help it, because every process that starts shows in a push's time. So the file is
not renamed when it is whole, but ends with a line of its own.
"""

from __future__ import annotations

from pathlib import Path

from gitlab_light.git.journal import WHOLE

# Wording and order: GitLab's Gitlab::Checks::{BranchCheck,TagCheck}.
_PRE_RECEIVE = """\
#!/bin/sh
# Refuses what GitLab and the project's rules forbid, else writes down what the push is about to change.
# rules: "default REF", "maintainer YES", "founder YES", "members PROJECT ADDRESS",
# "branch PUSH FORCE MERGE PATTERN", "tag CREATE PATTERN"; the first that matches counts.
set -eu
zero=0000000000000000000000000000000000000000
hex4='[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]'
sha=$hex4$hex4$hex4$hex4$hex4$hex4$hex4$hex4$hex4$hex4
refuse() { echo "GitLab: $1" >&2; exit 1; }

protected() { # ref; sets what a rule allows
    while read -r kind first second third fourth; do
        [ "$kind" = branch ] || continue
        case "$1" in refs/heads/$fourth) push=$first force=$second merge=$third; return 0 ;; esac
    done <"$GITLAB_PUSH/rules"
    return 1
}

check_new_project() { # old; only some may make the first branch
    [ "$1" = $zero ] && [ "$founder" = 0 ] || return 0
    [ -z "$(git for-each-ref --count=1 refs/heads </dev/null)" ] || return 0
    refuse "
A default branch (e.g. main) does not yet exist for $project
Ask a project Owner or Maintainer to create a default branch:

  $members
"
}

check_new_branch() { # new
    [ "$push" = 0 ] || return 0
    [ "$merge" = 1 ] || refuse "You are not allowed to create protected branches on this project."
    for branch in $(git for-each-ref --contains "$1" --format='%(refname)' refs/heads </dev/null); do
        protected "$branch" && refuse "You can only create protected branches using the web interface and API."
    done
    refuse "You can only use an existing protected branch ref as the basis of a new protected branch."
}

check_branch() { # old new ref
    if [ "$2" = $zero ]; then
        [ "$3" = "$default" ] && refuse "The default branch of a project cannot be deleted."
        protected "$3" || return 0
        [ "$maintainer" = 1 ] && refuse "You can only delete protected branches using the web interface."
        refuse "You are not allowed to delete protected branches from this project. \\
Only a project maintainer or owner can delete a protected branch."
    fi
    case "${3#refs/heads/}" in
    -* | HEAD | refs/heads/* | refs/remotes/* | refs/tags/*)
        refuse "You cannot create a branch with an invalid name."
        ;;
    $sha*) refuse "You cannot create a branch with a SHA-1 or SHA-256 branch name." ;;
    esac
    check_new_project "$1"
    protected "$3" || return 0
    [ "$1" = $zero ] && { check_new_branch "$2"; return 0; }
    [ "$force" = 1 ] || git merge-base --is-ancestor "$1" "$2" </dev/null ||
        refuse "You are not allowed to force push code to a protected branch on this project."
    [ "$push" = 1 ] || refuse "You are not allowed to push code to protected branches on this project."
}

check_tag() { # old new ref
    [ "$1" = $zero ] && [ "${3#refs/tags/}" = "${default#refs/heads/}" ] &&
        refuse "You cannot use default branch name to create a tag"
    [ "$2" = $zero ] || case "${3#refs/tags/}" in
    -* | HEAD | refs/heads/* | refs/remotes/* | refs/tags/*)
        refuse "You cannot create a tag with a prohibited pattern."
        ;;
    $sha*) refuse "You cannot create a tag with a SHA-1 or SHA-256 tag name." ;;
    esac
    while read -r kind first second; do
        [ "$kind" = tag ] || continue
        case "$3" in refs/tags/$second) ;; *) continue ;; esac
        if [ "$2" = $zero ]; then
            [ "$maintainer" = 1 ] && refuse "You can only delete protected tags using the web interface."
            refuse "You are not allowed to delete protected tags from this project. \\
Only a project maintainer or owner can delete a protected tag."
        fi
        [ "$1" = $zero ] || refuse "Protected tags cannot be updated."
        [ "$first" = 1 ] || refuse "You are not allowed to create this tag as it is protected."
        return 0
    done <"$GITLAB_PUSH/rules"
    return 0
}

while read -r kind first second; do
    case "$kind" in
    default) default=$first ;;
    maintainer) maintainer=$first ;;
    founder) founder=$first ;;
    members) project=$first members=$second ;;
    esac
done <"$GITLAB_PUSH/rules"
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


def install_hook(folder: Path) -> None:
    """Writes the hook, which git finds through core.hooksPath, and what an earlier version left beside it goes."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / "pre-receive.new"
    new.write_text(_PRE_RECEIVE.replace("WHOLE", WHOLE))
    new.chmod(0o755)
    new.replace(folder / "pre-receive")
    (folder / "post-receive").unlink(missing_ok=True)


def shell_pattern(name: str) -> str:
    """A protected branch's or tag's name as a shell pattern: only `*` is a wildcard, as in GitLab."""
    return "".join(f"\\{char}" if char in "?[]\\" else char for char in name)
