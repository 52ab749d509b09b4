"""Each rule, closed, open or an expression, as a stranger, owner, another user and a superuser meet it."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import (
    OTHER,
    OWNER,
    STRANGER,
    SUPERUSER,
    Form,
    Scenario,
    Step,
    create,
    delete,
    field,
    listed,
    made,
    update,
    view,
)

EVERYBODY = (STRANGER, OWNER, OTHER, SUPERUSER)
A, B = "aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb"
FIELDS = (field("title"), field("by", "relation", collectionId="_pb_users_auth_"), field("open", "bool"))

# Which of EVERYBODY a record of the owner is open to, by the rule.
RULES: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "closed": (None, (SUPERUSER,)),
    "open": ("", EVERYBODY),
    "for the owner": ("by = @request.auth.id", (OWNER, SUPERUSER)),
    "for users": ("@request.auth.id != ''", (OWNER, OTHER, SUPERUSER)),
    "for users by their collection": ("@request.auth.collectionName = 'users'", (OWNER, OTHER, SUPERUSER)),
    "for the owner or if open": ("open = true || by.id = @request.auth.id", (OWNER, SUPERUSER)),
    "for nobody": ("1 = 2", (SUPERUSER,)),
    "for an address": ("@request.auth.email = '{otherEmail}'", (OTHER, SUPERUSER)),
}


def scenarios() -> Iterator[Scenario]:
    """Every rule for every one who asks."""
    for name, (rule, allowed) in RULES.items():
        yield Scenario(f"list rule {name}", *_listed(rule))
        yield Scenario(f"view rule {name}", *_viewed(rule, allowed))
        yield Scenario(f"create rule {name}", *_created(rule, allowed))
        yield Scenario(f"update rule {name}", *_updated(rule, allowed))
        yield Scenario(f"delete rule {name}", *_deleted(rule, allowed))
    yield from _together()


def _records(**rules: Any) -> Iterator[Step]:
    yield made(*FIELDS, **rules)
    yield create({"id": A, "title": "a", "by": "{ownerId}"})
    yield create({"id": B, "title": "b", "by": "{otherId}", "open": True})


def _status(rule: str | None, who: str, allowed: tuple[str, ...], good: int, bad: int) -> int:
    """Return the status; a closed rule is told from one that does not hold."""
    if who in allowed:
        return good
    return 403 if rule is None else bad


def _listed(rule: str | None) -> Iterator[Step]:
    yield from _records(listRule=rule, viewRule=None)
    for who in EVERYBODY:
        status = 403 if rule is None and who != SUPERUSER else 200
        yield listed(who=who, sort="title", status=status)
        yield listed(who=who, sort="title", filter="title = 'a'", status=status)
        yield listed(who=who, sort="title", skipTotal=1, status=status)
        yield listed(who=who, filter="unknown = 1", status=403 if status == 403 else 400)


def _viewed(rule: str | None, allowed: tuple[str, ...]) -> Iterator[Step]:
    yield from _records(viewRule=rule, listRule=None)
    for who in EVERYBODY:
        yield view(A, who=who, status=_status(rule, who, allowed, 200, 404))
        yield view("x" * 15, who=who, status=403 if rule is None and who != SUPERUSER else 404)


def _created(rule: str | None, allowed: tuple[str, ...]) -> Iterator[Step]:
    yield from _records(createRule=rule)
    for who in EVERYBODY:
        body = {"title": "new", "by": "{ownerId}"}
        yield create(body, who=who, status=_status(rule, who, allowed, 200, 400))
        yield create(
            Form((("title", "new"), ("by", "{ownerId}"))),
            who=who,
            status=_status(rule, who, allowed, 200, 400),
        )
        closed = rule is None and who != SUPERUSER
        yield create({"by": "unknown"}, who=who, status=403 if closed else 400)
    yield listed(sort="@rowid")


def _updated(rule: str | None, allowed: tuple[str, ...]) -> Iterator[Step]:
    yield from _records(updateRule=rule)
    for who in EVERYBODY:
        yield update(A, {"title": f"by {who}"}, who=who, status=_status(rule, who, allowed, 200, 404))
        yield update(A, {"by": "unknown"}, who=who, status=_status(rule, who, allowed, 400, 404))
        yield update(
            "x" * 15, {"title": "b"}, who=who, status=403 if rule is None and who != SUPERUSER else 404
        )
    yield view(A)


def _deleted(rule: str | None, allowed: tuple[str, ...]) -> Iterator[Step]:
    yield from _records(deleteRule=rule)
    for who in EVERYBODY:
        yield delete("x" * 15, who=who, status=403 if rule is None and who != SUPERUSER else 404)
        yield delete(A, who=who, status=_status(rule, who, allowed, 204, 404))
        if who in allowed:
            yield create({"id": A, "title": "a", "by": "{ownerId}"})
    yield listed(sort="id")


def _together() -> Iterator[Scenario]:
    yield Scenario(
        "a record that may be made but not seen",
        made(*FIELDS, viewRule=None, listRule=None, updateRule="by = @request.auth.id"),
        create({"id": A, "title": "a", "by": "{ownerId}"}, who=STRANGER),
        view(A, who=STRANGER, status=403),
        update(A, {"title": "b"}, who=OTHER, status=404),
        update(A, {"title": "b"}, who=OWNER),
        update(A, {"by": "{otherId}"}, who=OWNER),
        update(A, {"title": "c"}, who=OWNER, status=404),
        update(A, {"title": "c"}, who=OTHER),
        listed(who=OTHER, status=403),
    )
    yield Scenario(
        "an update that would leave what its rule allows",
        made(*FIELDS, updateRule="by = @request.auth.id && title != 'closed'"),
        create({"id": A, "title": "a", "by": "{ownerId}"}),
        update(A, {"title": "closed"}, who=OWNER),
        update(A, {"title": "a"}, who=OWNER, status=404),
        update(A, {"title": "a"}),
        update(A, {"by": "{otherId}"}, who=OWNER),
        view(A),
    )
    yield Scenario(
        "a create rule sees the record as it would be",
        made(
            *FIELDS,
            field("count", "number"),
            createRule="by = @request.auth.id && count > 5 && title:lower = 'a'",
        ),
        create({"title": "A", "by": "{ownerId}", "count": 6}, who=OWNER),
        create({"title": "A", "by": "{ownerId}", "count": 5}, who=OWNER, status=400),
        create({"title": "b", "by": "{ownerId}", "count": 6}, who=OWNER, status=400),
        create({"title": "A", "by": "{otherId}", "count": 6}, who=OWNER, status=400),
        create({"title": "A", "count+": 6, "by+": "{ownerId}"}, who=OWNER),
        create({"title": "A", "count": "abc", "by": "{ownerId}"}, who=OWNER, status=400),
        create({"title": "A", "count": 6, "by": "{ownerId}"}, who=STRANGER, status=400),
        create({"title": "A", "count": 0}),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "a token of an account that has gone",
        made(field("name"), type="auth"),
        made(
            field("t"),
            name="{c}_things",
            viewRule="@request.auth.id != ''",
            listRule="@request.auth.id != ''",
        ),
        create(
            {"email": "a@{c}.com", "password": "12345678", "passwordConfirm": "12345678"},
            keep={"account": "id"},
        ),
        Step(
            "POST",
            "/api/collections/{c}/auth-with-password",
            {"identity": "a@{c}.com", "password": "12345678"},
            who=STRANGER,
            keep={"gone": "token"},
        ),
        create({"id": B, "t": "x"}, into="{c}_things"),
        Step("GET", f"/api/collections/{{c}}_things/records/{B}", headers={"Authorization": "{gone}"}),
        delete("{account}"),
        Step(
            "GET",
            f"/api/collections/{{c}}_things/records/{B}",
            headers={"Authorization": "{gone}"},
            status=404,
        ),
        Step("GET", "/api/collections/{c}_things/records", headers={"Authorization": "{gone}"}),
    )
