"""What may not be done to the collections of the system, and endpoints that are switched off."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    OWNER,
    STRANGER,
    Scenario,
    ask,
    changed,
    create,
    field,
    listed,
    made,
    shown,
    view,
)

COLLECTIONS = "/api/collections"


def scenarios() -> Iterator[Scenario]:
    """System collections, batches, imports."""
    yield from _superusers()
    yield from _users()
    yield from _off()


def _superusers() -> Iterator[Scenario]:
    yield Scenario(
        "the collection of superusers is kept",
        shown("_superusers"),
        shown("pbc_3142635823", query={"fields": "name,system,type"}),
        ask("DELETE", f"{COLLECTIONS}/_superusers", status=400),
        ask("DELETE", f"{COLLECTIONS}/_superusers/truncate", status=400),
        changed({"name": "others"}, name="_superusers", status=400),
        changed({"type": "base"}, name="_superusers", status=400),
        changed({"system": False}, name="_superusers", status=400),
        changed({"listRule": ""}, name="_superusers", status=400),
        changed({"authRule": "id = 'a'"}, name="_superusers", status=400),
        changed({"manageRule": "id != ''"}, name="_superusers", status=400),
        changed({"authToken": {"duration": 5}}, name="_superusers", status=400),
        shown("_superusers"),
    )
    for who, status in ((STRANGER, 403), (OWNER, 403)):
        yield Scenario(
            f"superusers are hidden from {who or 'a stranger'}",
            listed(of="_superusers", who=who, status=status),
            view("{superuserId}", of="_superusers", who=who, status=status),
            create(
                {"email": "x@example.com", "password": "12345678"}, into="_superusers", who=who, status=status
            ),
            ask("PATCH", f"{COLLECTIONS}/_superusers/records/{{superuserId}}", {}, who=who, status=status),
            ask("DELETE", f"{COLLECTIONS}/_superusers/records/{{superuserId}}", who=who, status=status),
        )


def _users() -> Iterator[Scenario]:
    yield Scenario(
        "the collection of users",
        shown("users"),
        shown("_pb_users_auth_", query={"fields": "name,system"}),
        changed({"fields": [field("avatar", "file", mimeTypes=5)]}, name="users", status=400),
        changed({"id": "other"}, name="users", status=400),
        changed({"name": "_superusers"}, name="users", status=400),
        listed(of="users", who=STRANGER),
        listed(of="users", who=OWNER),
        listed(of="users", filter="email = '{ownerEmail}' || email = '{otherEmail}'", sort="email"),
        view("{otherId}", of="users", who=OWNER, status=404),
        view("{ownerId}", of="users", who=OWNER),
        view("{ownerId}", of="users", who=STRANGER, status=404),
        create(
            {"password": "12345678", "passwordConfirm": "12345678"}, into="users", who=STRANGER, status=403
        ),
    )
    yield Scenario(
        "collections that do not exist",
        *(
            ask(method, f"{COLLECTIONS}/unknown{path}", who=who, status=404)
            for who in (STRANGER, OWNER)
            for method, path in (
                ("GET", "/records"),
                ("POST", "/records"),
                ("GET", "/records/x"),
                ("PATCH", "/records/x"),
                ("DELETE", "/records/x"),
                ("GET", "/auth-methods"),
                ("POST", "/auth-with-password"),
                ("POST", "/auth-refresh"),
            )
            if not (path == "/auth-refresh" and who == STRANGER)
        ),
    )


def _off() -> Iterator[Scenario]:
    yield Scenario(
        "batches that are switched off",
        *(
            ask("POST", "/api/batch", {"requests": []}, who=who, status=403)
            for who in (STRANGER, OWNER, "superuser")
        ),
        ask("POST", "/api/batch", who=STRANGER, status=403),
        ask("GET", "/api/batch", status=404),
    )
    path = f"{COLLECTIONS}/import"
    yield Scenario(
        "imports that hold nothing",
        ask("PUT", path, {}, status=400),
        ask("PUT", path, {"collections": []}, status=400),
        ask("PUT", path, {"collections": None, "deleteMissing": False}, status=400),
        ask("PUT", path, {"collections": "x"}, status=400),
        ask("PUT", path, status=400),
        ask("GET", path, status=404),
        ask("POST", path, {}, status=404),
        made(field("a"), name="import_{c}"),
    )
    yield Scenario(
        "views without a query",
        made(name="{c}_1", type="view", status=400),
        made(name="{c}_2", type="view", viewQuery="", status=400),
        made(name="{c}_3", type="view", viewQuery="nonsense", status=400),
        made(name="{c}_4", type="view", viewQuery="DELETE FROM users", open_=False, status=400),
        made(name="{c}_5", type="view", viewQuery=5, status=400),
    )
