"""How a revision runs: the number of its replicas and demo.value."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from portal.actions import curl
from portal.actions.act import Act, Parameters, Prepared, environment_parameter
from portal.actions.cluster import deployed, patch, restart, restart_patch, strategy_of
from portal.actions.following import follow_rollout
from portal.actions.task import Task
from portal.actions.words import DemoText, EnvironmentName, care, deployment_path, gap, restarted_at
from portal.clients.kubernetes import CONFIG, MERGE, STRATEGIC
from portal.errors import Refusal
from portal.models.actions import ActionName, Parameter
from portal.settings import namespace


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
        await patch(self.means, task, "scale", path, _scale_patch(given.replicas), MERGE)
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
                    restart_patch(restarted_at()), STRATEGIC,
                ),
            ],
            environment=given.environment,
            confirm=care(given.environment, "All pods of prod start anew."),
        )  # fmt: skip

    async def carry_out(self, task: Task) -> str:
        """Changes it, starts the pods anew and follows them."""
        given = DemoValueParameters.model_validate(task.parameters)
        path = _config_path(given.environment)
        await patch(self.means, task, "change env-config", path, _value_patch(given.value), MERGE)
        generation = await restart(self.means, task, given.environment)
        await follow_rollout(self.means, task, given.environment, generation)
        return f"demo.value of {given.environment} is {given.value}"


def _config_path(environment: str) -> str:
    return f"/api/v1/namespaces/{namespace(environment)}/configmaps/{CONFIG}"


def _scale_patch(replicas: int) -> dict[str, Any]:
    return {"spec": {"replicas": replicas}}


def _value_patch(value: str) -> dict[str, Any]:
    return {"data": {"demo.value": value}}
