"""Deploy tokens: names and passwords by which machines read a project's or a group's repositories over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

from gitlab_light.model.database import Database, kept, now
from gitlab_light.model.passwords import digest, new_token

READ_REPOSITORY = "read_repository"
SCOPES = (
    READ_REPOSITORY, "read_registry", "write_registry", "read_package_registry", "write_package_registry",
    "read_virtual_registry", "write_virtual_registry",
)  # fmt: skip
_PREFIX = "gldt-"


@dataclass(frozen=True)
class DeployToken:
    """A deploy token; the secret itself is not kept.

    Attributes:
        source: "project" or "group": where it opens repositories.
        username: the name that goes with it.
        expires_at: the time (ISO 8601, UTC) from which it is no longer accepted; None for never.
    """

    id: int
    source: str
    source_id: int
    name: str
    username: str
    scopes: list[str]
    revoked: bool
    expires_at: str | None
    created_at: str

    @property
    def expired(self) -> bool:
        """Whether its time has come."""
        return self.expires_at is not None and self.expires_at <= now()

    @property
    def active(self) -> bool:
        """Whether it is accepted."""
        return not self.revoked and not self.expired


class DeployTokens:
    """The deploy tokens."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[DeployToken]:
        """All that are not revoked."""
        return self._db.all(DeployToken, "SELECT * FROM deploy_tokens WHERE NOT revoked ORDER BY id")

    def of(self, source: str, source_id: int) -> list[DeployToken]:
        """A project's or group's that are not revoked."""
        return [token for token in self.all() if (token.source, token.source_id) == (source, source_id)]

    def accepted(self, username: str, secret: str) -> DeployToken | None:
        """The active one that these belong to."""
        token = self._db.one(DeployToken, "SELECT * FROM deploy_tokens WHERE digest = ?", digest(secret))
        return token if token and token.active and token.username == username else None

    def add(
        self, source: str, source_id: int, name: str, scopes: list[str], *, username: str | None, expires_at: str | None
    ) -> tuple[DeployToken, str]:
        """Makes one; returns it with its secret, which is shown this one time."""
        secret = new_token(_PREFIX)
        with self._db.transaction():
            token_id = self._db.insert(
                "deploy_tokens", source=source, source_id=source_id, name=name, username=username or "", scopes=scopes,
                expires_at=expires_at, digest=digest(secret), created_at=now(),
            )  # fmt: skip
            if not username:
                self._db.update("deploy_tokens", token_id, username=f"gitlab+deploy-token-{token_id}")
        token = kept(self._db.one(DeployToken, "SELECT * FROM deploy_tokens WHERE id = ?", token_id))
        return token, secret

    def revoke(self, token: DeployToken) -> None:
        """The token is no longer accepted."""
        self._db.update("deploy_tokens", token.id, revoked=True)
