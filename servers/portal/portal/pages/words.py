"""How states, commits, digests and times are told to people; colours never stand alone."""

from __future__ import annotations

from portal.models import Pod, State, Travelling

#: The mark (its shape and colour, as in the look's macro) and the word of each state of a part.
STATES: dict[State, tuple[str, str]] = {
    State.OK: ("good", "Ready"),
    State.BUSY: ("run", "Busy"),
    State.FAILED: ("warn", "Trouble"),
    State.UNKNOWN: ("off", "Not asked yet"),
    State.ABSENT: ("bad", "Down"),
}
PODS = {
    "pending": ("off", "Pending"),
    "starting": ("run", "Starting"),
    "ready": ("good", "Ready"),
    "ending": ("warn", "Ending"),
    "failed": ("bad", "Failed"),
}
OPERATIONS = {
    "waiting": ("warn", "Waits for approval"),
    "running": ("run", "Running"),
    "succeeded": ("good", "Succeeded"),
    "failed": ("bad", "Failed"),
    "refused": ("bad", "Refused"),
    "expired": ("warn", "Expired"),
    "interrupted": ("warn", "Interrupted"),
}
OUTCOMES = {
    "done": ("good", "done"),
    "asked": ("run", "asked"),
    "failed": ("bad", "failed"),
    "refused": ("warn", "refused"),
    "acts": ("good", "acts"),
    "waits": ("run", "waits for approval"),
    "skips": ("off", "nothing to do"),
}
_COMMIT, _DIGEST = 8, 12


def short_commit(commit: str) -> str:
    """A commit as git shortens it."""
    return commit[:_COMMIT]


def short_digest(digest: str) -> str:
    """A digest's first letters, without the name of the algorithm."""
    return digest.removeprefix("sha256:")[:_DIGEST]


def ref_name(ref: str) -> str:
    """A branch's or tag's name without refs/heads/ or refs/tags/."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/")


def ref_kind(ref: str) -> str:
    """Whether a ref is a tag or a branch."""
    return "tag" if ref.startswith("refs/tags/") else "branch"


def travelling_id(commit: Travelling) -> str:
    """The id of a commit's sign on the page: the same wherever it is, so that it can be seen to move."""
    return f"commit-{commit.commit[:_DIGEST]}"


def slug(text: str) -> str:
    """A text as a part of an id."""
    return "".join(letter if letter.isalnum() else "-" for letter in text)


def pod_name(pod: Pod) -> str:
    """The part of a pod's name that tells it from its sisters."""
    return pod.name.rsplit("-", 1)[-1]
