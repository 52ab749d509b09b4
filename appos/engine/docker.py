"""The Docker Engine through the docker SDK; its errors become ours here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from appos.engine.models import EngineInfo
from appos.errors import EngineError, EngineUnavailableError

if TYPE_CHECKING:
    from docker import DockerClient

TIMEOUT_SECONDS = 5
POOL = 100


class DockerEngine:
    """An engine at `unix:///…` or `tcp://…`; connected to on first use, and again after it was gone."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._client: DockerClient | None = None

    def info(self) -> EngineInfo:
        """Return what the engine says of itself.

        Raises:
            EngineUnavailableError: it does not answer.
            EngineError: it refuses.
        """
        with self._connected() as client:
            version: dict[str, Any] = client.version()
            info: dict[str, Any] = client.info()
        return EngineInfo(
            version=version["Version"],
            api_version=version["ApiVersion"],
            operating_system=info["OperatingSystem"],
            architecture=info["Architecture"],
            cpus=info["NCPU"],
            memory_bytes=info["MemTotal"],
            containers=info["Containers"],
            containers_running=info["ContainersRunning"],
            images=info["Images"],
        )

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    @contextmanager
    def _connected(self) -> Iterator["DockerClient"]:
        # Imported on first use: the SDK costs 60 ms and 7 MB at start.
        import docker  # noqa: PLC0415
        import requests  # noqa: PLC0415

        try:
            if self._client is None:
                self._client = docker.DockerClient(
                    base_url=self._host, version="auto", timeout=TIMEOUT_SECONDS, max_pool_size=POOL
                )
            yield self._client
        except docker.errors.APIError as error:
            raise EngineError(f"Docker refused: {error.explanation or error}.") from error
        except (docker.errors.DockerException, requests.RequestException) as error:
            self.close()
            raise EngineUnavailableError(
                f"Docker does not answer at {self._host}; is it running, and may AppOS use its socket?"
            ) from error
