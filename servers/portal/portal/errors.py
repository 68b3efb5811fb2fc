"""What the portal refuses, and what it could not do: each says what, why and what next.

`Refusal` is an answer to whoever asked. `PartDown` and `PartRefused` tell of a part; as an answer they are 424 (Failed
Dependency), because the portal itself is in order.
"""

from __future__ import annotations


class PortalError(Exception):
    """Whatever is told to the one who asked.

    Args:
        kind: a word that stays the same.
        what: what happened.
        why: the reason.
        fix: what to do next.
        status: the HTTP status.
        field: the parameter that is at fault; empty where no single one is.
        wait: the seconds after which it can be asked again; 0 where time changes nothing.
    """

    def __init__(
        self, kind: str, what: str, *, why: str = "", fix: str = "", status: int = 409, field: str = "", wait: int = 0
    ) -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what
        self.why = why
        self.fix = fix
        self.status = status
        self.field = field
        self.wait = wait

    @property
    def headers(self) -> dict[str, str]:
        """What goes with it, told as a page or as JSON."""
        return {"Retry-After": str(self.wait)} if self.wait else {}


class Refusal(PortalError):
    """What was asked for is not done."""


class PartDown(PortalError):
    """A part does not answer; nothing that it was sent may count on having arrived."""

    def __init__(self, part: str, why: str, *, fix: str = "", sent: bool = True) -> None:
        super().__init__("part-down", f"{part} does not answer", why=why, fix=fix, status=424)
        self.part = part
        self.sent = sent


class PartRefused(PortalError):
    """A part answers with an error."""

    def __init__(self, part: str, code: int, why: str, *, fix: str = "") -> None:
        super().__init__("part-refused", f"{part} answers HTTP {code}", why=why, fix=fix, status=424)
        self.part = part
        self.code = code


def not_found(what: str, *, fix: str = "") -> Refusal:
    """There is no such thing."""
    return Refusal("not-found", what, fix=fix, status=404)


def invalid(what: str, why: str = "", *, fix: str = "", field: str = "") -> Refusal:
    """What was sent cannot be understood or is out of range."""
    return Refusal("invalid", what, why=why, fix=fix, status=422, field=field)
