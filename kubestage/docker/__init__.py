"""The Docker engine: where it is, a client with bounds, what it says about itself, and a daemon of ours."""

from kubestage.docker.address import EngineAddress, resolve_address
from kubestage.docker.engine import Engine, EngineFacts, connect, engine_errors

__all__ = ["Engine", "EngineAddress", "EngineFacts", "connect", "engine_errors", "resolve_address"]
