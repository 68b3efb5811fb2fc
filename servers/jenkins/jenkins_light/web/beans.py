"""Jobs, builds, views and folders as the remote API shows them; names and visibilities are Jenkins'."""

from collections.abc import Callable
from typing import Any

from jenkins_light.engine.controller import Controller
from jenkins_light.engine.executors import LABELS
from jenkins_light.model import jobconfig, jobproperties, parameters, triggers
from jenkins_light.model.builds import COLORS
from jenkins_light.model.items import Folder, Item, Job
from jenkins_light.model.triggers import Triggers
from jenkins_light.model.views import View
from jenkins_light.web.export import ALWAYS, Bean, bean

JOB_CLASSES = {
    jobconfig.PIPELINE: "org.jenkinsci.plugins.workflow.job.WorkflowJob",
    jobconfig.FREESTYLE: "hudson.model.FreeStyleProject",
    jobconfig.FOLDER: jobconfig.FOLDER,
}
_RECENT = 100
Getter = Callable[[], Any]


def color(job: Job) -> str:
    """The ball of a job: of its last completed build, blinking while one runs."""
    last, completed = job.builds.last, job.builds.permalink("lastCompletedBuild")
    shade = COLORS.get(completed.result or "", "notbuilt") if completed else "notbuilt"
    if job.config.disabled:
        shade = "disabled"
    return shade + ("_anime" if last is not None and last.building else "")


def item_bean(controller: Controller, item: Item) -> Bean:
    """A job or a folder."""
    if isinstance(item, Folder):
        return root_bean(controller) if item.parent is None else folder_bean(controller, item)
    if not isinstance(item, Job):
        raise TypeError(item)
    return job_bean(controller, item)


def root_bean(controller: Controller) -> Bean:
    """Jenkins itself."""
    root, settings = controller.root, controller.settings
    values: dict[str, tuple[int, Getter]] = {
        "assignedLabels": (1, lambda: [bean("", name=label) for label in sorted(LABELS)]),
        "mode": (1, lambda: "NORMAL"),
        "nodeDescription": (1, lambda: "the Jenkins controller's built-in node"),
        "nodeName": (1, lambda: ""),
        "numExecutors": (1, lambda: len(controller.executors.slots)),
        "description": (1, lambda: None),
        "jobs": (1, lambda: [item_bean(controller, item) for item in root]),
        "overallLoad": (1, lambda: bean("")),
        "primaryView": (1, lambda: view_bean(controller, root.views.primary)),
        "quietDownReason": (1, lambda: controller.quiet_reason),
        "quietingDown": (1, lambda: controller.quieting_down),
        "slaveAgentPort": (1, lambda: -1),
        "unlabeledLoad": (1, lambda: bean("jenkins.model.UnlabeledLoadStatistics")),
        "url": (1, lambda: settings.url),
        "useCrumbs": (1, lambda: True),
        "useSecurity": (1, lambda: True),
        "views": (1, lambda: [view_bean(controller, view) for view in root.views]),
    }
    return Bean("hudson.model.Hudson", values)


def _names(controller: Controller, item: Item) -> dict[str, tuple[int, Getter]]:
    return {
        "actions": (1, list),
        "description": (1, lambda: item.config.description or None),
        "displayName": (1, lambda: item.display_name),
        "displayNameOrNull": (1, lambda: item.config.display_name or None),
        "fullDisplayName": (1, lambda: item.full_display_name),
        "fullName": (1, lambda: item.full_name),
        "name": (ALWAYS, lambda: item.name),
        "url": (ALWAYS, lambda: controller.settings.url + item.url_path),
    }


def folder_bean(controller: Controller, folder: Folder) -> Bean:
    """A folder."""
    values = _names(controller, folder) | {
        "healthReport": (1, list),
        "jobs": (1, lambda: [item_bean(controller, item) for item in folder]),
        "primaryView": (1, lambda: view_bean(controller, folder.views.primary)),
        "views": (1, lambda: [view_bean(controller, view) for view in folder.views]),
    }
    return Bean(jobconfig.FOLDER, values)


