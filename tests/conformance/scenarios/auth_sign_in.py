"""Signing in with a password and refreshing: fields of identity, auth rules, bodies and tokens."""

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
    changed,
    create,
    field,
    made,
    update,
    view,
)

FORM = "application/x-www-form-urlencoded"
BY_NAME = ["CREATE UNIQUE INDEX idx_name_{c} ON {c} (name)"]


def scenarios() -> Iterator[Scenario]:
    """Every way to get a token, and to fail to."""
    yield from _identities()
    yield from _bodies()
    yield from _answers()
    yield from _rules()
    yield from _refreshes()
    yield from _tokens()


def _named(*fields: str, **options: Any) -> Step:
    password = {"enabled": True, "identityFields": [*fields]}
    return accounts(
        field("name"), field("number", "number"), indexes=BY_NAME, passwordAuth=password, **options
    )


def _identities() -> Iterator[Scenario]:
    yield Scenario(
        "signing in by a name or an address",
        _named("email", "name"),
        account("signinbynamea01", name="ann"),
        account("signinbynameb01", "b@{c}.com", name="a@{c}.com"),
        sign_in(),
        sign_in("ann"),
        sign_in("ANN", status=400),
        sign_in("A@{c}.COM", status=400),
        sign_in(" ann", status=400),
        sign_in("b@{c}.com"),
        sign_in("nobody", status=400),
        sign_in("ann", "wrong", status=400),
        *(
            sign_in("ann", more={"identityField": name}, status=status)
            for name, status in {
                "name": 200,
                "email": 400,
                "": 200,
                "number": 400,
                "id": 400,
                "NAME": 400,
            }.items()
        ),
        sign_in("ann", more={"identityField": None}),
        sign_in("ann", more={"identityField": 5}, status=400),
        sign_in("a@{c}.com", more={"identityField": "name"}),
    )
    yield Scenario(
        "signing in by a name alone",
        _named("name"),
        account("signinnamealone", name="ann"),
        account("signinnamealon2", "b@{c}.com", name=""),
        sign_in("ann"),
        sign_in(status=400),
        sign_in(more={"identityField": "email"}, status=400),
        sign_in("", status=400),
        ask("GET", "/api/collections/{c}/auth-methods", who=STRANGER),
    )
    yield Scenario(
        "signing in by what is not unique or not there",
        *(
            accounts(field("name"), passwordAuth={"enabled": True, "identityFields": names}, status=400)
            for names in (["name"], ["nothing"], [], ["password"], ["id"], ["email", "name"])
        ),
        accounts(field("name"), passwordAuth={"enabled": False, "identityFields": ["name"]}),
        account("signinnotunique"),
        sign_in(status=403),
        changed({"passwordAuth": {"enabled": True, "identityFields": ["name"]}}, status=400),
    )
    yield Scenario(
        "signing in where passwords are switched off",
        accounts(passwordAuth={"enabled": False, "identityFields": ["email"]}),
        account("signinwordless1"),
        sign_in(status=403),
        sign_in("a@{c}.com", "wrong", status=403),
        sign_in("", "", status=403),
        ask("GET", "/api/collections/{c}/auth-methods", who=STRANGER),
        post("request-password-reset", {"email": "a@{c}.com"}, status=400),
        post("request-password-reset", {"email": "nobody"}, status=400),
        post("confirm-password-reset", {"token": "x"}, status=400),
        post("request-verification", {"email": "a@{c}.com"}, status=204),
        changed({"passwordAuth": {"enabled": True, "identityFields": ["email"]}}),
        sign_in(),
    )


