"""Which revision an environment runs: upgrade and rollback, as kubectl does them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from portal.actions import curl
from portal.actions.act import Act, Parameters, Prepared, environment_parameter
from portal.actions.cluster import deployed, patch, strategy_of
from portal.actions.following import follow_rollout, follow_until_served
from portal.actions.task import Task
from portal.actions.words import EnvironmentName, VersionName, care, deployment_path, gap
from portal.clients.kubernetes import CONTAINER, JSON_PATCH, STRATEGIC
from portal.errors import Refusal
from portal.models.actions import ActionName, Parameter
from portal.settings import namespace
from portal.view import objects
from portal.watch.cluster import Object


class UpgradeParameters(Parameters):
    """Of `upgrade`."""

    environment: EnvironmentName
    version: VersionName


class Upgrade(Act):
    """Sets the Deployment's image."""

    name: ClassVar[ActionName] = "upgrade"
    title = "Upgrade"
    description = "Sets the Deployment's image, as kubectl set image does."
    model = UpgradeParameters

    def parameters(self) -> list[Parameter]:
        """Where and which."""
        version = Parameter(name="version", title="Version", kind="version", choices=self.version_choices())
        return [environment_parameter(), version]

    async def prepare(self, given: UpgradeParameters, *, patient: bool) -> Prepared:
        """Refuses an unknown version, the one that is asked for already, and while a rollout is under way."""
        await self.refuse_unknown_version(given.version)
        live = deployed(self.means, given.environment)
        if not patient:
            self.refuse_amid_rollout(given.environment)
        image = self.means.settings.image(given.version)
        before = objects.image_of(live)
        if image == before:
            raise Refusal(
                "nothing-to-do",
                f"{given.environment} asks for {given.version} already",
                why=f"Its image is {image}.",
                fix="choose another version",
                field="version",
            )
        line = f"kubectl set image deployment/uuid-deploy {CONTAINER}={image} -n {namespace(given.environment)}"
        path = deployment_path(given.environment)
        return Prepared(
            parameters=given.model_dump(),
            title=f"upgrade {given.environment} to {given.version[:60]}",
            words=[
                f"{given.environment} goes from {objects.tag_of(before)} to {given.version}; nothing else changes.",
                gap(given.environment, strategy_of(live)),
            ],
            requests=[curl.patch(path, line, _image_patch(image), STRATEGIC)],
            environment=given.environment,
            confirm=care(given.environment, f"prod goes to {given.version}."),
        )

    async def carry_out(self, task: Task) -> str:
        """Sets it and follows the rollout."""
        given = UpgradeParameters.model_validate(task.parameters)
        image = self.means.settings.image(given.version)
        path = deployment_path(given.environment)
        generation = await patch(self.means, task, "set the image", path, _image_patch(image), STRATEGIC)
        await follow_rollout(self.means, task, given.environment, generation)
        await follow_until_served(self.means, task, given.environment, given.version)
        return f"{given.environment} serves {given.version}"


class RollbackParameters(Parameters):
    """Of `rollback`."""

    environment: EnvironmentName
    revision: Annotated[int, Field(ge=0, le=2**31)] = 0


class Rollback(Act):
    """Goes back to a revision."""

    name: ClassVar[ActionName] = "rollback"
    title = "Roll back"
    description = "Goes back to an earlier revision, as kubectl rollout undo does."
    model = RollbackParameters

    def parameters(self) -> list[Parameter]:
        """Where, and to which; 0 is the one before."""
        revision = Parameter(
            name="revision", title="Revision", kind="revision", required=False, minimum=0, maximum=2**31, default=0
        )
        return [environment_parameter(), revision]

    async def prepare(self, given: RollbackParameters, *, patient: bool) -> Prepared:  # noqa: ARG002  it mends rollouts
        """Refuses a revision that the history does not hold; a rollout that is under way is given up."""
        live = deployed(self.means, given.environment)
        target = self._target(given, live)
        number, image = objects.revision_of(target), objects.image_of(target)
        running = objects.tag_of(objects.image_of(live))
        words = [
            f"{given.environment} goes from revision {objects.revision_of(live)} ({running})"
            f" back to revision {number} ({objects.tag_of(image)}), which gets a new number.",
            gap(given.environment, strategy_of(live)),
        ]
        if not objects.rollout(self.means.watched(given.environment)).complete:
            words.append("The rollout that is under way is given up.")
        line = f"kubectl rollout undo deployment/uuid-deploy --to-revision={number} -n {namespace(given.environment)}"
        return Prepared(
            parameters={"environment": given.environment, "revision": number},
            title=f"roll {given.environment} back to revision {number} ({objects.tag_of(image)})",
            words=words,
            requests=[curl.patch(deployment_path(given.environment), line, _undo_patch(target), JSON_PATCH)],
            environment=given.environment,
            confirm=care(given.environment, f"prod goes back to {objects.tag_of(image)}."),
        )

    async def carry_out(self, task: Task) -> str:
        """Puts the revision's template in place and follows the rollout."""
        given = RollbackParameters.model_validate(task.parameters)
        environment = given.environment
        version = task.noted("version", "")
        if not version:
            target = self._target(given, deployed(self.means, environment))
            version = objects.tag_of(objects.image_of(target))
            task.note("version", version)
            task.note("patch", _undo_patch(target))
        path, undoing = deployment_path(environment), task.noted("patch", None)
        generation = await patch(self.means, task, "roll back", path, undoing, JSON_PATCH)
        await follow_rollout(self.means, task, environment, generation)
        await follow_until_served(self.means, task, environment, version)
        return f"{environment} serves {version} again"

    def _target(self, given: RollbackParameters, live: Object) -> Object:
        current = objects.revision_of(live)
        kept = {objects.revision_of(one): one for one in self.means.watched(given.environment).own_replica_sets()}
        earlier = sorted(number for number in kept if number != current)
        number = given.revision or (earlier[-1] if earlier else 0)
        if number == current or number not in kept:
            what = (
                f"{given.environment} has no revision {number}"
                if number
                else f"{given.environment} has no earlier revision"
            )
            if number == current:
                what = f"{given.environment} is at revision {number} already"
            there = ", ".join(f"{one} ({objects.tag_of(objects.image_of(kept[one]))})" for one in sorted(kept))
            raise Refusal(
                "unknown-revision",
                what,
                why=f"Its history holds {there}.",
                fix="choose one of the history",
                field="revision",
            )
        return kept[number]


def _image_patch(image: str) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": [{"name": CONTAINER, "image": image}]}}}}


def _undo_patch(target: Object) -> list[dict[str, Any]]:
    """The revision's template in the place of the Deployment's, without the label that ReplicaSets add to it."""
    template = {**target["spec"]["template"]}
    metadata = {**template.get("metadata", {})}
    labels = {name: value for name, value in (metadata.get("labels") or {}).items() if name != "pod-template-hash"}
    template["metadata"] = {**metadata, "labels": labels}
    return [{"op": "replace", "path": "/spec/template", "value": template}]
