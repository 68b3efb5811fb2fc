"""The Docker engine: where it is, a client with bounds, what it says about itself, and a daemon of ours."""

from kubestage.docker.address import EngineAddress, resolve_address
from kubestage.docker.engine import Engine, EngineFacts, connect, engine_errors
from kubestage.docker.removal import remove_container

__all__ = ["Engine", "EngineAddress", "EngineFacts", "connect", "engine_errors", "remove_container", "resolve_address"]
