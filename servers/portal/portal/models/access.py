"""Who may do what."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Role = Literal["viewer", "operator"]


class SignIn(BaseModel):
    """The body of `POST /api/v1/session`: an account of the sandbox's Jenkins, by password or API token."""

    model_config = ConfigDict(extra="forbid")

    user: str = Field(min_length=1, max_length=200)
    password: SecretStr = Field(min_length=1, max_length=500)


class Session(BaseModel):
    """Who asks.

    Attributes:
        user: the account; "audience" for whoever came by a link.
        role: an operator may act; a viewer may look.
        csrf: what a request that changes something carries as `X-CSRF-Token` (or as the form field `csrf`), where the
            caller is known by a cookie; empty for other callers, who need none.
        expires: when the session ends.
    """

    user: str
    role: Role
    csrf: str = ""
    expires: datetime | None = None


class NewLink(BaseModel):
    """The body of `POST /api/v1/links`.

    Attributes:
        title: for whom it is.
        hours: how long it works.
    """

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="audience", min_length=1, max_length=100)
    hours: int = Field(default=12, ge=1, le=24 * 31)


class Link(BaseModel):
    """A read-only link for an audience.

    Attributes:
        id: its number.
        title: for whom it is.
        made_by: who made it.
        made: when.
        expires: when it ends.
        url: its address; told once, when it is made, since only its digest is kept.
    """

    id: int
    title: str
    made_by: str
    made: datetime
    expires: datetime
    url: str = ""


class NewToken(BaseModel):
    """The body of `POST /api/v1/tokens`: a bearer token of one's own, with at most one's own role."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=100)
    role: Role = "viewer"
    hours: int = Field(default=24, ge=1, le=24 * 31)


class Token(BaseModel):
    """A bearer token of the portal's own.

    Attributes:
        id: its number.
        title: what it is for.
        user: whose it is.
        role: what it may.
        made: when it was made.
        expires: when it ends.
        token: the token; told once, when it is made.
    """

    id: int
    title: str
    user: str
    role: Role
    made: datetime
    expires: datetime
    token: str = ""
