"""Superusers: made and deleted over the API of records, and what they alone may: impersonate."""

from collections.abc import Iterator
from typing import Any

from tests.conformance.scenarios.accounts import (
    NEW_PASSWORD,
    PASSWORD,
    account,
    accounts,
    auth_token,
    post,
    sign_in,
)
from tests.conformance.scenarios.steps import (
    NOTHING,
    OTHER,
    OWNER,
    STRANGER,
    SUPERUSER,
    Scenario,
    Step,
    ask,
    changed,
    create,
    delete,
    field,
    listed,
    update,
    view,
)

SUPERUSERS = "_superusers"
WITH = {"password": PASSWORD, "passwordConfirm": PASSWORD}


def scenarios() -> Iterator[Scenario]:
    """Superusers as records, impersonation, and the collections of what belongs to accounts."""
    yield from _superusers()
    yield from _others()
    yield from _impersonation()
    yield from _belongings()
    yield from _switched_off()


def _superusers() -> Iterator[Scenario]:
    second = {"email": "second@{c}.com", **WITH}
    own = {"Authorization": "{own}"}
    yield Scenario(
        "a second superuser",
        create(second, into=SUPERUSERS, keep={"second": "id"}),
        create(second, into=SUPERUSERS, status=400),
        view("{second}", of=SUPERUSERS),
        sign_in("second@{c}.com", of=SUPERUSERS, keep={"own": "token"}),
        listed(of=SUPERUSERS, who=STRANGER, status=403),
        ask("GET", "/api/collections/_superusers/records/{second}", who=STRANGER, headers=own),
        ask("GET", "/api/settings", who=STRANGER, headers=own, query={"fields": "logs"}),
        update("{second}", {"email": "third@{c}.com"}, of=SUPERUSERS),
        ask("GET", "/api/settings", who=STRANGER, headers=own, status=401),
        sign_in("second@{c}.com", of=SUPERUSERS, status=400),
        sign_in("third@{c}.com", of=SUPERUSERS, keep={"own": "token"}),
        post("auth-refresh", NOTHING, of=SUPERUSERS, headers=own),
        update("{second}", {"verified": False}, of=SUPERUSERS),
        update("{second}", {"emailVisibility": True}, of=SUPERUSERS),
        update("{second}", {"password": NEW_PASSWORD}, of=SUPERUSERS, status=400),
        update("{second}", {"password": NEW_PASSWORD, "passwordConfirm": NEW_PASSWORD}, of=SUPERUSERS),
        post("auth-refresh", NOTHING, of=SUPERUSERS, headers=own, status=401),
        delete("{second}", of=SUPERUSERS),
        delete("{second}", of=SUPERUSERS, status=404),
        sign_in("third@{c}.com", NEW_PASSWORD, of=SUPERUSERS, status=400),
    )
    yield Scenario(
        "superusers that are refused",
        *(
            create(body, into=SUPERUSERS, status=400)
            for body in (
                {},
                WITH,
                {"email": "", **WITH},
                {"email": "nobody", **WITH},
                {"email": "a@{c}.com"},
                {"email": "a@{c}.com", "password": "1234567", "passwordConfirm": "1234567"},
                {"email": "a@{c}.com", "password": PASSWORD, "passwordConfirm": "other"},
                {"email": "a@{c}.com", "id": "short", **WITH},
            )
        ),
        create({"email": "a@{c}.com", "verified": False, **WITH}, into=SUPERUSERS, keep={"made": "id"}),
        delete("{made}", of=SUPERUSERS),
    )
    yield Scenario(
        "the last superuser",
        delete("{superuserId}", of=SUPERUSERS, status=400),
        ask("DELETE", "/api/collections/_superusers/truncate", status=400),
        ask("DELETE", "/api/collections/_superusers", status=400),
        view("{superuserId}", of=SUPERUSERS),
    )


def _others() -> Iterator[Scenario]:
    for who, status in {STRANGER: 403, OWNER: 403, OTHER: 403}.items():
        yield Scenario(
            f"superusers for {who or 'a stranger'}",
            listed(of=SUPERUSERS, who=who, status=status),
            view("{superuserId}", of=SUPERUSERS, who=who, status=status),
            create({"email": "a@{c}.com", **WITH}, into=SUPERUSERS, who=who, status=status),
            update("{superuserId}", {"email": "a@{c}.com"}, of=SUPERUSERS, who=who, status=status),
            delete("{superuserId}", of=SUPERUSERS, who=who, status=status),
            changed({"listRule": ""}, name=SUPERUSERS, who=who, status=403 if who else 401),
        )


