"""What changes the cluster itself, as kubectl does: upgrade, rollback, scale, demo.value."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from portal.actions import curl
from portal.actions.act import Act, Means, Parameters, Prepared, environment_parameter
from portal.actions.following import follow_rollout, follow_until_served
from portal.actions.task import Task
from portal.actions.words import (
    DemoText,
    EnvironmentName,
    VersionName,
    care,
    deployment_path,
    gap,
    restarted_at,
)
from portal.clients.kubernetes import CONFIG, CONTAINER, JSON_PATCH, MERGE, STRATEGIC
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
        generation = await task.once(
            "set the image",
            lambda: changed(self.means, deployment_path(given.environment), _image_patch(image), STRATEGIC),
            repeatable=True,
        )
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
        generation = await task.once(
            "roll back",
            lambda: changed(self.means, deployment_path(environment), task.noted("patch", None), JSON_PATCH),
            repeatable=True,
        )
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


class ScaleParameters(Parameters):
    """Of `scale`."""

    environment: EnvironmentName
    replicas: Annotated[int, Field(ge=0)]


class Scale(Act):
    """Changes the number of replicas."""

    name: ClassVar[ActionName] = "scale"
    title = "Scale"
    description = "Changes how many replicas there are, as kubectl scale does."
    model = ScaleParameters

    def parameters(self) -> list[Parameter]:
        """Where and how many."""
        most = self.means.settings.most_replicas
        replicas = Parameter(name="replicas", title="Replicas", kind="number", minimum=0, maximum=most)
        return [environment_parameter(), replicas]

    async def prepare(self, given: ScaleParameters, *, patient: bool) -> Prepared:
        """Refuses a number out of range, the one that there is, and while a rollout is under way."""
        most = self.means.settings.most_replicas
        if given.replicas > most:
            raise Refusal(
                "out-of-range",
                f"{given.replicas} replicas are too many",
                why=f"The portal takes 0 to {most}; the cluster is one machine.",
                fix="choose a smaller number",
                status=422,
                field="replicas",
            )
        live = deployed(self.means, given.environment)
        if not patient:
            self.refuse_amid_rollout(given.environment)
        before = int(live["spec"].get("replicas", 1))
        if before == given.replicas:
            raise Refusal(
                "nothing-to-do", f"{given.environment} has {before} replicas already", fix="choose another number"
            )
        line = f"kubectl scale deployment/uuid-deploy --replicas={given.replicas} -n {namespace(given.environment)}"
        words = [
            f"{given.environment} goes from {before} to {given.replicas} replicas.",
            "The next deployment through Jenkins sets the number of uuid.yaml again.",
        ]
        confirm = care(given.environment, f"prod goes from {before} to {given.replicas} replicas.")
        if not given.replicas:
            words.append("Nobody answers then.")
            confirm = f"Without replicas nobody in {given.environment} answers. Go on?"
        path = deployment_path(given.environment, "/scale")
        return Prepared(
            parameters=given.model_dump(),
            title=f"scale {given.environment} to {given.replicas}",
            words=words,
            requests=[curl.patch(path, line, _scale_patch(given.replicas), MERGE)],
            environment=given.environment,
            confirm=confirm,
        )

    async def carry_out(self, task: Task) -> str:
        """Changes it and waits until there are as many."""
        given = ScaleParameters.model_validate(task.parameters)
        path = deployment_path(given.environment, "/scale")
        await task.once(
            "scale", lambda: changed(self.means, path, _scale_patch(given.replicas), MERGE), repeatable=True
        )
        await follow_rollout(self.means, task, given.environment)
        return f"{given.environment} has {given.replicas} replicas"


class DemoValueParameters(Parameters):
    """Of `demo-value`."""

    environment: EnvironmentName
    value: DemoText


class DemoValue(Act):
    """Changes demo.value."""

    name: ClassVar[ActionName] = "demo-value"
    title = "Change demo.value"
    description = "Changes demo.value in env-config and starts the pods anew, which read it once."
    model = DemoValueParameters

    def parameters(self) -> list[Parameter]:
        """Where and what."""
        return [environment_parameter(), Parameter(name="value", title="demo.value", kind="text")]

    async def prepare(self, given: DemoValueParameters, *, patient: bool) -> Prepared:
        """Refuses the value that there is, and while a rollout is under way."""
        live = deployed(self.means, given.environment)
        if not patient:
            self.refuse_amid_rollout(given.environment)
        before = str(((self.means.watched(given.environment).config or {}).get("data") or {}).get("demo.value") or "")
        if before == given.value:
            raise Refusal(
                "nothing-to-do", f"demo.value of {given.environment} is {before!r} already", fix="choose another"
            )
        space = namespace(given.environment)
        edit = f"kubectl patch configmap {CONFIG} -n {space}"
        return Prepared(
            parameters=given.model_dump(),
            title=f"set demo.value of {given.environment} to {given.value}",
            words=[
                f"demo.value of {given.environment} goes from {before!r} to {given.value!r}, and its pods start anew.",
                gap(given.environment, strategy_of(live)),
                "The next deployment through Jenkins sets the file's value again.",
            ],
            requests=[
                curl.patch(_config_path(given.environment), edit, _value_patch(given.value), MERGE),
                curl.patch(
                    deployment_path(given.environment), f"kubectl rollout restart deployment/uuid-deploy -n {space}",
                    _restart_patch(restarted_at()), STRATEGIC,
                ),
            ],
            environment=given.environment,
            confirm=care(given.environment, "All pods of prod start anew."),
        )  # fmt: skip

    async def carry_out(self, task: Task) -> str:
        """Changes it, starts the pods anew and follows them."""
        given = DemoValueParameters.model_validate(task.parameters)
        await task.once(
            "change env-config",
            lambda: changed(self.means, _config_path(given.environment), _value_patch(given.value), MERGE),
            repeatable=True,
        )
        generation = await restart(self.means, task, given.environment)
        await follow_rollout(self.means, task, given.environment, generation)
        return f"demo.value of {given.environment} is {given.value}"


def deployed(means: Means, environment: str) -> Object:
    """The environment's Deployment.

    Raises:
        Refusal: there is none.
    """
    live = means.watched(environment).deployment
    if live is None:
        raise Refusal(
            "nothing-deployed",
            f"{environment} has no Deployment uuid-deploy",
            why=f"{namespace(environment)} is empty.",
            fix="deploy a version first",
            status=404,
        )
    return live


def strategy_of(live: Object) -> str:
    """A Deployment's strategy."""
    return str(live["spec"].get("strategy", {}).get("type") or "")


