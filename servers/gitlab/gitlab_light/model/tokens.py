"""Personal and project access tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gitlab_light.model.database import Database, kept, now
from gitlab_light.model.passwords import digest, new_token

SCOPES = (
    "api", "read_api", "read_user", "create_runner", "manage_runner", "k8s_proxy", "self_rotate",
    "read_repository", "write_repository", "read_registry", "write_registry", "sudo", "admin_mode",
)  # fmt: skip
PROJECT_SCOPES = tuple(scope for scope in SCOPES if scope not in ("read_user", "sudo", "admin_mode"))
# A token that is made without an end gets a year, as in GitLab since 16.0.
_DEFAULT_DAYS = 365
# How far behind the time of last use may be: GitLab too writes it only now and then.
_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Token:
    """An access token; the secret itself is not kept.

    Attributes:
        source: "user" for a personal token, "project" for a project's.
        source_id: the project, for a project's token.
        expires_at: the day (ISO) from which it is no longer accepted; None for never.
    """

    id: int
    user_id: int
    source: str
    source_id: int | None
    name: str
    description: str
    scopes: list[str]
    revoked: bool
    expires_at: str | None
    last_used_at: str | None
    created_at: str

    @property
    def expired(self) -> bool:
        """Whether its last day has come."""
        return self.expires_at is not None and self.expires_at <= today().isoformat()

    @property
    def active(self) -> bool:
        """Whether it is accepted."""
        return not self.revoked and not self.expired


def today() -> date:
    """The current day in UTC, by which tokens end."""
    return datetime.now(UTC).date()


def default_expiry() -> date:
    """The last day of a token that is made without one."""
    return today() + timedelta(days=_DEFAULT_DAYS)


class Tokens:
    """The access tokens of users and projects."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, token_id: int) -> Token | None:
        """The token with this id."""
        return self._db.one(Token, "SELECT * FROM tokens WHERE id = ?", token_id)

    def by_secret(self, secret: str) -> Token | None:
        """The token whose secret this is, in whatever state."""
        return self._db.one(Token, "SELECT * FROM tokens WHERE digest = ?", digest(secret))

    def create(
        self,
        user_id: int,
        name: str,
        scopes: list[str],
        *,
        expires_at: date | None,
        source: str = "user",
        source_id: int | None = None,
        description: str = "",
        secret: str | None = None,
    ) -> tuple[Token, str]:
        """Makes a token; returns it with its secret, which is shown this one time."""
        secret = secret or new_token()
        token_id = self._db.insert(
            "tokens",
            user_id=user_id,
            source=source,
            source_id=source_id,
            name=name,
            description=description,
            digest=digest(secret),
            scopes=scopes,
            expires_at=expires_at.isoformat() if expires_at else None,
            created_at=now(),
        )
        token = kept(self.find(token_id))
        return token, secret

    def revoke(self, token: Token) -> None:
        """The token is no longer accepted."""
        self._db.update("tokens", token.id, revoked=True)

    def rotate(self, token: Token, expires_at: date) -> tuple[Token, str]:
        """Revokes a token and makes its successor."""
        with self._db.transaction():
            self.revoke(token)
            return self.create(
                token.user_id,
                token.name,
                token.scopes,
                expires_at=expires_at,
                source=token.source,
                source_id=token.source_id,
                description=token.description,
            )

    def note_use(self, token: Token) -> None:
        """Keeps when the token was last used, to the minute."""
        used = token.last_used_at
        if used is None or datetime.fromisoformat(used) < datetime.now(UTC) - _USE_NOTED_EVERY:
            self._db.update("tokens", token.id, last_used_at=now())
