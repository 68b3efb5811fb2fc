"""``/generic-webhook-trigger/invoke``: the Generic Webhook Trigger, after the plugin's documentation."""

import hmac
import json
import logging
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from jenkins_light.engine.controller import Controller
from jenkins_light.errors import BadRequestError, JenkinsError, NotFoundError, TooLargeError
from jenkins_light.model import causes
from jenkins_light.model.items import Folder, Job
from jenkins_light.model.numbers import whole
from jenkins_light.model.webhooks import GenericTrigger, Variable
from jenkins_light.web import security
from jenkins_light.web.exchange import FORM, Exchange, json_answer, urlencoded
from jenkins_light.web.routing import Request, action

_log = logging.getLogger(__name__)
#: The runner, which reads the body, has 128 MiB for all it does.
_MAX_BODY = 4 * 1024 * 1024
_NO_JOBS = "Did not find any jobs with GenericTrigger configured!\n"
_HOW = (
    "No token was supplied.\n"
    "If you are using a token, you need to pass it like ...trigger/invoke?token=TOKENHERE\n"
    "If you are not using a token, you need to authenticate like http://user:passsword@example.org/generic-webhook...\n"
)


@action(Folder, f"{security.WEBHOOK}/invoke", methods=("GET", "HEAD", "POST", "PUT", "OPTIONS"))
def invoke(request: Request, _folder: Folder) -> Response:
    """Trigger every job whose trigger has the given token."""
    controller, exchange = request.controller, request.exchange
    security.check_source(controller, exchange)
    if exchange.method == "OPTIONS":
        return Response(status_code=200)
    if len(exchange.body) > _MAX_BODY:
        raise TooLargeError(f"A webhook's body has at most {_MAX_BODY} bytes")
    body, parameters = _content(exchange)
    token = given_token(exchange, parameters)
    found = _jobs(controller, token, bool(exchange.user))
    if not found:
        message = _NO_JOBS + ("A token was supplied.\n" if token else _HOW)
        return json_answer({"jobs": None, "message": message}, 404)
    answers: dict[str, Any] = {}
    failed = False
    for job, trigger in found:
        try:
            answer: Any = Invocation(controller, exchange, body, parameters).trigger(job, trigger)
        except JenkinsError as error:
            failed, answer = (
                True,
                f"Exception occurred ({type(error).__name__}: {error}), full stack trace in Jenkins server log.",
            )
            _log.warning("%s could not be triggered: %s", job.full_name, error)
        if not trigger.silent_response or failed:
            answers[job.full_name] = answer
    if failed:
        return json_answer({"jobs": answers, "message": "There were errors when triggering jobs."}, 500)
    if not answers:
        return Response(status_code=200)
    return json_answer({"jobs": answers, "message": "Triggered jobs."})


def _content(exchange: Exchange) -> tuple[str, dict[str, list[str]]]:
    """The body as text and the request's parameters.

    The body counts as it is, whatever Content-Type says; only a real form becomes JSON of its fields, as in the plugin.
    """
    body = exchange.body.decode("utf-8", "replace")
    parameters: dict[str, list[str]] = {}
    for key, value in exchange.query:
        parameters.setdefault(key, []).append(value)
    if FORM in exchange.content_type and not _is_json(body):
        for key, value in urlencoded(exchange.body):
            parameters.setdefault(key, []).append(value)
        body = json.dumps({key: values for key, values in parameters.items() if key != "token"})
    return body, parameters


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return False
    return True


def given_token(exchange: Exchange, parameters: dict[str, list[str]]) -> str:
    """The token, looked for in the plugin's order: parameter, ``token`` header, bearer, ``X-Gitlab-Token``."""
    if "token" in parameters:
        return parameters["token"][0]
    if "token" in exchange.headers:
        return exchange.headers["token"]
    for value in exchange.headers.getlist("authorization"):
        if value.startswith("Bearer "):
            return value.removeprefix("Bearer ")
    return exchange.headers.get("x-gitlab-token", "")


def _jobs(controller: Controller, token: str, known_user: bool) -> list[tuple[Job, GenericTrigger]]:
    """The jobs that this token triggers; jobs without a token only answer to a user who logged in."""
    found = []
    for job in controller.root.walk():
        trigger = job.config.triggers.webhook
        if trigger is None:
            continue
        configured = _configured_token(controller, job, trigger)
        # Every comparison runs to its end: the time tells nothing about how much of a token was right.
        matches = hmac.compare_digest(configured.encode(), token.encode())
        if matches and (token or known_user):
            found.append((job, trigger))
    return found


def _configured_token(controller: Controller, job: Job, trigger: GenericTrigger) -> str:
    if trigger.token_credential_id:
        try:
            return controller.credentials.find(job, trigger.token_credential_id).secret
        except NotFoundError:
            _log.warning("No credential %s for a webhook's token", trigger.token_credential_id)
    return trigger.token


