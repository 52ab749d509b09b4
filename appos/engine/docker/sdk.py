"""The docker SDK. This module is imported at the first question: the SDK costs 60 ms and 7 MB at start."""

from typing import Any

from docker import APIClient
from docker.errors import APIError, DockerException
from docker.transport import UnixHTTPAdapter
from requests import RequestException

__all__ = ["APIClient", "APIError", "DockerException", "RequestException", "new_client"]

# Idle connections that are kept, as many as are asked on at once by an AppOS under load.
POOL = 100
_PREFIX = "http+docker://"


class _OnePool(UnixHTTPAdapter):  # type: ignore[misc]  # The SDK ships no types.
    """Keeps connections in one pool; the SDK's own has one for every path that is asked for."""

    def get_connection(self, url: str, proxies: object = None) -> Any:
        """Return the pool."""
        return super().get_connection(_PREFIX, proxies)


def new_client(host: str, version: str, seconds: float) -> APIClient:
    """Make a client that waits `seconds` for each answer; it asks nothing by itself."""
    client = APIClient(host, version=version, timeout=seconds, max_pool_size=POOL)
    # No proxy, no .netrc: an engine is reached directly.
    client.trust_env = False
    if host.startswith("unix://"):
        socket_url = host.replace("unix://", "http+unix://", 1)
        client.mount(_PREFIX, _OnePool(socket_url, seconds, max_pool_size=POOL))
    return client
