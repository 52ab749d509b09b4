"""PocketBase's routes of auth collections."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appos.accounts import tokens
from appos.accounts.mails import Letter
from appos.audit.models import SYSTEM
from appos.records.auth_options import TokenKind
from appos.records.settings.models import Settings, Smtp
from appos.services import Services
from appos.store.query import ListQuery
from tests.conftest import PASSWORD, SUPERUSER_EMAIL, USER_EMAIL, identity_of, state_of

OTHER = "Basalt-Heron-43"
Post = Callable[..., TestResponse]


@pytest.fixture
def services(app: Flask) -> Services:
    return state_of(app).services


@pytest.fixture
def post(client: FlaskClient) -> Post:
    """Post to a route of a collection."""

    def send(path: str, body: Any = None, collection: str = "users", **options: Any) -> TestResponse:
        return client.post(f"/api/collections/{collection}/{path}", json=body, **options)

    return send


def credentials(email: str = USER_EMAIL, password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"identity": email, "password": password} | more


@pytest.mark.parametrize("collection", ["users", "_pb_users_auth_", "Users"])
def test_a_user_signs_in(client: FlaskClient, post: Post, collection: str) -> None:
    answer = post("auth-with-password", credentials(), collection)
    body = answer.get_json()

    assert answer.status_code == 200
    assert list(body) == ["record", "token"]
    assert (body["record"]["email"], body["record"]["collectionName"]) == (USER_EMAIL, "users")
    assert {"password", "tokenKey"} & set(body["record"]) == set()
    assert client.get("/api/appos/jobs", headers={"Authorization": body["token"]}).status_code == 403


def test_a_form_signs_in_too(client: FlaskClient) -> None:
    answer = client.post("/api/collections/users/auth-with-password", data=credentials())

    assert answer.status_code == 200


def test_every_failure_to_sign_in_is_answered_alike(post: Post) -> None:
    answers = [
        post("auth-with-password", credentials(password="wrong")),
        post("auth-with-password", credentials("nobody@example.com")),
        post("auth-with-password", credentials(SUPERUSER_EMAIL)),
        post("auth-with-password", credentials(USER_EMAIL), "_superusers"),
        post("auth-with-password", credentials(USER_EMAIL.upper(), "wrong")),
    ]

    assert {(answer.status_code, answer.get_data()) for answer in answers} == {
        (400, b'{"data":{},"message":"Failed to authenticate.","status":400}\n')
    }
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        pytest.param({}, {"identity": "required", "password": "required"}, id="nothing"),
        pytest.param({"identity": USER_EMAIL}, {"password": "required"}, id="no-password"),
        pytest.param(credentials(password="x" * 256), {"password": "length_out_of_range"}, id="long"),
        pytest.param(credentials(identityField="name"), {"identityField": "in_invalid"}, id="field"),
    ],
)
def test_a_wrong_sign_in_names_its_fields(post: Post, body: dict[str, str], codes: dict[str, str]) -> None:
    answer = post("auth-with-password", body)
    problems = answer.get_json()["data"]

    assert answer.status_code == 400
    assert {name: problem["code"] for name, problem in problems.items()} == {
        name: f"validation_{code}" for name, code in codes.items()
    }


def test_after_twenty_failures_one_waits(post: Post) -> None:
    statuses = [post("auth-with-password", credentials(password="wrong")).status_code for _ in range(20)]
    answer = post("auth-with-password", credentials())

    assert statuses == [400] * 20
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    assert answer.get_json() == {"data": {}, "message": "Too Many Requests.", "status": 429}


@pytest.mark.parametrize(
    "path", ["auth-with-password", "auth-refresh", "request-password-reset", "confirm-password-reset"]
)
def test_a_collection_that_is_not_there_is_not_found(post: Post, as_user: dict[str, str], path: str) -> None:
    answer = post(path, credentials(), "nobodies", headers=as_user)

    assert (answer.status_code, answer.get_json()["message"]) == (
        404,
        "Missing or invalid collection context.",
    )


def test_the_ways_to_sign_in_are_listed(client: FlaskClient) -> None:
    body = client.get("/api/collections/users/auth-methods").get_json()

    assert body["password"] == {"enabled": True, "identityFields": ["email"]}
    assert not any(body[other]["enabled"] for other in ("oauth2", "mfa", "otp"))


def test_nobody_can_register(client: FlaskClient, as_user: dict[str, str], services: Services) -> None:
    body = {"email": "eve@example.com", "password": PASSWORD, "passwordConfirm": PASSWORD}
    for collection in ("users", "_superusers"):
        for headers in ({}, as_user):
            path = f"/api/collections/{collection}/records"
            assert client.post(path, json=body, headers=headers).status_code == 403

    with services.databases.data.read() as db:
        names = [
            row["email"] for row in db.query("SELECT email FROM users UNION SELECT email FROM _superusers")
        ]
    assert body["email"] not in names


def test_a_refresh_is_a_new_token(post: Post, as_user: dict[str, str], services: Services) -> None:
    answer = post("auth-refresh", headers=as_user)
    identity = services.accounts.identify(answer.get_json()["token"])

    assert answer.status_code == 200
    assert identity is not None
    assert identity.account.email == USER_EMAIL


@pytest.mark.parametrize("who", ["stranger", "superuser", "expired"])
def test_only_an_account_of_the_collection_refreshes(
    post: Post, as_superuser: dict[str, str], services: Services, who: str
) -> None:
    bob = identity_of(services, "users", USER_EMAIL)
    expired = tokens.sign(bob.account, bob.collection, TokenKind.AUTH, refreshable=True, exp=1)
    headers = {"stranger": {}, "superuser": as_superuser, "expired": {"Authorization": expired}}[who]
    answer = post("auth-refresh", headers=headers)

    assert answer.status_code == (403 if who == "superuser" else 401)


def mailing(services: Services) -> None:
    services.settings.change(Settings(smtp=Smtp(enabled=True, host="127.0.0.1")), SYSTEM)


def mail_jobs(services: Services) -> int:
    return services.ledger.page(ListQuery(filter=f"kind = '{Letter.PASSWORD_RESET.value}'")).total_items


@pytest.mark.parametrize("email", [USER_EMAIL, "nobody@example.com"])
@pytest.mark.parametrize("has_mail", [True, False])
def test_a_request_for_a_reset_is_always_answered_alike(
    post: Post, services: Services, email: str, has_mail: bool
) -> None:
    if has_mail:
        mailing(services)
    answer = post("request-password-reset", {"email": email})

    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert mail_jobs(services) == (1 if has_mail and email == USER_EMAIL else 0)


def test_without_mail_a_request_leaves_nothing_in_the_log(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    post("request-password-reset", {"email": USER_EMAIL})

    assert caplog.records == []


def test_a_second_request_within_two_minutes_sends_nothing(post: Post, services: Services) -> None:
    mailing(services)
    statuses = [post("request-password-reset", {"email": USER_EMAIL}).status_code for _ in range(3)]

    assert statuses == [204] * 3
    assert mail_jobs(services) == 1


@pytest.mark.parametrize(("email", "code"), [("", "validation_required"), ("x", "validation_is_email")])
def test_a_request_without_an_address_is_refused(post: Post, email: str, code: str) -> None:
    answer = post("request-password-reset", {"email": email})

    assert (answer.status_code, answer.get_json()["data"]["email"]["code"]) == (400, code)


def confirmation(services: Services, password: str = OTHER) -> dict[str, str]:
    bob = identity_of(services, "users", USER_EMAIL)
    token = tokens.sign(bob.account, bob.collection, TokenKind.PASSWORD_RESET, email=USER_EMAIL)
    return {"token": token, "password": password, "passwordConfirm": password}


def test_a_confirmation_sets_the_password_and_ends_the_sessions(
    post: Post, services: Services, as_user: dict[str, str]
) -> None:
    body = confirmation(services)
    answer = post("confirm-password-reset", body)

    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert post("auth-with-password", credentials(password=OTHER)).status_code == 200
    assert post("auth-with-password", credentials()).status_code == 400
    assert post("auth-refresh", headers=as_user).status_code == 401
    assert post("confirm-password-reset", body).status_code == 400


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"token": "x"}, {"token": "validation_invalid_token"}, id="token"),
        pytest.param({"passwordConfirm": "x"}, {"passwordConfirm": "validation_values_mismatch"}, id="two"),
        pytest.param(
            {"password": "short", "passwordConfirm": "short"},
            {"password": "validation_length_out_of_range"},
            id="short",
        ),
    ],
)
def test_a_wrong_confirmation_is_refused(
    post: Post, services: Services, change: dict[str, str], code: dict[str, str]
) -> None:
    answer = post("confirm-password-reset", confirmation(services) | change)

    assert answer.status_code == 400
    assert {name: problem["code"] for name, problem in answer.get_json()["data"].items()} == code
    assert post("auth-with-password", credentials()).status_code == 200
