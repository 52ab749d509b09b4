"""Repositories over HTTP: every connection, also that of a redirect, goes through the gate."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import urllib3
from dulwich.client import HttpGitClient
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from appos.git.gate import Gate
from appos.git.models import Access, Address

READ_SECONDS = 60.0
MOST_REDIRECTS = 5


@contextmanager
def http_client(address: Address, access: Access, gate: Gate) -> Iterator[HttpGitClient]:
    """Yield a client of a repository; its name and password go to the repository's own server alone."""
    manager = _Manager(
        timeout=urllib3.Timeout(connect=10.0, read=READ_SECONDS),
        retries=urllib3.Retry(connect=0, read=0, other=0, status=0, redirect=MOST_REDIRECTS),
        headers={"User-Agent": "git/appos"},
    )
    manager.pool_classes_by_scheme = {"http": _pool(HTTPConnectionPool, HTTPConnection, gate)}
    secure = _pool(HTTPSConnectionPool, HTTPSConnection, gate)
    if address.scheme == "https":
        # What was asked for in secret is not answered in the open.
        manager.pool_classes_by_scheme = {"http": _Closed, "https": secure}
    else:
        manager.pool_classes_by_scheme["https"] = secure
    # A token alone is enough for most servers, under whatever name.
    name = access.username or ("git" if access.password else None)
    with manager.closing():
        yield HttpGitClient(
            address.origin,
            pool_manager=manager,
            username=name,
            password=access.password or None,
            thin_packs=False,
            quiet=True,
        )


class _Manager(urllib3.PoolManager):
    """Remembers what was answered, so that nothing stays open of it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._answers: list[urllib3.BaseHTTPResponse] = []

    def urlopen(  # type: ignore[override] # as urllib3 itself has it
        self, method: str, url: str, redirect: bool = True, **more: Any
    ) -> urllib3.BaseHTTPResponse:
        answer = super().urlopen(method, url, redirect, **more)
        self._answers.append(answer)
        return answer

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Close everything at the end."""
        try:
            yield
        finally:
            for answer in self._answers:
                answer.close()
            self.clear()


def _pool(pool: Any, connection: Any, gate: Gate) -> Any:
    """Return a kind of pool whose connections go through the gate."""

    class GatedConnection(connection):  # type: ignore[misc] # one of the two kinds of urllib3
        def _new_conn(self) -> socket.socket:
            return gate.connect(self._dns_host, self.port)

    class GatedPool(pool):  # type: ignore[misc] # likewise
        ConnectionCls = GatedConnection

    return GatedPool


class _Closed(HTTPConnectionPool):
    """Refuses what a redirect from https to http would send in the open."""

    def urlopen(self, *_args: Any, **_kwargs: Any) -> Any:
        raise urllib3.exceptions.HTTPError("it redirects from https to http")
