"""What goes through Jenkins: build, deploy, promote; triggered as the talk does, with the webhook."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from portal.actions import curl
from portal.actions.act import Act, Parameters, Prepared, environment_parameter
from portal.actions.cluster import restart, strategy_of
from portal.actions.following import follow_build, follow_rollout, follow_until_served, settle
from portal.actions.task import Task
from portal.actions.triggering import trigger
from portal.actions.words import EnvironmentName, NodePort, RefName, VersionName, care, gap
from portal.errors import Refusal
from portal.models.actions import ActionName, Parameter, PlannedRequest
from portal.settings import NODE_PORTS, namespace
from portal.view import objects

_TAGS = "refs/tags/"


class BuildParameters(Parameters):
    """Of `build`."""

    ref: RefName = "refs/heads/master"
    force: bool = False
    clean: bool = False


class Build(Act):
    """Has CI build a branch or tag."""

    name: ClassVar[ActionName] = "build"
    title = "Build"
    description = "Has Jenkins build a branch or a tag and push its image."
    model = BuildParameters

    def parameters(self) -> list[Parameter]:
        """The ref, and two flags."""
        refs = sorted(self.means.seen.gitlab.refs)
        return [
            Parameter(
                name="ref", title="Branch or tag", kind="ref", required=False, choices=refs, default="refs/heads/master"
            ),
            Parameter(name="force", title="Overwrite the version", kind="flag", required=False, default=False),
            Parameter(name="clean", title="From an empty workspace", kind="flag", required=False, default=False),
        ]

    async def prepare(self, given: BuildParameters, *, patient: bool) -> Prepared:  # noqa: ARG002  nothing to wait for
        """Refuses a ref that GitLab does not have, and a version that the registry has."""
        refs = await self.means.gitlab.refs()
        if given.ref not in refs:
            raise Refusal(
                "unknown-ref",
                f"GitLab has no {given.ref}",
                why=f"It has {', '.join(sorted(refs)[:20])}." if refs else "The repository is empty.",
                fix="git push it, or choose one that is there",
                status=404,
                field="ref",
            )
        version = given.ref.removeprefix(_TAGS) if given.ref.startswith(_TAGS) else ""
        there = await self.means.registry.digest(version) if version else ""
        if there and not given.force:
            raise Refusal(
                "version-exists",
                f"{version} is in the registry already ({there[:19]}…)",
                why="A version that may be running is not overwritten.",
                fix="raise the version and tag that, or build with force",
            )
        commit = refs[given.ref]
        words = [
            f"Jenkins builds {given.ref} at {commit.sha[:8]} ({commit.title}) with {self.means.settings.image_job}.",
            "Its image is pushed unless the registry has it.",
        ]
        if given.force:
            words[1] = "Its image is pushed, and takes the place of one of the same version."
        return Prepared(
            parameters=given.model_dump(),
            title=f"build {given.ref.removeprefix('refs/heads/').removeprefix('refs/')}",
            words=words,
            requests=[self._request(given)],
            confirm=f"{version or 'The version'} in the registry is overwritten. Go on?" if given.force else "",
        )

    async def carry_out(self, task: Task) -> str:
        """Triggers and follows the build."""
        given = BuildParameters.model_validate(task.parameters)
        job = self.means.settings.image_job
        item = await trigger(self.means, task, "trigger the build", job, _body(given), "Push Hook")
        build = await follow_build(self.means, task, job, item)
        self.means.seen.registry.pace.poke()
        return f"{job} {build.title} succeeded. {build.description}".strip()

    def _request(self, given: BuildParameters) -> PlannedRequest:
        settings = self.means.settings
        title = f"trigger {settings.image_job}"
        return curl.webhook(settings.jenkins.link, settings.image_job, title, _body(given), "Push Hook")


class DeployParameters(Parameters):
    """Of `deploy`."""

    environment: EnvironmentName
    version: VersionName
    node_port: NodePort | None = None


class Deploy(Act):
    """Has CD put a version into an environment."""

    name: ClassVar[ActionName] = "deploy"
    title = "Deploy"
    description = "Has Jenkins put a version into an environment, as the talk's curl line does."
    model = DeployParameters

    def parameters(self) -> list[Parameter]:
        """Where, which, and under which port."""
        return [
            environment_parameter(),
            Parameter(name="version", title="Version", kind="version", choices=self.version_choices()),
            Parameter(name="node_port", title="NodePort", kind="number", required=False, minimum=30050, maximum=30059),
        ]

    async def prepare(self, given: DeployParameters, *, patient: bool) -> Prepared:
        """Refuses an unknown version, and while a rollout is under way."""
        environment, settings = given.environment, self.means.settings
        digest = await self.refuse_unknown_version(given.version)
        if not patient:
            self.refuse_amid_rollout(environment)
        watched = self.means.watched(environment)
        ports = ((watched.service or {}).get("spec") or {}).get("ports") or [{}]
        port = given.node_port or int(ports[0].get("nodePort") or NODE_PORTS[environment])
        parameters = given.model_copy(update={"node_port": port})
        now = objects.tag_of(objects.image_of(watched.deployment)) if watched.deployment else "nothing"
        request = curl.webhook(
            settings.jenkins.link, settings.runner_job, f"trigger {settings.runner_job}",
            _wish(parameters), "Tag Push Hook",
        )  # fmt: skip
        return Prepared(
            parameters=parameters.model_dump(),
            title=f"deploy {given.version[:60]} to {environment}",
            words=[
                f"{settings.runner_job} applies namespace, env-config and uuid.yaml of knowledge_share to"
                f" {namespace(environment)} with {given.version} ({digest[:19]}…); it asks for {now} now.",
                "Replicas, strategy and demo.value become those of the files.",
                gap(environment, strategy_of(watched.deployment)),
            ],
            requests=[request],
            environment=environment,
            confirm=care(environment, f"{given.version} goes to prod."),
        )

    async def carry_out(self, task: Task) -> str:
        """Triggers the job, follows it and the rollout, until the version is served."""
        given = DeployParameters.model_validate(task.parameters)
        environment, job = given.environment, self.means.settings.runner_job
        if not task.noted("trigger the deployment", None):
            await settle(self.means, task, environment)
        item = await trigger(self.means, task, "trigger the deployment", job, _wish(given), "Tag Push Hook")
        await follow_build(self.means, task, job, item)
        await follow_rollout(self.means, task, environment)
        await follow_until_served(self.means, task, environment, given.version)
        await self._restart_for_value(task, environment, given.version)
        return f"{environment} serves {given.version}"

    async def _restart_for_value(self, task: Task, environment: str, version: str) -> None:
        """Pods read env-config once: where the file brought another demo.value, they have to start anew."""
        served = await self.means.seen.probes[environment].ask()
        config = (self.means.watched(environment).config or {}).get("data") or {}
        value = str(config.get("demo.value") or "")
        if served and value and served.demo_value != value:
            task.log(f"{environment}: env-config says {value} and the pods {served.demo_value}; they start anew")
            generation = await restart(self.means, task, environment)
            await follow_rollout(self.means, task, environment, generation)
            await follow_until_served(self.means, task, environment, version)


class PromoteParameters(Parameters):
    """Of `promote`; version and port are filled in by the plan."""

    version: VersionName | None = None
    node_port: NodePort | None = None


class Promote(Act):
    """Deploys to prod what test runs, byte for byte."""

    name: ClassVar[ActionName] = "promote"
    title = "Promote"
    description = "Deploys to prod the very image that test runs, by its digest."
    model = PromoteParameters

    def parameters(self) -> list[Parameter]:
        """Nothing has to be told; a version that is, must be the one that test runs by then."""
        return [Parameter(name="version", title="Version and digest", kind="version", required=False)]

    async def prepare(self, given: PromoteParameters, *, patient: bool) -> Prepared:
        """Refuses while test is in the middle of a rollout, or its pods run different images."""
        proven = self._proven()
        if given.version and given.version != proven:
            raise Refusal(
                "moved-on",
                f"test runs {proven[:40]}… by now",
                why=f"{given.version[:40]}… was to be promoted.",
                fix="look at test, and promote again",
            )
        wish = DeployParameters(environment="prod", version=proven, node_port=given.node_port)
        prepared = await Deploy(self.means).prepare(wish, patient=patient)
        parameters = {"version": proven, "node_port": prepared.parameters["node_port"]}
        tag = proven.partition("@")[0]
        words = [f"test runs {proven}; prod gets exactly this image.", *prepared.words]
        return replace(
            prepared, parameters=parameters, title=f"promote {tag} from test to prod", words=words,
            confirm=care("prod", f"{tag} goes from test to prod."),
        )  # fmt: skip

    async def carry_out(self, task: Task) -> str:
        """Deploys it."""
        task.parameters = {"environment": "prod", **task.parameters}
        return await Deploy(self.means).carry_out(task)

    def _proven(self) -> str:
        watched = self.means.watched("test")
        rollout = objects.rollout(watched)
        if watched.deployment is None or not rollout.complete or not rollout.wanted:
            raise Refusal(
                "not-proven",
                "test proves nothing just now",
                why="It has no Deployment, no replicas, or is in the middle of a rollout.",
                fix=f"kubectl rollout status deployment/uuid-deploy -n {namespace('test')}   # and promote then",
            )
        digests = {pod.digest for pod in objects.pods(watched) if pod.state == "ready" and pod.digest}
        if len(digests) != 1:
            raise Refusal(
                "not-proven",
                "The pods of test do not run one image",
                why=f"They run {', '.join(sorted(digests)) or 'nothing that is ready'}.",
                fix="deploy one version to test first",
            )
        return f"{objects.tag_of(objects.image_of(watched.deployment))}@{digests.pop()}"


def _body(given: BuildParameters) -> dict[str, Any]:
    return {"ref": given.ref, "force": str(given.force).lower(), "clean": str(given.clean).lower()}


def _wish(given: DeployParameters) -> dict[str, Any]:
    port = given.node_port or NODE_PORTS[given.environment]
    return {"version": given.version, "envName": given.environment, "nodePort": port}
