"""How versions, refs and values may be written; what reaches a shell in Jenkins is admitted by form alone."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from portal.database import now
from portal.settings import namespace

# As the trigger of uuid.runner admits them: the talk's form, which a branch's image continues with its name and
# commit, with or without the digest that it must have.
VERSION = r"^v[0-9]+(\.[0-9]+){3}(-[A-Za-z0-9_.-]{1,90})?(@sha256:[0-9a-f]{64})?$"
# As the trigger of uuid.image admits them.
REF = r"^refs/(heads/[A-Za-z0-9][A-Za-z0-9._/-]{0,200}|tags/v[0-9]+(\.[0-9]+){3})$"


def _as_text(value: object) -> object:
    """A browser's form sends everything as text, and a number in a text field as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("it has characters that cannot be printed")
    return value


def _version(value: str) -> str:
    if not re.fullmatch(VERSION, value):
        raise ValueError("it is no version, as v1.2.0.0 or a branch's v1.2.0.0-name-1a2b3c4d")
    return value


def _ref(value: str) -> str:
    if not re.fullmatch(REF, value):
        raise ValueError("it is neither a branch, as refs/heads/master, nor a version's tag, as refs/tags/v1.2.0.0")
    return value


EnvironmentName = Literal["test", "prod"]
VersionName = Annotated[str, AfterValidator(_version)]
RefName = Annotated[str, AfterValidator(_ref)]
DemoText = Annotated[
    str, BeforeValidator(_as_text), StringConstraints(min_length=1, max_length=100), AfterValidator(_one_line)
]
NodePort = Annotated[int, Field(ge=30050, le=30059)]


def care(environment: str, what: str) -> str:
    """The question to ask before what changes prod."""
    return f"{what} People use prod. Go on?" if environment == "prod" else ""


def gap(environment: str, strategy: str) -> str:
    """What a rollout means for whoever uses the service."""
    if strategy == "Recreate":
        return f"The strategy is Recreate: all pods of {environment} end first, so nobody answers for some seconds."
    return f"Pods of {environment} are replaced one by one; it answers throughout."


def deployment_path(environment: str, part: str = "") -> str:
    """The address of an environment's Deployment, or of a part of it."""
    return f"/apis/apps/v1/namespaces/{namespace(environment)}/deployments/uuid-deploy{part}"


def restarted_at() -> str:
    """The time as `kubectl rollout restart` writes it."""
    return now().strftime("%Y-%m-%dT%H:%M:%SZ")
