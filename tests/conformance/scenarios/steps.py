"""What a scenario is made of: requests in order, who sends each, and what is kept of an answer.

To add scenarios, write a module in this folder with a function `scenarios() -> Iterator[Scenario]`, and name
it in `catalogue.py`. A scenario is a name and its steps:

    Scenario(
        "a title is demanded",
        made(field("title", required=True)),
        create({"title": "a"}, keep={"first": "id"}),
        create({}, status=400),
        view("{first}", who=OWNER),
        ask("DELETE", "/api/collections/{c}", status=204),
    )

- `{c}` is the name of the scenario in letters and underscores, and so the name of a collection that no
  other scenario has; a second collection is `{c}_other`. `{name}` is what an earlier step kept of its
  answer, on the same peer. `{superuser}`, `{owner}` and `{other}` are tokens, and with `Id` or `Email`
  behind them (`{ownerId}`) the ids and addresses of these accounts. They may stand in path, query,
  headers and body.
- Each step says who asks (`who`: SUPERUSER, OWNER and OTHER, who are two users, or STRANGER) and which
  status PocketBase answers (`status`; 200 if nothing is said): a step that fails by mistake on both
  proves nothing.
- Body: a JSON value, `Raw` (text or bytes with a content type), `Form` (multipart) or NOTHING.
- `keep={"first": "items.0.id"}` keeps a part of the JSON answer by its path.
- Everything is compared: status, headers, body. What a server makes up (ids, times of today, tokens,
  random ends of file names) is numbered by first appearance within the scenario; ids that PocketBase
  derives from names have to be equal. `seen` gives another view of an answer that cannot be equal byte by
  byte.
- Scenarios are independent, run in any order, and put back what they change for all (settings, `users`).
- A list without `sort` has no order of its own once a rule joins tables: name one, and never by a random
  id.
- `CONFORMANCE_PEER=pocketbase` puts a second PocketBase in AppOS's place: all has to be equal then.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from tests.conformance.peers import Account, Reply
from tests.conformance.pocketbase import EMAIL, PASSWORD

STRANGER: Final = ""
SUPERUSER: Final = "superuser"
OWNER: Final = "owner"
OTHER: Final = "other"

# Who asks, by name; both peers have these accounts from the start.
ACCOUNTS: Final = {
    SUPERUSER: Account("_superusers", EMAIL, PASSWORD),
    OWNER: Account("users", "owner@example.com", "the owner's password"),
    OTHER: Account("users", "other@example.com", "the other's password"),
}

NOTHING: Final = object()


class Raw(NamedTuple):
    """A body as it is sent, with its content type ("": none is named)."""

    content: str | bytes
    content_type: str = "application/json"


class File(NamedTuple):
    """A file of a form."""

    name: str
    content: bytes = b"a text"
    content_type: str = "text/plain"


class Form(NamedTuple):
    """A multipart form: names with texts or files, in order; a name may come again."""

    parts: tuple[tuple[str, str | File], ...]


class Step(NamedTuple):
    """One request of a scenario, and the status that PocketBase answers it with."""

    method: str
    path: str
    body: Any = NOTHING
    who: str = SUPERUSER
    query: Mapping[str, object] = {}
    headers: Mapping[str, str] = {}
    status: int = 200
    keep: Mapping[str, str] = {}
    # Takes the place of the body in the comparison, for what cannot be equal byte by byte.
    seen: Callable[[Reply], object] | None = None

    @property
    def label(self) -> str:
        """What the step is called in `differences.py` and in reports."""
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{self.who or 'stranger'} {self.method} {self.path}" + (f"?{query}" if query else "")


class Scenario:
    """A name and the steps to it."""

    def __init__(self, name: str, *steps: Step) -> None:
        self.name = name
        self.steps = steps

    @property
    def collection(self) -> str:
        """What `{c}` stands for: PocketBase allows letters, digits and underscores, and no `_via_`."""
        return re.sub(r"\W+", "_", f"of {self.name}", flags=re.ASCII).strip("_")

    @property
    def is_bad(self) -> bool:
        """Whether a step has input that is refused."""
        return any(step.status >= 400 for step in self.steps)


def ask(method: str, path: str, body: Any = NOTHING, **rest: Any) -> Step:
    """Return a step of any kind; `rest` are the other parts of a `Step`."""
    return Step(method, path, body, **rest)


def field(name: str, kind: str = "text", **options: Any) -> dict[str, Any]:
    """Return the description of a field."""
    return {"name": name, "type": kind, **options}


def made(
    *fields: Mapping[str, Any], name: str = "{c}", open_: bool = True, status: int = 200, **options: Any
) -> Step:
    """Create a collection, with each API rule open to everybody unless `open_` is false or `options` differ.

    Its id is kept, as `{cId}` for `{c}` and `{c_otherId}` for `{c}_other`.
    """
    rules = dict.fromkeys(RULES, "") if open_ else {}
    body = {"name": name, "type": "base", "fields": list(fields), **rules, **options}
    kept = {re.sub(r"[{}]", "", name) + "Id": "id"} if status == 200 else {}
    return Step("POST", "/api/collections", body, status=status, keep=kept)


RULES: Final = ("listRule", "viewRule", "createRule", "updateRule", "deleteRule")


def changed(body: Any, *, name: str = "{c}", **rest: Any) -> Step:
    """Change a collection."""
    return Step("PATCH", f"/api/collections/{name}", body, **rest)


def shown(name: str = "{c}", **rest: Any) -> Step:
    """View a collection."""
    return Step("GET", f"/api/collections/{name}", **rest)


def create(body: Any, *, into: str = "{c}", **rest: Any) -> Step:
    """Create a record."""
    return Step("POST", f"/api/collections/{into}/records", body, **rest)


def update(record: str, body: Any, *, of: str = "{c}", **rest: Any) -> Step:
    """Update a record, named by its id."""
    return Step("PATCH", f"/api/collections/{of}/records/{record}", body, **rest)


def view(record: str, *, of: str = "{c}", **rest: Any) -> Step:
    """View a record, named by its id."""
    return Step("GET", f"/api/collections/{of}/records/{record}", **rest)


def delete(record: str, *, of: str = "{c}", status: int = 204, **rest: Any) -> Step:
    """Delete a record, named by its id."""
    return Step("DELETE", f"/api/collections/{of}/records/{record}", status=status, **rest)


def listed(*, of: str = "{c}", who: str = SUPERUSER, status: int = 200, **query: object) -> Step:
    """List records; `query` are the parameters of the list."""
    return Step("GET", f"/api/collections/{of}/records", who=who, status=status, query=query)