def _impersonation() -> Iterator[Scenario]:
    one = "impersonated001"
    path = f"impersonate/{one}"
    durations = (None, 0, 1, 60, 3600)
    refused: tuple[Any, ...] = (-1, 1.5, "60", True, [], {}, "")

    def claims(body: object, *, status: int = 200) -> Step:
        return post(path, body, who=SUPERUSER, status=status)

    yield Scenario(
        "impersonating",
        accounts(field("name"), viewRule="id = @request.auth.id"),
        account(one, name="one"),
        claims(NOTHING),
        claims({}),
        *(claims({"duration": duration}) for duration in durations),
        *(claims({"duration": duration}, status=400) for duration in refused),
        claims([], status=400),
        post(path, {"duration": 60}, who=SUPERUSER, keep={"own": "token"}),
        ask("GET", f"/api/collections/{{c}}/records/{one}", who=STRANGER, headers={"Authorization": "{own}"}),
        post("auth-refresh", NOTHING, headers={"Authorization": "{own}"}),
        post(path, {}, headers={"Authorization": "{own}"}, status=403),
        post(path, {}, who=SUPERUSER, query={"fields": "record.name"}),
        post(path, {}, who=SUPERUSER, query={"expand": "nothing"}),
    )
    yield Scenario(
        "who may impersonate whom",
        accounts(field("name"), authRule="verified = true"),
        account(one),
        post(path, {}, status=401),
        post(path, {}, who=OWNER, status=403),
        post(path, {}, headers=auth_token("of_who_may_impersonate_whom", one), status=403),
        post("impersonate/" + "x" * 15, {}, who=SUPERUSER, status=404),
        post("impersonate/", {}, who=SUPERUSER, status=404),
        post(path, {}, of="users", who=SUPERUSER, status=404),
        post(path, {}, of="nothing", who=SUPERUSER, status=404),
        post(path, {}, who=SUPERUSER),
        post("impersonate/{superuserId}", {}, of=SUPERUSERS, who=SUPERUSER),
        ask("GET", f"/api/collections/{{c}}/{path}", status=404),
    )


def _belongings() -> Iterator[Scenario]:
    for name in ("_authOrigins", "_externalAuths", "_mfas", "_otps"):
        unknown = "x" * 15
        yield Scenario(
            f"records of {name}",
            listed(of=name, who=STRANGER),
            listed(of=name, who=OWNER, filter="recordRef = '{otherId}'"),
            listed(of=name, filter="recordRef = 'nobody'"),
            listed(of=name, filter="nothing = 1", status=400),
            listed(of=name, who=STRANGER, sort="nothing", status=400),
            view(unknown, of=name, who=STRANGER, status=404),
            view(unknown, of=name, status=404),
            create({}, into=name, who=STRANGER, status=403),
            create({}, into=name, who=OWNER, status=403),
            create({}, into=name, status=400),
            update(unknown, {}, of=name, who=OWNER, status=403),
            update(unknown, {}, of=name, status=404),
            delete(unknown, of=name, who=STRANGER, status=403 if name in {"_mfas", "_otps"} else 404),
            delete(unknown, of=name, status=404),
        )


def _switched_off() -> Iterator[Scenario]:
    off: dict[str, tuple[Any, ...]] = {
        "request-otp": ({"email": "a@{c}.com"}, {}, {"email": "nobody"}),
        "auth-with-otp": ({"otpId": "x" * 15, "password": "123456"}, {}, {"otpId": 5}),
        "auth-with-oauth2": (
            {"provider": "google", "code": "c", "codeVerifier": "v", "redirectURL": "https://example.com"},
            {},
            {"provider": "nothing"},
        ),
    }
    for action, bodies in off.items():
        yield Scenario(
            f"what is switched off: {action}",
            accounts(),
            *(
                post(action, body, who=who, status=403)
                for body in bodies
                for who in (STRANGER, OWNER, SUPERUSER)
            ),
            post(action, NOTHING, status=403),
            post(action, bodies[0], of="nothing", status=404),
            post(action, bodies[0], of="_authOrigins", status=404),
            post(action, bodies[0], of="_superusers", status=403),
            ask("GET", f"/api/collections/{{c}}/{action}", who=STRANGER, status=404),
        )
    options = {"enabled": True, "identityFields": ["email"]}
    yield Scenario(
        "the ways to sign in",
        accounts(field("name"), passwordAuth=options),
        *(ask("GET", "/api/collections/{c}/auth-methods", who=who) for who in (STRANGER, OWNER, SUPERUSER)),
        *(
            ask("GET", "/api/collections/{c}/auth-methods", who=STRANGER, query={"fields": fields})
            for fields in ("password", "mfa,otp,password,oauth2", "oauth2.providers", "nothing")
        ),
        changed({"otp": {"enabled": False, "duration": 100, "length": 6}}),
        changed({"mfa": {"enabled": False, "duration": 100, "rule": ""}}),
        ask("GET", "/api/collections/{c}/auth-methods", who=STRANGER),
        ask("POST", "/api/collections/{c}/auth-methods", {}, who=STRANGER, status=404),
        ask("GET", "/api/collections/nothing/auth-methods", who=STRANGER, status=404),
        ask("GET", "/api/collections/_otps/auth-methods", who=STRANGER, status=404),
    )
