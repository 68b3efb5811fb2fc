"""``/configuration-as-code``: the part of Jenkins' global configuration that this server has, as the plugin takes it.

That is ``jenkins: globalNodeProperties`` (environment variables) and, below ``unclassified``,
``sonarGlobalConfiguration``, ``gitLabConnectionConfig`` and the categories of ``throttleJobProperty``. As with the
plugin, what a document leaves out stays as it is, and a list replaces the list that was there.
"""

from collections.abc import Callable
from typing import Any

import yaml
from starlette.responses import Response

from jenkins_light.engine.controller import Controller
from jenkins_light.errors import BadRequestError
from jenkins_light.model.gitlab import FIELDS, connections_to_xml
from jenkins_light.model.items import Folder
from jenkins_light.model.numbers import whole
from jenkins_light.model.sonarqube import KEYS, SonarInstallation
from jenkins_light.model.throttle import Category
from jenkins_light.web.exchange import done, json_answer
from jenkins_light.web.routing import POST, Request, action

_ROOT = "configuration-as-code"
# The name that the plugin's own documentation used before symbols had capitals.
_SONAR = ("sonarGlobalConfiguration", "sonarglobalconfiguration")
_GITLAB = "gitLabConnectionConfig"
_THROTTLE = "throttleJobProperty"
_IGNORED = {"buildWrapperEnabled", "triggers", "serverAuthenticationToken"}


@action(Folder, f"{_ROOT}/apply", methods=POST)
def apply(request: Request, _folder: Folder) -> Response:
    """Take a YAML document; nothing of it is taken when a part of it is not known here."""
    for act in _acts(request.controller, request.exchange.body):
        act()
    return done()


@action(Folder, f"{_ROOT}/check", methods=POST)
def check(request: Request, _folder: Folder) -> Response:
    """What is wrong with a YAML document, which is not taken; a list as the plugin's, empty when all is well."""
    try:
        _acts(request.controller, request.exchange.body)
    except BadRequestError as error:
        return json_answer([{"line": -1, "message": str(error)}], 400)
    return json_answer([])


@action(Folder, f"{_ROOT}/export", methods=POST)
def export(request: Request, _folder: Folder) -> Response:
    """The same configuration as YAML."""
    controller = request.controller
    variables = [{"key": key, "value": value} for key, value in controller.global_variables.all().items()]
    installations = [
        {key: value for name, key in KEYS.items() if (value := getattr(installation, name))}
        for installation in controller.sonar_installations.all()
    ]
    categories = [
        {
            "categoryName": category.name,
            "maxConcurrentPerNode": category.per_node,
            "maxConcurrentTotal": category.total,
            **({"nodeLabeledPairs": [dict(zip(_PAIR, pair, strict=True)) for pair in pairs]} if pairs else {}),
        }
        for category in controller.throttle_categories.all()
        for pairs in [category.by_label]
    ]
    document = {
        "jenkins": {"globalNodeProperties": [{"envVars": {"env": variables}}] if variables else []},
        "unclassified": {_SONAR[0]: {"buildWrapperEnabled": True, "installations": installations}}
        | ({_GITLAB: {"connections": controller.gitlab.described()}} if controller.gitlab.all() else {})
        | ({_THROTTLE: {"categories": categories}} if categories else {}),
    }
    return Response(yaml.safe_dump(document, sort_keys=False), media_type="application/yaml;charset=utf-8")


Act = Callable[[], None]


def _acts(controller: Controller, body: bytes) -> list[Act]:
    """What taking a document would do.

    Raises:
        BadRequestError: it is no YAML, or has a part that is not known here.
    """
    try:
        document = yaml.safe_load(body)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadRequestError(f"Not YAML: {error}") from error
    return [*_jenkins(controller, document), *_unclassified(controller, document)]


