"""Verification, change of address and reset of a password: what is asked for, and what a token confirms."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.accounts import (
    NEW_PASSWORD,
    PASSWORD,
    PAST,
    account,
    accounts,
    auth_token,
    post,
    sign_in,
    token,
)
from tests.conformance.scenarios.steps import (
    NOTHING,
    OWNER,
    STRANGER,
    SUPERUSER,
    Form,
    Raw,
    Scenario,
    Step,
    ask,
    delete,
    update,
    view,
)

USERS = "_pb_users_auth_"
FORM = "application/x-www-form-urlencoded"
# Requests for a mail by an address, and their statuses where nobody needs to be signed in.
ADDRESSES: dict[str, tuple[Any, int]] = {
    "no body": (NOTHING, 400),
    "an empty object": ({}, 400),
    "a blank address": ({"email": ""}, 400),
    "null": ({"email": None}, 400),
    "a number": ({"email": 5}, 400),
    "no address": ({"email": "nobody"}, 400),
    "half an address": ({"email": "a@"}, 400),
    "an address that is too long": ({"email": "x" * 250 + "@example.com"}, 400),
    "an unknown address": ({"email": "unknown@{c}.com"}, 204),
    "an address in capitals": ({"email": "A@{c}.COM"}, 204),
    "another name": ({"address": "a@{c}.com"}, 400),
    "a form": (Raw("email=a@{c}.com", FORM), 204),
    "a multipart form": (Form((("email", "nobody"),)), 400),
    "half of JSON": (Raw('{"email":'), 400),
    "the address": ({"email": "a@{c}.com"}, 204),
    "the address again": ({"email": "a@{c}.com"}, 204),
}


def scenarios() -> Iterator[Scenario]:
    """Requests for mails, and confirmations."""
    for action in ("request-verification", "request-password-reset"):
        yield _asked(action)
    yield from _verifications()
    yield from _resets()
    yield from _address_requests()
    yield from _address_changes()
    yield from _crossed()


def _asked(action: str) -> Scenario:
    steps = [post(action, body, status=status) for body, status in ADDRESSES.values()]
    return Scenario(
        f"bodies of {action}",
        accounts(),
        account("askedforamail01"),
        *steps,
        post(action, {"email": "a@{c}.com"}, who=OWNER, status=204),
        post(action, {"email": "a@{c}.com"}, who=SUPERUSER, status=204),
        post(action, {"email": "a@{c}.com"}, of="nothing", status=404),
        post(action, {"email": "a@{c}.com"}, of="_externalAuths", status=404),
        ask("GET", f"/api/collections/{{c}}/{action}", who=STRANGER, status=404),
        update("askedforamail01", {"verified": True}),
        post(action, {"email": "a@{c}.com"}, status=204),
    )


def _bad_tokens(scenario: str, record: str, kind: str, **claims: Any) -> dict[str, str]:
    """Return tokens of a kind that confirm nothing, by what is wrong with them."""
    return {
        "blank": "",
        "nonsense": "nonsense",
        "three parts": "a.b.c",
        "unsigned": token(scenario, record, kind, key="x" * 40, **claims),
        "expired": token(scenario, record, kind, exp=PAST, **claims),
        "without expiry": token(scenario, record, kind, exp=None, **claims),
        "of another kind": token(scenario, record, "auth", **claims),
        "of no kind": token(scenario, record, kind, type=None, **claims),
        "of nobody": token(scenario, "x" * 15, kind, **claims),
        "of nobody named": token(scenario, record, kind, **(claims | {"id": None})),
        "of another collection": token(
            scenario, record, kind, **(claims | {"collectionId": "_pb_users_auth_"})
        ),
        "of no collection": token(scenario, record, kind, **(claims | {"collectionId": None})),
    }


# What is taken though it looks wrong.
TAKEN = {"without expiry"}


def _verifications() -> Iterator[Scenario]:
    name, one = "of_confirming_a_verification", "confirmverified"
    claims = {"email": f"a@{name}.com"}
    path = "confirm-verification"
    bad = _bad_tokens(name, one, "verification", **claims)
    yield Scenario(
        "confirming a verification",
        accounts(),
        account(one),
        *(post(path, {"token": given}, status=400) for label, given in bad.items() if label not in TAKEN),
        post(path, {"token": token(name, one, "verification")}, status=400),
        post(path, {"token": token(name, one, "verification", email="b@example.com")}, status=400),
        post(path, {"token": token(name, one, "verification", **claims)}, of="users", status=400),
        post(path, {"token": token(name, one, "verification", **claims)}, of="nothing", status=404),
        *(post(path, body, status=400) for body in (NOTHING, {}, [], {"token": 5}, {"token": None})),
        view(one),
        post(path, {"token": token(name, one, "verification", **claims)}, status=204),
        view(one),
        post(path, {"token": token(name, one, "verification", **claims)}, status=204),
        post(path, {"token": token(name, one, "verification", exp=PAST, **claims)}, status=400),
    )
    name, one = "of_a_verification_of_who_has_changed", "confirmchanged1"
    proof = token(name, one, "verification", email=f"a@{name}.com")
    yield Scenario(
        "a verification of who has changed",
        accounts(),
        account(one),
        update(one, {"email": "b@{c}.com", "tokenKey": "k" * 40 + one}),
        post(path, {"token": proof}, status=400),
        update(one, {"email": "a@{c}.com", "tokenKey": "k" * 40 + one}),
        post(path, {"token": proof}, status=204),
        post(path, Raw(f"token={proof}", FORM), status=204),
        post(path, Form((("token", proof),)), status=204),
        post(path, {"token": proof}, who=SUPERUSER, status=204),
        update(one, {"password": NEW_PASSWORD, "passwordConfirm": NEW_PASSWORD}),
        post(path, {"token": proof}, status=400),
        delete(one),
        post(path, {"token": proof}, status=400),
    )


def _reset(token_: Any, password: Any = NEW_PASSWORD, confirm: Any = NEW_PASSWORD, **rest: Any) -> Step:
    body = {"token": token_, "password": password, "passwordConfirm": confirm}
    return post("confirm-password-reset", body, **rest)


def _resets() -> Iterator[Scenario]:
    name, one = "of_confirming_a_reset", "confirmreset001"
    claims = {"email": f"a@{name}.com"}
    good = token(name, one, "passwordReset", **claims)
    yield Scenario(
        "confirming a reset",
        accounts(),
        account(one),
        *(
            _reset(given, status=400)
            for label, given in _bad_tokens(name, one, "passwordReset", **claims).items()
            if label not in TAKEN
        ),
        _reset(good, "", "", status=400),
        _reset(good, "short", "short", status=400),
        _reset(good, NEW_PASSWORD, "", status=400),
        _reset(good, NEW_PASSWORD, "another one", status=400),
        _reset(good, None, None, status=400),
        _reset(good, 12345678, "12345678", status=400),
        _reset(good, "x" * 72, "x" * 72, status=400),
        _reset(good, "x" * 256, "x" * 256, status=400),
        _reset("nonsense", "short", "other", status=400),
        _reset(good, of="users", status=400),
        _reset(good, of="nothing", status=404),
        sign_in(),
        _reset(good, status=204),
        view(one),
        sign_in(status=400),
        sign_in("a@{c}.com", NEW_PASSWORD),
        _reset(good, status=400),
    )
    name, one = "of_a_reset_where_passwords_are_long", "confirmreset002"
    good = token(name, one, "passwordReset", email=f"a@{name}.com")
    strict = {"name": "password", "type": "password", "min": 12, "max": 20, "pattern": "^[a-z ]+$"}
    yield Scenario(
        "a reset where passwords are long",
        accounts(strict),
        account(one),
        _reset(good, "only eleven", "only eleven", status=400),
        _reset(good, "With Capitals In It", "With Capitals In It", status=400),
        _reset(good, "a password of more than twenty", "a password of more than twenty", status=400),
        _reset(good, "twelve small", "twelve small", status=204),
        sign_in("a@{c}.com", "twelve small"),
    )
    name, one = "of_a_reset_where_passwords_may_be_short", "confirmreset003"
    good = token(name, one, "passwordReset", email=f"a@{name}.com")
    yield Scenario(
        "a reset where passwords may be short",
        accounts({"name": "password", "type": "password", "min": 0}),
        account(one),
        *(_reset(good, word, word, status=400) for word in ("", "x" * 72, "x" * 256)),
        _reset(good, "x", "x", status=204),
        sign_in("a@{c}.com", "x"),
    )
    name, one = "of_a_change_to_an_address_of_another_domain", "confirmdomain01"
    claims = {"email": "a@example.com", "newEmail": "a@example.org"}
    yield Scenario(
        "a change to an address of another domain",
        accounts({"name": "email", "type": "email", "onlyDomains": ["example.com"]}),
        account(one, "a@example.com"),
        post(
            "confirm-email-change",
            {"token": token(name, one, "emailChange", **claims), "password": PASSWORD},
            status=400,
        ),
        sign_in("a@example.com"),
    )


def _address_requests() -> Iterator[Scenario]:
    name, one = "of_asking_for_another_address", "askfornewmail01"
    own = auth_token(name, one)
    path = "request-email-change"
    yield Scenario(
        "asking for another address",
        accounts(),
        account(one),
        account("askfornewmail02", "b@{c}.com"),
        *(
            post(path, {"newEmail": email}, headers=own, status=400)
            for email in ("", None, "nobody", 5, "a@{c}.com", "b@{c}.com", "x" * 250 + "@example.com")
        ),
        *(post(path, body, headers=own, status=400) for body in (NOTHING, {}, {"email": "new@{c}.com"})),
        # Nobody takes the mail.
        _mail_server({"enabled": True, "host": "127.0.0.1", "port": 1}),
        post(path, {"newEmail": "B@{c}.com"}, headers=own, status=400),
        post(path, {"newEmail": "new@{c}.com"}, headers=own, status=400),
        _mail_server({"enabled": False, "host": "smtp.example.com", "port": 587}),
        post(path, {"newEmail": "new@{c}.com"}, status=401),
        post(path, {"newEmail": "new@{c}.com"}, who=OWNER, status=403),
        post(path, {"newEmail": "new@{c}.com"}, who=SUPERUSER, status=403),
        post(path, {"newEmail": "new@{c}.com"}, of="users", headers=own, status=403),
        post(path, {"newEmail": "new@{c}.com"}, of="nothing", headers=own, status=404),
        view(one),
    )


def _mail_server(smtp: dict[str, Any]) -> Step:
    return ask("PATCH", "/api/settings", {"smtp": smtp}, query={"fields": "smtp"})


def _address_changes() -> Iterator[Scenario]:
    name, one = "of_confirming_another_address", "confirmnewmail1"
    claims = {"email": f"a@{name}.com", "newEmail": f"new@{name}.com"}
    good = token(name, one, "emailChange", **claims)
    taken = token(name, one, "emailChange", **(claims | {"newEmail": f"b@{name}.com"}))

    def confirm(token_: Any, password: Any = PASSWORD, **rest: Any) -> Step:
        return post("confirm-email-change", {"token": token_, "password": password}, **rest)

    yield Scenario(
        "confirming another address",
        accounts(),
        account(one),
        account("confirmnewmail2", "b@{c}.com"),
        *(
            confirm(given, status=400)
            for label, given in _bad_tokens(name, one, "emailChange", **claims).items()
            if label not in TAKEN
        ),
        confirm(token(name, one, "emailChange", email=f"a@{name}.com"), status=400),
        confirm(token(name, one, "emailChange", **(claims | {"newEmail": "nobody"})), status=400),
        confirm(taken, status=400),
        *(confirm(good, password, status=400) for password in ("", None, "wrong", 5)),
        confirm(good, of="users", status=400),
        confirm(good, of="nothing", status=404),
        confirm(good, who=OWNER, status=204),
        view(one),
        confirm(good, status=400),
        sign_in(status=400),
        sign_in("new@{c}.com"),
    )


def _crossed() -> Iterator[Scenario]:
    name, one = "of_tokens_for_something_else", "crossedtokens01"
    claims = {"email": f"a@{name}.com", "newEmail": f"b@{name}.com"}
    kinds = ("verification", "passwordReset", "emailChange", "file", "auth")
    given = {kind: token(name, one, kind, **claims) for kind in kinds}
    yield Scenario(
        "tokens for something else",
        accounts(viewRule="id = @request.auth.id"),
        account(one),
        *(
            post("confirm-verification", {"token": given[kind]}, status=400)
            for kind in kinds
            if kind != "verification"
        ),
        *(_reset(given[kind], status=400) for kind in kinds if kind != "passwordReset"),
        *(
            post("confirm-email-change", {"token": given[kind], "password": PASSWORD}, status=400)
            for kind in kinds
            if kind != "emailChange"
        ),
        *(
            view(one, who=STRANGER, headers={"Authorization": given[kind]}, status=404)
            for kind in kinds
            if kind != "auth"
        ),
        view(one, who=STRANGER, headers={"Authorization": given["auth"]}),
    )