async def restart(means: Means, task: Task, environment: str) -> int:
    """Starts the pods anew, as `kubectl rollout restart` does; the Deployment's generation then."""
    if not (at := task.noted("restartedAt", "")):
        at = restarted_at()
        task.note("restartedAt", at)
    generation: int = await task.once(
        "start the pods anew",
        lambda: changed(means, deployment_path(environment), _restart_patch(at), STRATEGIC),
        repeatable=True,
    )
    return generation


async def changed(means: Means, path: str, body: Any, kind: str) -> int:
    """Patches an object; its generation then (0 where it has none)."""
    live = await means.kubernetes.patch(path, body, kind)
    return int(live["metadata"].get("generation") or 0)


def _config_path(environment: str) -> str:
    return f"/api/v1/namespaces/{namespace(environment)}/configmaps/{CONFIG}"


def _image_patch(image: str) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": [{"name": CONTAINER, "image": image}]}}}}


def _scale_patch(replicas: int) -> dict[str, Any]:
    return {"spec": {"replicas": replicas}}


def _value_patch(value: str) -> dict[str, Any]:
    return {"data": {"demo.value": value}}


def _restart_patch(at: str) -> dict[str, Any]:
    return {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": at}}}}}


def _undo_patch(target: Object) -> list[dict[str, Any]]:
    """The revision's template in the place of the Deployment's, without the label that ReplicaSets add to it."""
    template = {**target["spec"]["template"]}
    metadata = {**template.get("metadata", {})}
    labels = {name: value for name, value in (metadata.get("labels") or {}).items() if name != "pod-template-hash"}
    template["metadata"] = {**metadata, "labels": labels}
    return [{"op": "replace", "path": "/spec/template", "value": template}]