# Bodies of a sign-in, by what they are, and their statuses.
BODIES: dict[str, tuple[Any, int]] = {
    "no body": (NOTHING, 400),
    "an empty object": ({}, 400),
    "null": (None, 400),
    "a list": ([], 400),
    "half of JSON": (Raw('{"identity":'), 400),
    "a number for an identity": ({"identity": 5, "password": PASSWORD}, 400),
    "null for a password": ({"identity": "a@{c}.com", "password": None}, 400),
    "an identity that is too long": ({"identity": "x" * 256, "password": PASSWORD}, 400),
    "the longest identity": ({"identity": "x" * 255, "password": PASSWORD}, 400),
    "a password that is too long": ({"identity": "a@{c}.com", "password": "x" * 256}, 400),
    "the longest password": ({"identity": "a@{c}.com", "password": "x" * 255}, 400),
    "a space for a password": ({"identity": "a@{c}.com", "password": " "}, 400),
    "an address alone": ({"email": "a@{c}.com", "password": PASSWORD}, 400),
    "more than is asked": ({"identity": "a@{c}.com", "password": PASSWORD, "more": 1}, 200),
    "a form": (Raw("identity=a@{c}.com&password=a+long+password", FORM), 200),
    "a form without a password": (Raw("identity=a@{c}.com", FORM), 400),
    "a multipart form": (Form((("identity", "a@{c}.com"), ("password", PASSWORD))), 200),
    "a multipart form with JSON": (
        Form((("@jsonPayload", '{"identity":"a@{c}.com","password":"a long password"}'),)),
        200,
    ),
    "a text": (Raw("identity=a", "text/plain"), 400),
}


def _bodies() -> Iterator[Scenario]:
    steps = [post("auth-with-password", body, status=status) for body, status in BODIES.values()]
    yield Scenario("bodies of a sign-in", accounts(), account("signinwithbody1"), *steps)


def _answers() -> Iterator[Scenario]:
    yield Scenario(
        "what a sign-in answers",
        made(field("a"), name="{c}_shelves"),
        create({"id": "signinwithshelf", "a": "shelf"}, into="{c}_shelves"),
        accounts(
            field("name"),
            field("hidden", hidden=True),
            field("to", "relation", collectionId="_pb_users_auth_"),
            field("shelf", "relation", collectionId="{c_shelvesId}"),
        ),
        account("signinanswer001", hidden="x", to="{ownerId}", shelf="signinwithshelf"),
        sign_in(),
        *(
            sign_in(query={"expand": expand})
            for expand in ("shelf", "to", "shelf,to", "nothing", "shelf.nothing")
        ),
        *(
            sign_in(query={"fields": fields})
            for fields in ("record", "token", "record.id", "*", "record.expand", "nothing")
        ),
        sign_in(query={"fields": "record.expand.shelf.a", "expand": "shelf"}),
        sign_in(who=SUPERUSER),
        sign_in(who=OWNER),
        sign_in(headers={"Authorization": "nonsense"}),
        ask("GET", "/api/collections/{c}/auth-with-password", who=STRANGER, status=404),
        sign_in(of="nothing", status=404),
        sign_in(of="{c}_shelves", status=404),
        sign_in(of="id_{c}"),
    )


def _rules() -> Iterator[Scenario]:
    for rule, statuses in {
        "verified = true": (403, 200),
        "name = 'x'": (403, 403),
        "email ~ '@{c}'": (200, 200),
        "@request.context = 'password'": (200, 200),
        "@request.method = 'POST' && @request.body.identity != ''": (200, 200),
        "@request.auth.id = ''": (200, 200),
        "@request.headers.x_way = 'in'": (403, 403),
        "@request.query.way = 'in'": (403, 403),
    }.items():
        yield Scenario(
            f"signing in by the rule {rule}",
            accounts(field("name"), authRule=rule),
            account("signinbyrule001"),
            sign_in(status=statuses[0]),
            sign_in("a@{c}.com", "wrong", status=400),
            update("signinbyrule001", {"verified": True}),
            sign_in(status=statuses[1]),
            sign_in(headers={"X-Way": "in"}, status=200 if "headers" in rule else statuses[1]),
            sign_in(query={"way": "in"}, status=200 if "query" in rule else statuses[1]),
        )