class Invocation:
    """One call of the webhook, for one job after the other."""

    def __init__(self, controller: Controller, exchange: Exchange, body: str, parameters: dict[str, list[str]]) -> None:
        self._controller = controller
        self._exchange = exchange
        self._body = body
        self._parameters = parameters

    def trigger(self, job: Job, trigger: GenericTrigger) -> dict[str, Any]:
        """Trigger the job if its filter lets the call pass; what the plugin answers about it."""
        variables = self.variables(trigger)
        text = render(trigger.regexp_filter_text, variables)
        answer: dict[str, Any] = {
            "id": 0,
            "regexpFilterExpression": trigger.regexp_filter_expression,
            "regexpFilterText": text,
            "resolvedVariables": variables,
            "triggered": False,
            "url": "",
        }
        if not self._matches(trigger.regexp_filter_expression, text):
            return answer
        if any(value.lower() == "true" for value in self._exchange.headers.getlist("gwt-dry-run")):
            return answer | {"triggered": True, "url": self._controller.settings.url + job.url_path}
        if job.config.disabled:
            return answer
        item = self._controller.schedule(
            job,
            causes.by_webhook(render(trigger.cause, variables)),
            {name: value for name, value in variables.items() if value},
            quiet=self._quiet_period(trigger),
            environment=variables,
            unique=not trigger.allow_several_triggers_per_build,
            preamble=self._preamble(trigger, variables),
            checked=False,
        )
        return answer | {"triggered": True, "id": item.id, "url": f"queue/item/{item.id}/"}

    def variables(self, trigger: GenericTrigger) -> dict[str, str]:
        """Every variable the call contributes, in order of name: headers, parameters, then the body's."""
        wanted: list[Variable] = []
        for variable in trigger.header_variables:
            values = self._exchange.headers.getlist(variable.key)
            wanted += _several(variable, values, variable.key.lower(), values[:1])
        for variable in trigger.request_variables:
            values = self._parameters.get(variable.key, [])
            wanted += _several(variable, values, variable.key, values if len(values) == 1 else [])
        wanted += trigger.variables
        return dict(sorted(self._resolve(wanted, not trigger.should_not_flatten).items())) if wanted else {}

    def _resolve(self, variables: list[Variable], flatten: bool) -> dict[str, str]:
        expressions = [
            {
                "key": v.key,
                "value": v.value,
                "expressionType": v.expression_type,
                "regexpFilter": v.regexp_filter,
                "defaultValue": v.default,
            }
            for v in variables
        ]
        answer = self._controller.runner.ask(
            {"type": "variables", "document": self._body, "expressions": expressions, "flatten": flatten}
        )
        if "variables" not in answer:
            raise BadRequestError(f"The body can't be read: {answer.get('message')}")
        for warning in answer.get("warnings") or ():
            _log.info("Webhook: %s", warning)
        return {str(name): str(value) for name, value in answer["variables"].items()}

    def _matches(self, expression: str, text: str) -> bool:
        if not expression and not text:
            return True
        answer = self._controller.runner.ask({"type": "match", "pattern": expression, "text": text})
        if answer.get("error"):
            raise BadRequestError(str(answer["error"]))
        return bool(answer.get("matched"))

    def _quiet_period(self, trigger: GenericTrigger) -> float | None:
        given = (self._parameters.get("jobQuietPeriod") or [""])[0]
        seconds = whole(given)
        return float(seconds) if trigger.override_quiet_period and seconds is not None else None

    def _preamble(self, trigger: GenericTrigger, variables: dict[str, str]) -> str:
        parts = []
        if trigger.print_post_content:
            parts.append(f" Received:\n\n{self._body}\n\n")
        if trigger.print_contributed_variables:
            parts.append("Contributing variables:\n")
            parts.extend(f"    {name} = {value}" for name, value in variables.items())
            parts.append("\n")
        return "\n".join(parts)


def _several(variable: Variable, values: list[str], name: str, alone: list[str]) -> list[Variable]:
    """A parameter's or header's values as ``name_0``, ``name_1``…, and ``alone`` under the plain name."""
    numbered = [(f"{name}_{number}", value) for number, value in enumerate(values)]
    named = [(name, value) for value in alone]
    return [replace(variable, key=key, value=value, expression_type="Value") for key, value in [*numbered, *named]]


def render(text: str, variables: dict[str, str]) -> str:
    """Replace ``$name`` and ``${name}``; longer names first, so that ``$ref`` does not eat ``$reference``."""
    for name in sorted(variables, key=lambda name: (-len(name), name)):
        text = text.replace(f"${name}", variables[name]).replace(f"${{{name}}}", variables[name])
    return text
