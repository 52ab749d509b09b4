"""A running AppOS, as the command line asks it: over HTTP, with a token."""

import http.client
import json
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from appos.audit.models import SHELL
from appos.cli.commands import services_of
from appos.config import Config
from appos.errors import AppOSError, ConfigError, EngineUnavailableError, UnauthenticatedError
from appos.records.models import SUPERUSERS
from appos.store.query import ListQuery

TIMEOUT_SECONDS = 60.0
TOKEN_SECONDS = 3600


class Remote:
    """One AppOS and the token that it is asked with."""

    def __init__(self, url: str, token: str) -> None:
        self._url = urlsplit(url)
        self._token = token

    @property
    def url(self) -> str:
        """The address that is asked."""
        return self._url.geturl()

    @classmethod
    def of(cls, config: Config, seconds: int = TOKEN_SECONDS) -> "Remote":
        """Return the AppOS of the settings: that of `APPOS_URL` with `APPOS_TOKEN`, else this machine's.

        This one's data directory can be read by its owner alone, who needs no password, and gets a token for
        `seconds`.

        Raises:
            ConfigError: `token_missing`: `APPOS_URL` is set without a token.
            UnauthenticatedError: `not_claimed`: there is no superuser yet.
        """
        if config.remote_url:
            if not config.remote_token:
                message = "Set APPOS_TOKEN or APPOS_TOKEN_FILE to a superuser's token for APPOS_URL."
                raise ConfigError(message, code="token_missing")
            return cls(config.remote_url, config.remote_token)
        return cls(f"http://{config.bind}", _own_token(config, seconds))

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return what AppOS answers under /api/appos/.

        Raises:
            AppOSError: with the code, the message and the fields of AppOS's own error.
            EngineUnavailableError: `appos_unreachable`.
        """
        text = self._read(method, path, body)
        return json.loads(text) if text else None

    def download(self, path: str) -> bytes:
        """Return a file. Errors are as of `ask`."""
        return self._read("GET", path, None)

    def _read(self, method: str, path: str, body: object) -> bytes:
        with self._opened(method, path, body) as response:
            text = response.read()
        if response.status >= http.client.BAD_REQUEST:
            answer = json.loads(text) if text else None
            told = answer if isinstance(answer, dict) else {}
            raise AppOSError(
                str(told.get("message", response.reason)),
                code=str(told.get("code") or response.status),
                fields=told.get("data") or {},
            )
        return text

    def events(self, path: str) -> Iterator[tuple[str, Any]]:
        """Yield server-sent events as their names and data, until AppOS ends them."""
        with self._opened("GET", path, None) as response:
            name = ""
            while line := response.readline():
                text = line.decode("utf-8", errors="replace").rstrip("\n")
                if text.startswith("event:"):
                    name = text.removeprefix("event:").strip()
                elif text.startswith("data:"):
                    yield name, json.loads(text.removeprefix("data:"))

    def _opened(self, method: str, path: str, body: object) -> "_Response":
        host, port = self._url.hostname or "", self._url.port
        connection: http.client.HTTPConnection
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
        headers = {"Authorization": self._token, "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        try:
            connection.request(method, f"/api/appos/{path}", sent, headers)
            return _Response(connection, connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            message = f"AppOS does not answer at {self._url.geturl()}: {error}. Is it started?"
            raise EngineUnavailableError(message, code="appos_unreachable") from error


class _Response:
    """A response whose connection ends with it."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._response = response

    def __enter__(self) -> http.client.HTTPResponse:
        return self._response

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _own_token(config: Config, seconds: int) -> str:
    """Return a token of the first superuser; whoever can read the data directory may have one."""
    with services_of(config) as services:
        superusers = services.collections.auth(SUPERUSERS)
        found = services.accounts.page(superusers, ListQuery(per_page=1, sort="created")).items
        first = services.accounts.find(superusers, found[0].id) if found else None
        if first is None:
            message = "Nobody has claimed this AppOS yet; open the claim link that it printed."
            raise UnauthenticatedError(message, code="not_claimed")
        return services.accounts.impersonate(first, seconds, SHELL).token
