"""What AppOS asks of a Docker Engine."""

from typing import Protocol

import msgspec


class EngineInfo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an engine says of itself."""

    version: str
    api_version: str
    operating_system: str
    architecture: str
    cpus: int
    memory_bytes: int
    containers: int
    containers_running: int
    images: int


class Engine(Protocol):
    """A Docker Engine.

    Every method raises `EngineUnavailableError` (`engine_unavailable`) when the engine does not answer and
    `EngineError` (`engine_failed`) when it refuses.
    """

    def info(self) -> EngineInfo:
        """Return what the engine says of itself."""
        ...

    def close(self) -> None:
        """Give back the connections."""
        ...