def _refreshes() -> Iterator[Scenario]:
    name, one = "of_refreshing", "refreshaccount1"
    own = auth_token(name, one)
    yield Scenario(
        "refreshing",
        accounts(field("name"), viewRule=None),
        account(one),
        post("auth-refresh", NOTHING, headers=own),
        post("auth-refresh", NOTHING, headers={"Authorization": f"Bearer {own['Authorization']}"}),
        post("auth-refresh", {"anything": 1}, headers=own),
        post("auth-refresh", NOTHING, headers=own, query={"fields": "record.email"}),
        post("auth-refresh", NOTHING, headers=auth_token(name, one, refreshable=False)),
        post("auth-refresh", NOTHING, headers=auth_token(name, one, refreshable=None)),
        post("auth-refresh", NOTHING, status=401),
        post("auth-refresh", NOTHING, who=OWNER, status=403),
        post("auth-refresh", NOTHING, who=SUPERUSER, status=403),
        post("auth-refresh", NOTHING, of="users", headers=own, status=403),
        post("auth-refresh", NOTHING, of="nothing", headers=own, status=404),
        post("auth-refresh", NOTHING, of="_superusers", headers=own, status=403),
        changed({"passwordAuth": {"enabled": False, "identityFields": ["email"]}}),
        post("auth-refresh", NOTHING, headers=own),
        changed({"authRule": None}),
        post("auth-refresh", NOTHING, headers=own, status=403),
        changed({"authRule": ""}),
        post("auth-refresh", NOTHING, headers=own),
        # Another rule makes another secret for the collection's tokens.
        changed({"authRule": "email != ''"}),
        post("auth-refresh", NOTHING, headers=own, status=401),
    )


def _tokens() -> Iterator[Scenario]:
    name, one = "of_tokens_that_are_taken", "tokensaccount01"
    bad = {
        "expired": token(name, one, "auth", exp=PAST),
        "of another kind": token(name, one, "verification", email="a@of_tokens_that_are_taken.com"),
        "of no kind": token(name, one, "auth", type=None),
        "of nobody": token(name, "x" * 15, "auth"),
        "of another collection": token("of_nothing", one, "auth"),
        "of another key": token(name, one, "auth", key="x" * 40),
        "cut short": token(name, one, "auth")[:-4],
        "of nonsense": "a.b.c",
    }
    asks = [("GET", "/api/collections/{c}/records/" + one), ("GET", "/api/collections/{c}/records")]
    yield Scenario(
        "tokens that are taken",
        accounts(field("name"), viewRule="id = @request.auth.id", listRule="id = @request.auth.id"),
        account(one),
        *(ask(method, path, headers=auth_token(name, one)) for method, path in asks),
        *(
            ask("GET", asks[0][1], headers={"Authorization": given}, status=404 if given else 200)
            for given in bad.values()
        ),
        *(
            post("auth-refresh", NOTHING, headers={"Authorization": given}, status=401)
            for given in bad.values()
        ),
    )
    for number, (what, (change, status)) in enumerate(CHANGES.items(), 1):
        record = f"tokenafter{number:05}"
        scenario = f"a token after a new {what}"
        mine = auth_token("of_" + scenario.replace(" ", "_"), record)
        yield Scenario(
            scenario,
            accounts(field("name"), viewRule="id = @request.auth.id"),
            account(record),
            view(record, who=STRANGER, headers=mine),
            changed(change["collection"]) if "collection" in change else update(record, change),
            view(record, who=STRANGER, headers=mine, status=status),
        )


# Changes of an account or of its collection, and the status of who comes with a token of before.
CHANGES: dict[str, tuple[dict[str, Any], int]] = {
    "name": ({"name": "new"}, 200),
    "password": ({"password": NEW_PASSWORD, "passwordConfirm": NEW_PASSWORD}, 404),
    "address": ({"email": "b@{c}.com"}, 404),
    "shown address": ({"emailVisibility": True}, 200),
    "verification": ({"verified": True}, 200),
    "token key": ({"tokenKey": "z" * 40}, 404),
    "token key by chance": ({"tokenKey:autogenerate": ""}, 404),
    "secret of its collection": ({"collection": {"authToken": {"secret": "z" * 40, "duration": 600}}}, 404),
    "duration in its collection": ({"collection": {"authToken": {"duration": 60}}}, 200),
    "secret for files": ({"collection": {"fileToken": {"secret": "z" * 40, "duration": 60}}}, 200),
    "auth rule": ({"collection": {"authRule": "id != ''"}}, 404),
    "auth rule of nobody": ({"collection": {"authRule": None}}, 200),
    "manage rule": ({"collection": {"manageRule": "id != ''"}}, 200),
}
