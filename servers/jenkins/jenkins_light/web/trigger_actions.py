"""Addresses of triggers: the polling log, polling on demand, the check of a crontab."""

import html
from datetime import datetime

from starlette.responses import Response

from jenkins_light.engine import polling
from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.model import crontab, triggers
from jenkins_light.model.items import Job
from jenkins_light.web import templates
from jenkins_light.web.exchange import redirect, text_answer
from jenkins_light.web.routing import BOTH, POST, Request, action


@action(Job, "polling", methods=POST)
def poll(request: Request, job: Job) -> Response:
    """Poll the job's repositories now (AbstractProject and WorkflowJob ``doPolling``)."""
    request.controller.triggers.poll(job)
    return redirect("/" + job.url_path)


@action(Job, "scmPollLog")
def polling_page(request: Request, job: Job) -> Response:
    """The last polling's log as a page."""
    rows = [[line] for line in _log(job).splitlines()] or [["Polling has not run yet."]]
    return templates.page(request, "facts.html", title=f"Git Polling Log: {job.full_name}", heads=["Log"], rows=rows)


@action(Job, "scmPollLog/pollingLog", "scmPollLog/pollingLog.txt")
def polling_log(_request: Request, job: Job) -> Response:
    """The same as text."""
    return text_answer(_log(job))


def _log(job: Job) -> str:
    if job.config.triggers.poll is None:
        raise NotFoundError(f"{job.full_name} does not poll")
    path = polling.log_path(job)
    return path.read_text() if path.exists() else ""


@action(Job, f"descriptorByName/{triggers.TIMER}/checkSpec", methods=BOTH)
@action(Job, f"descriptorByName/{triggers.POLL}/checkScmpoll_spec", methods=BOTH)
def check_crontab(request: Request, job: Job) -> Response:
    """What a crontab means, or why it is none; the text is for the form."""
    exchange = request.exchange
    try:
        table = crontab.parse(exchange.parameter("value"), job.full_name)
    except BadRequestError as error:
        return Response(f"<div class=error>{html.escape(str(error))}</div>", media_type="text/html;charset=utf-8")
    due = table.next(datetime.now().astimezone()) if table.lines else None
    said = f"Would next run at {due:%A, %B %d, %Y, %I:%M:%S %p %Z}." if due else "No schedules so will never run"
    kind = "ok" if due else "warning"
    return Response(f"<div class={kind}>{said}</div>", media_type="text/html;charset=utf-8")