def job_bean(controller: Controller, job: Job) -> Bean:
    """A job."""
    from jenkins_light.web.build_beans import build_bean, queue_item_bean

    def link(name: str) -> Getter:
        def get() -> Bean | None:
            build = job.builds.permalink(name)
            return build_bean(controller, build) if build else None

        return get

    def some(count: int | None) -> list[Bean]:
        return [build_bean(controller, build) for build in list(job.builds)[:count]]

    def first() -> Bean | None:
        return build_bean(controller, job.builds.first) if job.builds.first else None

    def waiting() -> Bean | None:
        item = next((i for i in controller.queue.items() if i.job is job), None)
        return queue_item_bean(controller, item) if item else None

    values = _names(controller, job) | {
        "buildable": (1, lambda: not job.config.disabled),
        "builds": (1, lambda: some(_RECENT)),
        "allBuilds": (-2, lambda: some(None)),
        "color": (2, lambda: color(job)),
        "firstBuild": (1, first),
        "healthReport": (1, lambda: health(job)),
        "inQueue": (1, lambda: waiting() is not None),
        "keepDependencies": (1, lambda: False),
        **{name: (1, link(name)) for name in _PERMALINKS},
        "nextBuildNumber": (1, lambda: job.builds.next_number),
        "property": (1, lambda: _properties(job)),
        "queueItem": (1, waiting),
        "concurrentBuild": (1, lambda: job.config.concurrent),
        "disabled": (1, lambda: job.config.disabled),
        "inBuild": (-2, lambda: any(build.building for build in job.builds)),
    }
    if job.config.kind == jobconfig.PIPELINE:
        values["resumeBlocked"] = (1, lambda: not job.config.resumable)
    else:
        none: Getter = list
        values |= {"downstreamProjects": (1, none), "upstreamProjects": (1, none), "labelExpression": (1, lambda: None)}
        values["scm"] = (1, lambda: bean("hudson.scm.NullSCM"))
    return Bean(JOB_CLASSES[job.config.kind], values)


_PERMALINKS = (
    "lastBuild",
    "lastCompletedBuild",
    "lastFailedBuild",
    "lastStableBuild",
    "lastSuccessfulBuild",
    "lastUnstableBuild",
    "lastUnsuccessfulBuild",
)


def health(job: Job) -> list[Bean]:
    """How the last five completed builds went, in Jenkins' steps of 20 %."""
    recent = [build for build in job.builds if not build.building][:5]
    if not recent:
        return []
    failed = sum(build.result == "FAILURE" for build in recent)
    score = 100 * (len(recent) - failed) // len(recent)
    level = min(80, score // 20 * 20)
    icon = f"health-{level:02d}to{level + 19:02d}"
    said = "No recent builds failed." if not failed else f"{failed} out of the last {len(recent)} builds failed."
    return [
        bean(
            "", description=f"Build stability: {said}", iconClassName=f"icon-{icon}", iconUrl=f"{icon}.png", score=score
        )
    ]


def _properties(job: Job) -> list[Bean]:
    """In the order of config.xml; what an older form of it says elsewhere comes last, as when Jenkins has read it."""
    holder = job.document.find("properties")
    tags = [str(element.tag) for element in ([] if holder is None else holder)]
    if job.config.kind == jobconfig.PIPELINE and job.config.triggers != Triggers():
        tags.append(triggers.PROPERTY)
    if job.config.discarder is not None:
        tags.append(jobproperties.DISCARDER)
    return [_property(job, tag) for tag in dict.fromkeys(tags) if tag in _PROPERTIES]


_PROPERTIES = jobproperties.PLAIN | {parameters.PROPERTY, triggers.PROPERTY}


def _property(job: Job, tag: str) -> Bean:
    if tag != parameters.PROPERTY:
        return bean(jobproperties.java_class(tag))
    return bean(tag, parameterDefinitions=[_definition(definition) for definition in job.config.parameters])


def _definition(definition: parameters.ParameterDefinition) -> Bean:
    shown: dict[str, Any] = {} if definition.kind == "Password" else {"value": definition.default_value}
    value = bean(
        definition.value_cls,
        name=definition.name,
        **shown,
    )
    choices: dict[str, Any] = {"choices": list(definition.choices)} if definition.kind == "Choice" else {}
    return bean(
        definition.cls,
        defaultParameterValue=value,
        description=definition.description,
        name=definition.name,
        type=definition.type,
        **choices,
    )


def view_bean(controller: Controller, view: View) -> Bean:
    """A view."""
    values: dict[str, tuple[int, Getter]] = {
        "description": (1, lambda: view.description or None),
        "jobs": (1, lambda: [item_bean(controller, item) for item in view.items]),
        "name": (ALWAYS, lambda: view.name),
        "property": (1, list),
        "url": (ALWAYS, lambda: controller.settings.url + view.url_path),
    }
    return Bean(str(view.document.tag), values)
