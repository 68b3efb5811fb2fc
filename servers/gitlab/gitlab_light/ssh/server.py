"""The SSH server: whom it lets in, and that it only ever runs git."""

from __future__ import annotations

import logging
import shlex
import socket
from functools import partial

import asyncssh
from starlette.concurrency import run_in_threadpool

from gitlab_light.admission import Admission, Gate, NotAdmitted
from gitlab_light.instance import Instance
from gitlab_light.model.keys import Key, fingerprint_sha256
from gitlab_light.model.users import User
from gitlab_light.ssh.host_keys import host_keys
from gitlab_light.ssh.outlet import Outlet
from gitlab_light.ssh.transfer import WINDOW, Transfers

_log = logging.getLogger(__name__)
_USER = "git"
_COMMANDS = ("git-upload-pack", "git-receive-pack", "git-upload-archive")
_LOGIN_SECONDS = 60
_KEEPALIVE_SECONDS = 60
_RULER = "=" * 72

Process = asyncssh.SSHServerProcess[bytes]


class SshServer:
    """Listens for git clients.

    Args:
        instance: the server's parts.
        listening: the socket that clients come to.
    """

    def __init__(self, instance: Instance, listening: socket.socket) -> None:
        self._instance = instance
        self._listening = listening
        self._gate = Gate(instance, instance.links.ssh)
        self._transfers = Transfers(instance)
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def start(self) -> None:
        """Begins to answer.

        Raises:
            ValueError: a host key's file holds none.
        """
        keys = await run_in_threadpool(host_keys, self._instance.settings.data / "ssh")
        self._acceptor = await asyncssh.listen(
            sock=self._listening, server_factory=partial(_Login, self._instance), server_host_keys=keys,
            process_factory=self._serve, encoding=None, line_editor=False, allow_pty=False, agent_forwarding=False,
            x11_forwarding=False, allow_scp=False, password_auth=False, kbdint_auth=False,
            login_timeout=_LOGIN_SECONDS, keepalive_interval=_KEEPALIVE_SECONDS, compression_algs=["none"],
            server_version="GitLab-SSHD", window=WINDOW,
        )  # fmt: skip

    async def stop(self) -> None:
        """Ends listening and what is under way."""
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()

    async def _serve(self, process: Process) -> None:
        """Runs what one channel asks for: git, or without a command the welcome."""
        try:
            key = process.get_extra_info("gitlab_key")
            code = await self._run(process, key)
        except NotAdmitted as refused:
            code = _refuse(process, str(refused))
        except (asyncssh.Error, BrokenPipeError, ConnectionResetError):
            return  # the client has gone
        except Exception:
            _log.exception("an SSH session failed")
            code = _refuse(process, "Internal error")
        process.exit(code)

    async def _run(self, process: Process, key: Key) -> int:
        # The key may have been removed, and the user blocked, since the connection was made.
        known, user = await run_in_threadpool(_owner, self._instance, key)
        if known is None:
            return _refuse(process, "Could not find the given key")
        if process.command is None:
            name = f"@{user.username}" if user else "Anonymous"
            process.stdout.write(f"Welcome to GitLab, {name}!\n".encode())
            return 0
        command, path = _parse(process.command)
        if known.kind == "user" and (user is None or not user.active):
            raise NotAdmitted("Your account has been blocked.")
        admission = await run_in_threadpool(self._admit, known, user, path, command)
        return await self._transfers.run(process, command, admission)

    def _admit(self, key: Key, user: User | None, path: str, command: str) -> Admission:
        self._instance.keys.note_use(key)
        writes = command == "git-receive-pack"
        if key.kind == "deploy":
            return self._gate.deploy_key(key, path, writes=writes)
        admission = self._gate.user(user, path, writes=writes)
        if user is not None:
            self._gate.told(user, admission.project)
        return admission


class _Login(asyncssh.SSHServer):
    """Lets in whoever holds the private part of a key that is kept here, under the name git."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._connection: asyncssh.SSHServerConnection | None = None
        self._outlet = Outlet()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remembers the connection, which carries the key to its channels."""
        self._connection = conn
        self._outlet.watch(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  why it went changes nothing
        """Nobody waits for a network that has gone."""
        self._outlet.release()

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002  nobody comes in without a key
        """Everybody has to show a key."""
        return True

    def public_key_auth_supported(self) -> bool:
        """Keys are the only way in."""
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether a key is known; called before the client proves that it holds the private part."""
        found = await run_in_threadpool(self._instance.keys.by_fingerprint, fingerprint_sha256(key.public_data))
        if username != _USER or found is None or not found.usable or self._connection is None:
            return False
        self._connection.set_extra_info(gitlab_key=found)
        return True


def _owner(instance: Instance, key: Key) -> tuple[Key | None, User | None]:
    """The key as it is kept now, and whose it is."""
    known = instance.keys.find(key.id)
    user = instance.users.find(known.user_id) if known and known.user_id else None
    return (known if known and known.usable else None), user


def _parse(command: str) -> tuple[str, str]:
    """The git command and the repository's path that a client asks for: `git-upload-pack 'a/b.git'`.

    Raises:
        NotAdmitted: it is anything else.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if words[:1] == ["git"]:
        words = [f"git-{words[1]}" if len(words) > 1 else "", *words[2:]]
    if len(words) != 2 or words[0] not in _COMMANDS:
        raise NotAdmitted("Disallowed command")
    return words[0], words[1]


def _refuse(process: Process, message: str) -> int:
    """Tells a git client why not, as gitlab-shell frames it."""
    lines = ["", _RULER, "", f"ERROR: {message}", "", _RULER, ""]
    process.stderr.write("".join(f"remote: {line}\n" for line in lines).encode())
    return 1
