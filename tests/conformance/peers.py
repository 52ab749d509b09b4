"""AppOS and the real PocketBase side by side, with the same accounts, asked the same and compared."""

import http.client
import json
import re
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import jwt

REQUEST_SECONDS = 30.0

# What differs from answer to answer, or belongs to the server program rather than to the API.
UNCOMPARED_HEADERS = {"connection", "content-length", "date", "server", "transfer-encoding"}
# What AppOS adds on purpose: stricter instructions to browsers.
ADDED_HEADERS = {"content-security-policy", "cross-origin-opener-policy", "referrer-policy"}

TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
PLACEHOLDER = re.compile(r"\{([\w-]+)\}")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z")


class Ask(NamedTuple):
    """One request. `{name}` in path, headers and body stands for a token or an id of the peer asked."""

    method: str
    path: str
    body: str | bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Reply(NamedTuple):
    """A response as it came, or with ids, times and tokens replaced by words."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)


class Account(NamedTuple):
    """One account, as both peers have it."""

    collection: str
    email: str
    password: str


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with `{name}` replaced by the value of that name; other braces stay."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def without_server_headers(reply: Reply) -> dict[str, str]:
    """Return the headers that are compared, with the names in `Vary` in order."""
    hidden = UNCOMPARED_HEADERS | ADDED_HEADERS
    headers = {name: value for name, value in reply.headers.items() if name not in hidden}
    if "vary" in headers:
        headers["vary"] = ", ".join(sorted(part.strip().lower() for part in headers["vary"].split(",")))
    return headers


class Peer:
    """A running server and the database behind it, in which the keys of its tokens stand."""

    def __init__(self, name: str, url: str, database: Path) -> None:
        self.name = name
        self.url = url
        self._address = urlsplit(url).netloc
        self._database = database
        # What `{name}` stands for in requests.
        self.values: dict[str, str] = {}
        self._asked = 0

    def send(self, ask: Ask, address: str = "") -> Reply:
        """Send a request and return the response as it came.

        AppOS counts failed sign-ins by address, so each comes from an address of its own or the one given.
        """
        self._asked += 1
        headers = {name: self._filled(value) for name, value in ask.headers}
        if "/auth-with-password" in ask.path:
            own = f"198.51.{self._asked // 250}.{self._asked % 250 + 1}"
            headers["X-Forwarded-For"] = address or own
        body = ask.body if isinstance(ask.body, bytes) else self._filled(ask.body).encode()
        connection = http.client.HTTPConnection(self._address, timeout=REQUEST_SECONDS)
        with closing(connection):
            # A server may answer before it has read a large body, and read no more of it.
            with suppress(BrokenPipeError):
                connection.request(ask.method, self._filled(ask.path), body or None, headers)
            response = connection.getresponse()
            content = response.read().decode(errors="surrogateescape")
        joined: dict[str, str] = {}
        for name, value in response.getheaders():
            joined[name.lower()] = ", ".join(filter(None, (joined.get(name.lower()), value)))
        return Reply(response.status, joined, content)

    def _filled(self, text: str) -> str:
        return filled(text, self.values)

    def compare(self, ask: Ask) -> Reply:
        """Send a request and return the response as it is compared."""
        reply = self.send(ask)
        return Reply(reply.status, without_server_headers(reply), self._worded(reply.body))

    def _worded(self, text: str) -> str:
        text = TIMESTAMP.sub("<time>", TOKEN.sub("<token>", text))
        for name, value in self.values.items():
            if name.endswith("Id"):
                text = text.replace(value, f"<{name}>")
        return text

    def sign_in(self, account: Account) -> str:
        """Return a token as a sign-in gives it."""
        body = json.dumps({"identity": account.email, "password": account.password})
        path = f"/api/collections/{account.collection}/auth-with-password"
        reply = self.send(Ask("POST", path, body, (("Content-Type", "application/json"),)))
        assert reply.status == 200, reply
        return str(reply.json["token"])

    def account_id(self, account: Account) -> str:
        """Return the id of an account."""
        return str(self._account(account)["id"])

    def forge(self, account: Account, kind: str, *, seconds: int = 600, key: str = "", **claims: Any) -> str:
        """Return a token of a kind (`auth`, `passwordReset`, …), signed with the peer's key or another."""
        found = self._account(account)
        collection = self._row("SELECT id, options FROM _collections WHERE name = ?", account.collection)
        secrets = json.loads(collection["options"])
        payload = {"id": found["id"], "type": kind, "collectionId": collection["id"]}
        payload |= {"exp": int(time.time()) + seconds, **claims}
        kept = {name: value for name, value in payload.items() if value is not None}
        own = found["tokenKey"] + secrets.get(f"{kind}Token", secrets["authToken"])["secret"]
        return jwt.encode(kept, key or own, "HS256")

    def _account(self, account: Account) -> dict[str, Any]:
        sql = f"SELECT id, tokenKey FROM {account.collection} WHERE email = ?"  # noqa: S608
        return self._row(sql, account.email)

    def _row(self, sql: str, value: str) -> dict[str, Any]:
        with closing(sqlite3.connect(self._database)) as connection:
            connection.row_factory = sqlite3.Row
            return dict(connection.execute(sql, (value,)).fetchone())
