"""Records of auth collections: passwords, addresses, verification, and who may manage them."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.steps import (
    OWNER,
    STRANGER,
    Form,
    Scenario,
    Step,
    ask,
    create,
    delete,
    field,
    listed,
    made,
    update,
    view,
)

# Ids of accounts are unique over all collections, so that none is given.
A, B = "{a}", "{b}"
SECRET = "12345678"
WITH = {"password": SECRET, "passwordConfirm": SECRET}


def scenarios() -> Iterator[Scenario]:
    """Creation, updates, visibility and management."""
    yield from _creation()
    yield from _updates()
    yield from _visibility()
    yield from _management()
    yield from _signed_in()


def _accounts(**options: Any) -> Step:
    return made(
        field("name"),
        field("email", "email"),
        field("password", "password", cost=4, min=8),
        type="auth",
        **options,
    )


def _creation() -> Iterator[Scenario]:
    yield Scenario(
        "an account is made",
        _accounts(),
        create({"email": "a@example.com", **WITH}),
        create({"email": "", **WITH}),
        create({"email": None, **WITH, "name": "b"}),
        create(WITH, who=STRANGER),
        create({"email": "b@example.com", "emailVisibility": True, **WITH}, who=STRANGER),
        create(Form((("email", "c@example.com"), ("password", SECRET), ("passwordConfirm", SECRET)))),
        create({"email": "verified@example.com", "verified": True, **WITH}),
        listed(sort="@rowid"),
        listed(sort="@rowid", who=STRANGER),
    )
    yield Scenario(
        "an account with a bad password",
        _accounts(),
        *(
            create({"email": "a@example.com", **body}, status=400)
            for body in (
                {},
                {"password": SECRET},
                {"passwordConfirm": SECRET},
                {"password": "1234567", "passwordConfirm": "1234567"},
                {"password": SECRET, "passwordConfirm": "123456789"},
                {"password": "", "passwordConfirm": ""},
                {"password": None, "passwordConfirm": None},
                {"password": "x" * 80, "passwordConfirm": "x" * 80},
                {"password": ["12345678"], "passwordConfirm": ["12345678"]},
                {"password": {"a": 1}, "passwordConfirm": {"a": 1}},
            )
        ),
        create({"password": 12345678, "passwordConfirm": "12345678"}),
        create({"password": "12345678", "passwordConfirm": 12345678}),
        listed(),
    )
    yield Scenario(
        "an account with a bad address",
        _accounts(),
        create({"email": "a@example.com", **WITH}),
        *(
            create({"email": email, **WITH}, status=400)
            for email in (
                "a",
                "a@b",
                "a@example.com",
                " b@example.com",
                "b@example.com,c",
                5,
                True,
            )
        ),
        create({"email": "A@EXAMPLE.COM", **WITH}),
        create({"email": ["b@example.com"], **WITH}),
    )
    yield Scenario(
        "an account with what only the server sets",
        _accounts(),
        create({"tokenKey": "x" * 40, **WITH}),
        create({"tokenKey": "x" * 40, **WITH}, status=400),
        create({"tokenKey": "short", **WITH}, status=400),
        create({"tokenKey": "y" * 40, **WITH}, who=STRANGER),
        create({"verified": True, **WITH}, who=STRANGER, status=400),
        create({"verified": False, **WITH}, who=STRANGER),
        create({"verified": True, **WITH}, who=OWNER, status=400),
        create({"id": "bad", **WITH}, status=400),
        create({"password": "$2a$04$" + "x" * 53, "passwordConfirm": "$2a$04$" + "x" * 53}),
        listed(filter=f"tokenKey = '{'x' * 40}'"),
        listed(filter="tokenKey != ''", who=STRANGER, status=400),
        listed(filter="password != ''", who=STRANGER, status=400),
        listed(sort="tokenKey", who=STRANGER, status=400),
        listed(sort="password", fields="id", filter="id = 'x'"),
    )
    yield Scenario(
        "an account of a collection that demands an address",
        made(field("email", "email", required=True, onlyDomains=["example.com"]), type="auth"),
        create(WITH, status=400),
        create({"email": "a@example.org", **WITH}, status=400),
        create({"email": "a@example.com", **WITH}, keep={"first": "id"}),
        update("{first}", {"email": ""}, status=400),
        update("{first}", {"email": "b@example.com"}),
    )


def _updates() -> Iterator[Scenario]:
    yield Scenario(
        "an account is changed by a superuser",
        _accounts(),
        create({"email": "a@example.com", **WITH}, keep={"a": "id"}),
        create({"email": "b@example.com", **WITH}, keep={"b": "id"}),
        update(A, {"email": "c@example.com"}),
        update(A, {"email": "b@example.com"}, status=400),
        update(A, {"email": "bad"}, status=400),
        update(A, {"verified": True, "emailVisibility": True}),
        update(A, {"password": "new password", "passwordConfirm": "new password"}),
        update(A, {"password": "new password"}, status=400),
        update(A, {"password": "short", "passwordConfirm": "short"}, status=400),
        update(A, {"password": ""}, status=400),
        update(A, {"passwordConfirm": "alone"}, status=400),
        update(A, {"tokenKey": "z" * 40}),
        update(A, {"tokenKey:autogenerate": ""}),
        update(A, {"tokenKey": ""}, status=400),
        view(A),
    )
    yield Scenario(
        "an account is changed by a stranger",
        _accounts(),
        create({"email": "a@example.com", **WITH}, keep={"a": "id"}),
        update(A, {"name": "new"}, who=STRANGER),
        update(A, {"email": "b@example.com"}, who=STRANGER, status=400),
        update(A, {"email": "a@example.com"}, who=STRANGER),
        update(A, {"verified": True}, who=STRANGER, status=400),
        update(A, {"verified": False}, who=STRANGER),
        update(A, {"emailVisibility": True}, who=STRANGER),
        update(A, {"password": "new password", "passwordConfirm": "new password"}, who=STRANGER, status=400),
        update(
            A,
            {"oldPassword": "wrong", "password": "new password", "passwordConfirm": "new password"},
            who=STRANGER,
            status=400,
        ),
        update(
            A,
            {"oldPassword": SECRET, "password": "new password", "passwordConfirm": "new password"},
            who=STRANGER,
        ),
        update(
            A,
            {"oldPassword": SECRET, "password": "other one", "passwordConfirm": "other one"},
            who=STRANGER,
            status=400,
        ),
        update(A, {"tokenKey": "z" * 40}, who=STRANGER),
        view(A, who=STRANGER),
    )


def _visibility() -> Iterator[Scenario]:
    yield Scenario(
        "addresses that are shown and hidden",
        _accounts(),
        create({"email": "a@example.com", "emailVisibility": True, **WITH}, keep={"a": "id"}),
        create({"email": "b@example.com", **WITH}, keep={"b": "id"}),
        *(listed(who=who, sort="@rowid") for who in (STRANGER, OWNER, "superuser")),
        view(B, who=STRANGER),
        view(B, who=STRANGER, query={"fields": "email,emailVisibility,password,tokenKey"}),
        listed(who=STRANGER, filter="email ~ 'example'", sort="@rowid"),
        listed(who=STRANGER, filter="email = 'b@example.com'", sort="@rowid"),
        listed(who=STRANGER, sort="email,@rowid"),
        listed(who=OWNER, filter="email:lower = 'b@example.com'"),
        listed(filter="email = 'b@example.com'"),
        listed(who=STRANGER, filter="email.x = 1", status=400),
    )
    yield Scenario(
        "addresses seen through relations",
        _accounts(name="{c}_people"),
        made(field("to", "relation", collectionId="{c_peopleId}")),
        create({"email": "a@example.com", **WITH}, into="{c}_people", keep={"a": "id"}),
        create(
            {"email": "b@example.com", "emailVisibility": True, **WITH}, into="{c}_people", keep={"b": "id"}
        ),
        create({"to": A}),
        create({"to": B}),
        listed(who=STRANGER, expand="to", sort="@rowid"),
        listed(who=STRANGER, filter="to.email = 'a@example.com'", sort="@rowid"),
        listed(who=STRANGER, filter="to.email ~ 'example'", sort="@rowid"),
        listed(who=STRANGER, filter="to.tokenKey != ''", status=400),
        listed(expand="to", sort="@rowid", filter="to.email = 'a@example.com'"),
    )


def _management() -> Iterator[Scenario]:
    rule = "@request.auth.id = '{ownerId}'"
    yield Scenario(
        "accounts that a user manages",
        _accounts(manageRule=rule),
        create({"email": "a@example.com", "verified": True, **WITH}, who=OWNER, keep={"first": "id"}),
        create({"email": "b@example.com", "verified": True, **WITH}, who="other", status=400),
        view("{first}", who=OWNER),
        view("{first}", who="other"),
        update("{first}", {"email": "c@example.com"}, who=OWNER),
        update("{first}", {"email": "d@example.com"}, who="other", status=400),
        update("{first}", {"password": "new password", "passwordConfirm": "new password"}, who=OWNER),
        update("{first}", {"password": "new password", "passwordConfirm": "x"}, who=OWNER, status=400),
        update("{first}", {"verified": False}, who=OWNER),
        listed(who=OWNER),
        listed(who="other"),
        delete("{first}", who=OWNER),
    )
    yield Scenario(
        "accounts that are managed but may not be changed",
        _accounts(manageRule=rule, updateRule=None, createRule=None),
        create({"email": "a@example.com", **WITH}, keep={"a": "id"}),
        create({"email": "b@example.com", **WITH}, who=OWNER, status=403),
        update(A, {"email": "c@example.com"}, who=OWNER, status=403),
        view(A, who=OWNER),
    )


def _signed_in() -> Iterator[Scenario]:
    def sign_in(password: str, status: int = 200, **rest: Any) -> Step:
        body = {"identity": "a@{c}.com", "password": password}
        return ask(
            "POST", "/api/collections/{c}/auth-with-password", body, who=STRANGER, status=status, **rest
        )

    signed = {"Authorization": "{own}"}
    own = "/api/collections/{c}/records/{a}"
    yield Scenario(
        "an account changes itself",
        _accounts(
            listRule="id = @request.auth.id",
            viewRule="id = @request.auth.id",
            updateRule="id = @request.auth.id",
        ),
        create({"email": "a@{c}.com", **WITH}, keep={"a": "id"}),
        sign_in("wrong", status=400),
        sign_in(SECRET, keep={"own": "token"}),
        ask("GET", own, headers=signed),
        ask("PATCH", own, {"name": "me"}, headers=signed),
        ask("PATCH", own, {"email": "b@{c}.com"}, headers=signed, status=400),
        ask("PATCH", own, {"verified": True}, headers=signed, status=400),
        ask(
            "PATCH",
            own,
            {"password": "new password", "passwordConfirm": "new password"},
            headers=signed,
            status=400,
        ),
        ask(
            "PATCH",
            own,
            {"oldPassword": SECRET, "password": "new password", "passwordConfirm": "new password"},
            headers=signed,
        ),
        # Its tokens ended with the password.
        ask("GET", own, headers=signed, status=404),
        sign_in(SECRET, status=400),
        sign_in("new password"),
        delete(A),
        sign_in("new password", status=400),
    )
    yield Scenario(
        "an account of which the auth rule does not hold",
        _accounts(authRule="verified = true"),
        create({"email": "a@{c}.com", **WITH}, keep={"a": "id"}),
        sign_in(SECRET, status=403),
        sign_in("wrong", status=400),
        update(A, {"verified": True}),
        sign_in(SECRET),
    )
    yield Scenario(
        "accounts that nobody may sign in to",
        _accounts(authRule=None),
        create({"email": "a@{c}.com", **WITH}, keep={"a": "id"}),
        sign_in(SECRET, status=403),
        sign_in("wrong", status=400),
    )