def _jenkins(controller: Controller, document: Any) -> list[Act]:
    section = _section(document, "jenkins", {"globalNodeProperties"})
    if "globalNodeProperties" not in section:
        return []
    variables: dict[str, str] = {}
    for entry in _list(section["globalNodeProperties"], "globalNodeProperties"):
        for one in _list(_section(entry, "envVars", {"env"}).get("env"), "env"):
            if not isinstance(one, dict) or "key" not in one:
                raise BadRequestError(f"An environment variable needs key and value: {one!r}")
            variables[str(one["key"])] = _text(one.get("value"))
    return [lambda: controller.global_variables.set(variables)]


def _unclassified(controller: Controller, document: Any) -> list[Act]:
    section = _section(document, "unclassified", {*_SONAR, _GITLAB, _THROTTLE})
    acts: list[Act] = []
    throttling = section.get(_THROTTLE)
    if isinstance(throttling, dict) and "categories" in throttling:
        categories = [_category(entry) for entry in _list(throttling["categories"], "categories")]
        acts.append(lambda: controller.throttle_categories.set(categories))
    connections = section.get(_GITLAB)
    if isinstance(connections, dict) and "connections" in connections:
        entries = _list(connections["connections"], "connections")
        for entry in entries:
            if not isinstance(entry, dict):
                raise BadRequestError(f"A GitLab connection must be a map: {entry!r}")
            _known(entry, set(FIELDS), "connections")
        document_of_connections = connections_to_xml(entries)
        acts.append(lambda: controller.gitlab.write(document_of_connections))
    configured = next((section[name] for name in _SONAR if name in section), None)
    if not isinstance(configured, dict) or "installations" not in configured:
        return acts
    installations = []
    for entry in _list(configured["installations"], "installations"):
        if not isinstance(entry, dict) or not entry.get("name"):
            raise BadRequestError(f"A SonarQube installation needs a name: {entry!r}")
        _known(entry, {*KEYS.values(), *_IGNORED}, "installations")
        installations.append(SonarInstallation(**{name: _text(entry.get(key)) for name, key in KEYS.items()}))
    return [*acts, lambda: controller.sonar_installations.set(installations)]


_PAIR = ("throttledNodeLabel", "maxConcurrentPerNodeLabeled")


def _category(entry: Any) -> Category:
    """A category of throttle-concurrents; a number that is left out is 0, which limits nothing."""
    if not isinstance(entry, dict) or not entry.get("categoryName"):
        raise BadRequestError(f"A throttle category needs a categoryName: {entry!r}")
    _known(entry, {"categoryName", "maxConcurrentTotal", "maxConcurrentPerNode", "nodeLabeledPairs"}, "categories")
    pairs = [
        (_text(pair.get(_PAIR[0])), _count(pair.get(_PAIR[1])))
        for pair in _list(entry.get("nodeLabeledPairs"), "nodeLabeledPairs")
        if isinstance(pair, dict)
    ]
    total, per_node = _count(entry.get("maxConcurrentTotal")), _count(entry.get("maxConcurrentPerNode"))
    return Category(str(entry["categoryName"]), total, per_node, tuple(pairs))


def _count(value: Any) -> int:
    number = whole(_text(value)) if value is not None else 0
    if number is None:
        raise BadRequestError(f"Not a number of builds: {value!r}")
    return number


def _section(document: Any, name: str, known: set[str]) -> dict[str, Any]:
    """The part of a document below ``name``, which may be left out; the document's other parts must be known too."""
    if not isinstance(document, dict):
        raise BadRequestError("The configuration must be a map")
    _known(document, {"jenkins", "unclassified", name}, "the configuration")
    section = document.get(name) or {}
    if not isinstance(section, dict):
        raise BadRequestError(f"{name} must be a map")
    _known(section, known, name)
    return section


def _known(given: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(map(str, given)) - known)
    if unknown:
        raise BadRequestError(f"The light Jenkins has no {', '.join(unknown)} in {where}")


def _list(value: Any, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRequestError(f"{name} must be a list")
    return value


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
