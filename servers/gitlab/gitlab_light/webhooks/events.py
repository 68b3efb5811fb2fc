"""From what happened to the deliveries that tell of it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from gitlab_light.chronicle import Chronicle
from gitlab_light.git import history
from gitlab_light.git.commands import GitError
from gitlab_light.git.journal import ZERO, RefChange, Settled
from gitlab_light.git.repository import Repositories
from gitlab_light.links import Links
from gitlab_light.merge_flow import Consequence, MergeFlow
from gitlab_light.model.application_settings import ApplicationSettings
from gitlab_light.model.awards import Award
from gitlab_light.model.database import Database, now
from gitlab_light.model.group_settings import DefaultProtection
from gitlab_light.model.hooks import Hook, Hooks
from gitlab_light.model.labels import Labels
from gitlab_light.model.merge_requests import MergeRequest, MergeRequests
from gitlab_light.model.milestones import Milestone, Milestones
from gitlab_light.model.namespaces import Namespaces
from gitlab_light.model.notes import Notes
from gitlab_light.model.projects import Project, Projects
from gitlab_light.model.protected import ProtectedRefs
from gitlab_light.model.releases import Release, Releases
from gitlab_light.model.users import User, Users
from gitlab_light.push_activity import PushActivity
from gitlab_light.push_options import PushRequests, merge_request_options, payload_options
from gitlab_light.webhooks.emoji_payloads import emoji_payload
from gitlab_light.webhooks.merge_payloads import MergePayloads
from gitlab_light.webhooks.milestone_payloads import milestone_payload
from gitlab_light.webhooks.payloads import push_payload
from gitlab_light.webhooks.release_payloads import release_payload

# A push of more branches or tags than this tells nobody (GitLab's push_event_hooks_limit).
PUSH_EVENT_HOOKS_LIMIT = 3
PUSH, TAG_PUSH = "Push Hook", "Tag Push Hook"
MERGE_REQUEST, NOTE = "Merge Request Hook", "Note Hook"
RELEASE, EMOJI, MILESTONE = "Release Hook", "Emoji Hook", "Milestone Hook"


class Events:
    """Turns pushes into deliveries for the hooks that want them."""

    def __init__(
        self, chronicle: Chronicle, push_activity: PushActivity, database: Database, repositories: Repositories,
        links: Links, projects: Projects, namespaces: Namespaces, users: Users, hooks: Hooks, protected: ProtectedRefs,
        merge_requests: MergeRequests, notes: Notes, labels: Labels, milestones: Milestones, releases: Releases,
        flow: MergeFlow, settings: ApplicationSettings, wake_sender: Callable[[], None],
    ) -> None:  # fmt: skip
        self._chronicle = chronicle
        self._push_activity = push_activity
        self._db = database
        self._repositories = repositories
        self._links = links
        self._projects = projects
        self._namespaces = namespaces
        self._users = users
        self._hooks = hooks
        self._protected = protected
        self._merge_requests = merge_requests
        self._notes = notes
        self._flow = flow
        self._milestones = milestones
        self._releases = releases
        self._settings = settings
        self._wake_sender = wake_sender
        self._requests = PushRequests(flow, merge_requests, users, labels, milestones, projects)
        self.payloads = MergePayloads(links, users, projects, namespaces, labels, flow)

    def pushed(self, push: Settled) -> list[str]:
        """Keeps a push's deliveries, once, however often it is told.

        Returns:
            Why something that the push asks for by its options was not done.
        """
        project = self._projects.find(push.project_id)
        user = self._users.find(push.user_id)
        if project is None or user is None or self._db.value("SELECT 1 FROM pushes WHERE id = ?", push.push_id):
            return []
        problems: list[str] = []
        project = self._with_default_branch(project, push.changes)
        deliveries = self._deliveries(project, user, push)
        consequences = [
            (consequence, self._of_merge_request(consequence.after, user, consequence.action, {}, consequence.oldrev))
            for consequence in self._flow.consequences(project, user.id, push.changes)
        ]
        activities = self._push_activity.of(project, push.changes)
        with self._db.transaction():
            if self._db.execute("INSERT OR IGNORE INTO pushes VALUES (?, ?)", push.push_id, now()):
                self._queue(deliveries)
                self._chronicle.pushed(project, user.id, activities)
                for consequence, told in consequences:
                    if self._merge_requests.change_open(consequence.before, **consequence.columns):
                        self._queue(told)
                        self._write_down(consequence, user)
                problems = self._carry_out(project, user, push)
                for change in push.changes:
                    if change.ref.startswith("refs/tags/") and change.new == ZERO:
                        self._releases.tag_removed(project.id, change.ref.removeprefix("refs/tags/"))
                self._projects.touch(project.id)
                self._protect_first_branch(project, push.changes)
        return problems

    def merge_request(
        self, found: MergeRequest, user: User, action: str, *, changes: dict[str, Any] | None = None
    ) -> None:
        """Writes down what somebody has done to a merge request, and keeps the deliveries that tell of it."""
        self._chronicle.merge_request(found, user.id, action, changes or {})
        self._queue(self._of_merge_request(found, user, action, changes or {}, None))

    def _carry_out(self, project: Project, user: User, push: Settled) -> list[str]:
        """Does what the push asks for by its options; returns why something was not done."""

        def tell(found: MergeRequest, action: str, changes: dict[str, Any]) -> None:
            self.merge_request(found, user, action, changes=changes)

        return self._requests.carry_out(
            project, self._repositories.of(project.id), user, push.changes, merge_request_options(push.options), tell
        )

    def _write_down(self, consequence: Consequence, user: User) -> None:
        """The lines that a push makes on a merge request."""
        after = consequence.after
        self._chronicle.merge_request(after, user.id, consequence.action, {})
        if consequence.oldrev is not None:
            self._chronicle.commits_added(after, user.id, consequence.oldrev)
        if consequence.before.auto_merge and not after.auto_merge:
            self._chronicle.auto_merge(after, user.id, "aborted")
        if consequence.action == "close":
            self._chronicle.source_removed(after, user.id)

    def noted(self, project: Project, payload: dict[str, Any]) -> None:
        """Keeps the deliveries that tell of a note."""
        self._tell(project, "note_events", NOTE, lambda: payload)

    def emoji(self, project: Project, award: Award, user: User, action: str, found: MergeRequest) -> None:
        """Keeps the deliveries that tell that an emoji was put on a merge request or note ("award") or taken off."""
        self._tell(project, "emoji_events", EMOJI, lambda: self._emoji_payload(award, user, action, found))

    def milestone(self, milestone: Milestone, action: str) -> None:
        """Keeps the deliveries that tell what has become of a project's milestone; of groups' ones nobody is told."""
        project = self._projects.find(milestone.source_id) if milestone.source == "project" else None
        if project:
            about = self.payloads.project(project.id)
            self._tell(project, "milestone_events", MILESTONE, lambda: milestone_payload(about, milestone, action))

    def _emoji_payload(self, award: Award, user: User, action: str, found: MergeRequest) -> dict[str, Any]:
        note = self._notes.find(award.target_id) if award.target_type == "Note" else None
        return emoji_payload(self.payloads, award, user, action, found, note)

    def _tell(self, project: Project, wish: str, event: str, payload: Callable[[], dict[str, Any]]) -> None:
        """Keeps a payload for the hooks that wish for it; it is only made where one does."""
        if takers := self._takers(project, wish):
            text = json.dumps(payload(), ensure_ascii=False)
            self._queue([(hook, event, text) for hook in takers])

    def release(self, project: Project, release: Release, commit: history.Commit | None, action: str) -> None:
        """Keeps the deliveries that tell what has become of a release."""
        self._tell(project, "releases_events", RELEASE, lambda: self._release_payload(project, release, commit, action))

    def _release_payload(
        self, project: Project, release: Release, commit: history.Commit | None, action: str
    ) -> dict[str, Any]:
        attributes = self.payloads.project(project.id)
        return release_payload(
            self._links, project, attributes, release, self._releases.links(release.id), commit, action
        )

    def _of_merge_request(
        self, found: MergeRequest, user: User, action: str, changes: dict[str, Any], oldrev: str | None
    ) -> list[tuple[Hook, str, str]]:
        project = self._projects.find(found.project_id)
        takers = self._takers(project, "merge_requests_events") if project else []
        if not takers:
            return []
        payload = self.payloads.merge_request(found, user, action, changes, oldrev)
        return [(hook, MERGE_REQUEST, json.dumps(payload, ensure_ascii=False)) for hook in takers]

    def _takers(self, project: Project, wish: str) -> list[Hook]:
        return [hook for hook in self._hooks_of(project) if not hook.ended and hook.events.get(wish)]

    def _queue(self, deliveries: list[tuple[Hook, str, str]]) -> None:
        with self._db.transaction():
            for hook, event, payload in deliveries:
                self._hooks.queue(hook, event, str(uuid.uuid4()), payload, due=time.time())
            self._db.after_commit(self._wake_sender)

    def sample(self, project: Project, user: User, event: str) -> dict[str, Any] | None:
        """The payload of a test: that of the latest thing of its kind; None where there is none."""
        if event == MILESTONE:
            latest = next(iter(self._milestones.of([("project", project.id)])), None)
            return milestone_payload(self.payloads.project(project.id), latest, "create") if latest else None
        if event in (MERGE_REQUEST, NOTE, EMOJI):
            return self._sample_of_merge_request(project, user, event)
        if event == RELEASE:
            return self._sample_of_release(project)
        repository = self._repositories.of(project.id)
        tags = repository.tags() if event == TAG_PUSH else []
        change: RefChange | None = None
        if tags:
            change = RefChange(ZERO, tags[0].target, f"refs/tags/{tags[0].name}")
        else:  # where there is no tag, a test of tag pushes tells of a branch, as all of GitLab's such tests do
            tip = repository.ref_target(f"refs/heads/{project.default_branch}")
            if tip:
                recent = history.log(repository, [tip], "--first-parent", limit=3)
                old = recent[-1].id if len(recent) > 1 else ZERO
                change = RefChange(old, tip, f"refs/heads/{project.default_branch}")
        return self._payload(project, user, change, {}) if change else None

    def _sample_of_merge_request(self, project: Project, user: User, event: str) -> dict[str, Any] | None:
        for found in self._merge_requests.select("project_id = ?", project.id):
            if event == MERGE_REQUEST:
                return self.payloads.merge_request(found, user, "open", {}, None)
            notes = self._notes.all_of(found.id)
            if notes and event == EMOJI:
                award = Award(1, "Note", notes[-1].id, user.id, "thumbsup", now())
                return self._emoji_payload(award, user, "award", found)
            if notes:
                return self.payloads.merge_request_note(found, notes[-1], user, "create")
        return None

    def _sample_of_release(self, project: Project) -> dict[str, Any] | None:
        for release in self._releases.of(project.id):
            try:
                commit = history.commit(self._repositories.of(project.id), release.sha)
            except GitError:
                commit = None
            return self._release_payload(project, release, commit, "create")
        return None

    def _deliveries(self, project: Project, user: User, push: Settled) -> list[tuple[Hook, str, str]]:
        hooks = [hook for hook in self._hooks_of(project) if not hook.ended]
        options = payload_options(push.options)
        found: list[tuple[Hook, str, str]] = []
        for prefix, event, wish in (("refs/heads/", PUSH, "push_events"), ("refs/tags/", TAG_PUSH, "tag_push_events")):
            changes = [change for change in push.changes if change.ref.startswith(prefix)]
            if len(changes) > PUSH_EVENT_HOOKS_LIMIT:
                continue
            for change in changes:
                name = change.ref.removeprefix(prefix)
                takers = [
                    hook for hook in hooks
                    if hook.events.get(wish) and (event == TAG_PUSH or hook.wants_branch(name))
                ]  # fmt: skip
                if takers:
                    payload = json.dumps(self._payload(project, user, change, options), ensure_ascii=False)
                    found += [(hook, event, payload) for hook in takers]
        return found

    def _payload(self, project: Project, user: User, change: RefChange, options: dict[str, Any]) -> dict[str, Any]:
        kind, name = ("tag", change.ref[10:]) if change.ref.startswith("refs/tags/") else ("branch", change.ref[11:])
        namespace = self._namespaces.find(project.namespace_id)
        return push_payload(
            self._repositories.of(project.id), self._links, project, namespace.name if namespace else "", user, change,
            protected=bool(self._protected.matching(project.id, kind, name)), options=options,
        )  # fmt: skip

    def _hooks_of(self, project: Project) -> list[Hook]:
        hooks = self._hooks.all_of("project", project.id)
        for namespace in self._namespaces.with_ancestors(project.namespace_id):
            hooks += self._hooks.all_of("group", namespace.id)
        return hooks

    def _with_default_branch(self, project: Project, changes: tuple[RefChange, ...]) -> Project:
        """In an empty repository the first branch that comes is the default one, unless the default itself came."""
        made = [change.ref for change in changes if change.old == ZERO and change.new != ZERO]
        branches = [ref.removeprefix("refs/heads/") for ref in made if ref.startswith("refs/heads/")]
        repository = self._repositories.of(project.id)
        if not branches or repository.branch(project.default_branch) is not None:
            return project
        repository.set_head(branches[0])
        return self._projects.update(project, default_branch=branches[0])

    def _protect_first_branch(self, project: Project, changes: tuple[RefChange, ...]) -> None:
        """The default branch is protected when it is first pushed, as its group has it (GitLab's default: fully)."""
        ref = f"refs/heads/{project.default_branch}"
        made = any(change.ref == ref and change.old == ZERO and change.new != ZERO for change in changes)
        if not made or self._protected.matching(project.id, "branch", project.default_branch):
            return
        namespace = self._namespaces.find(project.namespace_id)
        wanted = DefaultProtection.of(self._settings.with_those_of(namespace))
        if wanted.any:
            self._protected.add(
                project.id, "branch", project.default_branch, wanted.push_level, wanted.merge_level
            )  # fmt: skip
