"""The same list in the real PocketBase and here: who asks, with what, and the ids that are found."""

import http.client
import json
import sqlite3
import threading
import urllib.parse
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from appos.errors import InvalidError
from appos.records.models import Record, RequestInfo
from appos.records.resolve import Resolver
from appos.records.validate_rules import filter_problem
from tests.conformance.pocketbase import EMAIL
from tests.conformance.rules_world import World

PER_PAGE = 200
REFUSED = 400
_DIALECT = sqlite.dialect(paramstyle="named")


class Ask(NamedTuple):
    """One list of a collection's records; `asker` is "superuser", "guest" or the name of a person."""

    filter: str = ""
    sort: str = "@rowid"
    asker: str = "superuser"
    collection: str = "things"
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: Mapping[str, Any] | None = None


class Sides:
    """Asks both."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()
        self._accounts: dict[str, Record] = {
            name: world.record("people", "email", f"{name}@example.com") for name in world.tokens
        } | {"superuser": world.record("_superusers", "email", EMAIL)}
        # The list rules that were set since the world was made.
        self.rules: dict[str, str] = {}

    def close(self) -> None:
        """Close the connections and the rows."""
        for connection in self._connections:
            connection.close()
        self._world.rows.close()

    def theirs(self, ask: Ask) -> Any:
        """Return PocketBase's ids in their order and their count, or 400."""
        parameters = {"filter": ask.filter, "sort": ask.sort, "perPage": PER_PAGE, **ask.query}
        path = f"/api/collections/{ask.collection}/records?{urllib.parse.urlencode(parameters)}"
        status, body = self._request("GET", path, ask)
        if status != 200:
            return status
        return [item["id"] for item in body["items"]], body["totalItems"]

    def ours(self, ask: Ask) -> Any:
        """Return our ids in their order and their count, or 400."""
        try:
            return self._found(ask, self.info(ask))
        except (InvalidError, sqlite3.OperationalError):
            return REFUSED

    def info(self, ask: Ask) -> RequestInfo:
        """Return what rules see of a request that asks so."""
        parameters = {"filter": ask.filter, "sort": ask.sort, "perPage": str(PER_PAGE), **ask.query}
        headers = {name.lower().replace("-", "_"): value for name, value in ask.headers.items()}
        auth = self._accounts.get(ask.asker)
        return RequestInfo(query=parameters, headers=headers, body=ask.body or {}, auth=auth)

    def resolver(self, ask: Ask, info: RequestInfo) -> Resolver:
        """Return what makes conditions for a list."""
        return Resolver(self._world.collection(ask.collection), self._world.find, info, allow_hidden=True)

    def save_rule(self, rule: str, name: str = "listRule") -> bool:
        """Make a rule that of the things, and tell whether both save it."""
        saved = self.saved_by_them(rule, name)
        if saved is True and name == "listRule":
            self.rules["things"] = rule
        return saved is True

    def saved_by_them(self, rule: str, name: str = "listRule") -> str | bool:
        """Return True if PocketBase saves a rule of the things, else why not."""
        answer = self._world.server.request("PATCH", "/api/collections/things", {name: rule})
        if answer.status == 200:
            return True
        return str(answer.body["data"][name]["message"])

    def saved_by_us(self, rule: str) -> str | bool:
        """Return the same of ours."""
        things = self._world.collection("things")
        problem = filter_problem(things, rule, self._world.find)
        return True if problem is None else str(problem["message"])

    def creates_by_them(self, rule: str, body: Mapping[str, Any], asker: str) -> bool:
        """Whether PocketBase creates a thing under a rule; it is deleted again."""
        server = self._world.server
        assert self.save_rule(rule, "createRule"), rule
        answer = server.request(
            "POST", "/api/collections/things/records", body, token=self._world.tokens.get(asker, "")
        )
        if answer.status == 200:
            server.done("DELETE", f"/api/collections/things/records/{answer.body['id']}")
        return answer.status == 200

    def creates_by_us(self, rule: str, body: Mapping[str, Any], asker: str) -> bool:
        """Whether we would."""
        things = self._world.collection("things")
        record = Record.empty(things)
        record.values |= {
            name: field.cast(body[name]) for name, field in things.by_name.items() if name in body
        }
        values: list[sa.Label[Any]] = [
            sa.bindparam(f"new_{name}", value).label(name) for name, value in record.to_row().items()
        ]
        unsaved = sa.select(*values).cte("unsaved")
        info = RequestInfo(method="POST", body=body, auth=self._accounts.get(asker))
        resolver = Resolver(things, self._world.find, info, allow_hidden=True, table=unsaved)
        try:
            condition = resolver.where(rule, is_rule=True)
            found = sa.select(sa.literal(1)).select_from(resolver.source).where(condition)
            return bool(self._run(found, resolver, info))
        except InvalidError:
            return False

    def account(self, name: str) -> Record:
        """Return the account of a person."""
        return self._accounts[name]

    def some_ids(self, collection: str, count: int) -> list[str]:
        """Return the ids of the first records of a collection."""
        found = self._world.rows.execute(f'SELECT id FROM "{collection}" LIMIT ?', (count,))  # noqa: S608
        return [str(record_id) for (record_id,) in found.fetchall()]

    def _found(self, ask: Ask, info: RequestInfo) -> Any:
        resolver = self.resolver(ask, info)
        conditions = []
        rule = self.rules.get(ask.collection, self._world.collection(ask.collection).list_rule)
        if rule and not info.is_superuser:
            conditions.append(resolver.where(rule, is_rule=True))
        resolver.allow_hidden = info.is_superuser
        if ask.filter:
            conditions.append(resolver.where(ask.filter))
        order = resolver.order_by(ask.sort)
        columns = sa.select(resolver.table).select_from(resolver.source).where(*conditions)
        listed = columns.distinct() if resolver.is_joined else columns
        ids = [row["id"] for row in self._run(listed.order_by(*order), resolver, info)]
        counted = sa.select(sa.func.count(resolver.table.c.id.distinct()).label("total"))
        total = self._run(counted.select_from(resolver.source).where(*conditions), resolver, info)
        return ids, total[0]["total"]

    def _run(self, statement: sa.Select[Any], resolver: Resolver, info: RequestInfo) -> list[sqlite3.Row]:
        compiled = statement.compile(dialect=_DIALECT)
        with self._lock:
            cursor = self._world.rows.cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(str(compiled), compiled.params | resolver.bindings(info)).fetchall()

    def _request(self, method: str, path: str, ask: Ask) -> tuple[int, Any]:
        headers = {**ask.headers}
        if ask.asker != "guest":
            headers["Authorization"] = (
                self._world.server.token if ask.asker == "superuser" else self._world.tokens[ask.asker]
            )
        content = None
        if ask.body is not None:
            content = json.dumps(ask.body)
            headers["Content-Type"] = "application/json"
        connection = self._connection()
        connection.request(method, path, content, headers)
        with connection.getresponse() as response:
            answered = response.read()
            return response.status, json.loads(answered) if answered else None

    def _connection(self) -> http.client.HTTPConnection:
        """Return this thread's connection, which is kept."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            address = urllib.parse.urlsplit(self._world.server.url)
            connection = self._local.connection = http.client.HTTPConnection(str(address.netloc), timeout=60)
            self._connections.append(connection)
        return connection
