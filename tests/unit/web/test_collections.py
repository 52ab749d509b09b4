"""PocketBase's routes of collections."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appos.audit.models import SYSTEM
from appos.records.auth_options import TokenKind
from appos.records.settings.models import RateLimits
from appos.services import Services
from tests.conftest import state_of

PATH = "/api/collections"
FIELD = {"type": "text", "name": "title"}
FORM = "application/x-www-form-urlencoded"
UNREAD_TYPE = "Failed to load the collection type data due to invalid formatting."
UNREAD = "Failed to load the submitted data due to invalid formatting."
Ask = Callable[..., TestResponse]


@pytest.fixture
def services(app: Flask) -> Services:
    return state_of(app).services


@pytest.fixture
def ask(client: FlaskClient, as_superuser: dict[str, str]) -> Ask:
    """Ask as a superuser."""

    def send(method: str, path: str = "", body: Any = None, **options: Any) -> TestResponse:
        if body is not None:
            options["json"] = body
        return client.open(PATH + path, method=method, headers=as_superuser, **options)

    return send


def error(answer: TestResponse) -> tuple[int, str, Any]:
    body = answer.get_json()
    assert list(body) == ["data", "message", "status"]
    return answer.status_code, body["message"], body["data"]


def test_rate_limits_follow_a_collection_to_its_new_name(ask: Ask, services: Services) -> None:
    limit = {"label": "notes:list", "maxRequests": 5, "duration": 10}
    edited = msgspec.convert({"rules": [limit]}, RateLimits)
    services.settings.edit(lambda before: msgspec.structs.replace(before, rate_limits=edited), SYSTEM)
    ask("POST", body={"name": "notes"})
    ask("PATCH", "/notes", {"name": "papers"})

    assert [rule.label for rule in services.settings.read().rate_limits.rules] == ["papers:list"]


def test_a_collection_comes_changes_and_goes(ask: Ask, services: Services) -> None:
    made = ask("POST", body={"name": "notes", "fields": [FIELD], "listRule": ""})
    changed = ask("PATCH", "/notes", {"name": "papers"})
    truncated = ask("DELETE", "/papers/truncate")
    gone = ask("DELETE", "/papers")

    assert [each.status_code for each in (made, changed, truncated, gone)] == [200, 200, 204, 204]
    assert (made.get_json()["name"], changed.get_json()["name"]) == ("notes", "papers")
    assert (truncated.get_data(), gone.get_data()) == (b"", b"")
    assert error(ask("GET", "/papers")) == (404, "The requested resource wasn't found.", {})
    assert services.collections.find("papers") is None


def test_a_collection_is_shown_in_pocketbases_shape(ask: Ask) -> None:
    base = ask("POST", body={"name": "notes"}).get_json()
    auth = ask("GET", "/users").get_json()

    common = [
        *("id", "listRule", "viewRule", "createRule", "updateRule", "deleteRule", "name", "type"),
        *("fields", "indexes", "created", "updated", "system"),
    ]
    assert list(base) == common
    assert list(auth) == [
        *common,
        *("authRule", "manageRule", "authAlert", "oauth2", "passwordAuth", "mfa", "otp"),
        *("authToken", "passwordResetToken", "emailChangeToken", "verificationToken", "fileToken"),
        *("verificationTemplate", "resetPasswordTemplate", "confirmEmailChangeTemplate"),
    ]
    assert all(list(field) == sorted(field) for field in auth["fields"])
    assert [auth[f"{kind}Token"] for kind in TokenKind] == [
        {"duration": seconds} for seconds in (604800, 180, 259200, 1800, 1800)
    ]


def test_no_answer_has_a_secret(ask: Ask, services: Services) -> None:
    provider = {"name": "google", "clientId": "a", "clientSecret": "canary-7f3a91"}
    body = {"name": "people", "type": "auth", "oauth2": {"providers": [provider]}}
    answers = [
        ask("POST", body=body),
        ask("PATCH", "/people", {"listRule": ""}),
        ask("GET", "/people"),
        ask("GET"),
        ask("GET", "?fields=*,authToken.secret,oauth2.providers.clientSecret"),
        ask("GET", "/meta/scaffolds"),
    ]
    text = b"".join(answer.get_data() for answer in answers).decode()
    secrets = [
        services.collections.auth(name).auth_options.token(kind).secret
        for name in ("people", "users", "_superusers")
        for kind in TokenKind
    ]

    assert "google" in text
    assert [secret for secret in (*secrets, "canary-7f3a91") if secret in text] == []


def test_collections_are_listed(ask: Ask) -> None:
    body = ask("GET", "?perPage=3&page=2&fields=name").get_json()

    assert body == {
        "items": [{"name": "_authOrigins"}, {"name": "_superusers"}, {"name": "users"}],
        "page": 2,
        "perPage": 3,
        "totalItems": 8,
        "totalPages": 3,
    }


@pytest.mark.parametrize(
    "query", ["filter=listRule=''", "sort=options", "filter=(", "filter=id:lower='a'", "sort=id:lower"]
)
def test_a_list_that_cannot_be_is_refused(ask: Ask, query: str) -> None:
    assert error(ask("GET", f"?{query}")) == (
        400,
        "Something went wrong while processing your request.",
        {},
    )


def test_scaffolds_are_new_collections(ask: Ask) -> None:
    body = ask("GET", "/meta/scaffolds").get_json()

    assert list(body) == ["auth", "base", "view"]
    assert [[field["name"] for field in scaffold["fields"]] for scaffold in body.values()] == [
        ["id", "password", "tokenKey", "email", "emailVisibility", "verified"],
        ["id"],
        [],
    ]
    assert {scaffold[name] for scaffold in body.values() for name in ("id", "name", "created")} == {""}
    assert body["view"]["viewQuery"] == ""


@pytest.mark.parametrize(
    ("content", "kind", "created", "changed"),
    [
        pytest.param("[]", "application/json", UNREAD_TYPE, UNREAD, id="list"),
        pytest.param("{", "application/json", UNREAD_TYPE, UNREAD, id="broken"),
        pytest.param('{"name": NaN}', "application/json", UNREAD_TYPE, UNREAD, id="no-number"),
        pytest.param("[" * 100_000, "application/json", UNREAD_TYPE, UNREAD, id="deep"),
        pytest.param('{"name": "a"}', "text/plain", UNREAD_TYPE, UNREAD, id="other-type"),
        pytest.param('{"name": "a"}', None, UNREAD_TYPE, UNREAD, id="no-type"),
        pytest.param('{"system": 1}', "application/json", UNREAD, UNREAD, id="type-of-a-value"),
        pytest.param("name=a&fields=x", FORM, UNREAD_TYPE, UNREAD, id="fields-in-a-form"),
        pytest.param("name=a&authToken.duration=x", FORM, UNREAD_TYPE, UNREAD, id="number-in-a-form"),
        pytest.param("name=a&mfa.enabled=x", FORM, UNREAD_TYPE, UNREAD, id="truth-in-a-form"),
        pytest.param("@jsonPayload=[1]", FORM, UNREAD_TYPE, UNREAD, id="payload"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    ask: Ask, content: str, kind: str | None, created: str, changed: str
) -> None:
    assert error(ask("POST", data=content, content_type=kind)) == (400, created, {})
    assert error(ask("PATCH", "/users", data=content, content_type=kind)) == (400, changed, {})


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param('{"name": "a"} {"name": "b"}', "a", id="what-follows-is-not-read"),
        pytest.param(' \n{"NAME": "a"}', "a", id="any-case"),
        pytest.param('{"name": "a", "name": "b"}', "b", id="twice"),
    ],
)
def test_json_is_read_as_go_reads_it(ask: Ask, content: str, name: str) -> None:
    answer = ask("POST", data=content, content_type="application/json; charset=utf-8")

    assert (answer.status_code, answer.get_json()["name"]) == (200, name)


def test_half_a_surrogate_pair_does_no_harm(ask: Ask) -> None:
    content = r'{"name": "a", "type": "auth", "verificationTemplate": {"subject": "\ud800x"}}'
    answer = ask("POST", data=content, content_type="application/json")

    assert answer.get_json()["verificationTemplate"]["subject"] == "\ufffdx"


def test_a_form_names_parts(ask: Ask) -> None:
    form = {
        "name": "people",
        "type": "auth",
        "manageRule": "id = ''",
        "authToken.duration": "100",
        "mfa.duration": "",
        "emailTemplate.subject": "Hello",
        "passwordAuth.enabled": "f",
        "oauth2.providers": "google",
        "indexes": ["create index a on x (id)", "create index b on x (email)"],
        "@jsonPayload": [json.dumps({"fields": [FIELD], "otp": {"length": 9}}), '{"viewRule": null}'],
    }
    body = ask("POST", data=form).get_json()

    assert (body["authToken"]["duration"], body["mfa"]["duration"], body["otp"]["length"]) == (100, 0, 9)
    assert body["authAlert"]["emailTemplate"]["subject"] == "Hello"
    assert body["otp"]["emailTemplate"]["subject"] == "Hello"
    assert not body["passwordAuth"]["enabled"]
    assert body["indexes"][:2] == form["indexes"]
    assert [field["name"] for field in body["fields"]][1] == "title"
    # A form has no null; PocketBase opens what it does not name.
    assert [body[rule] for rule in ("listRule", "viewRule", "authRule")] == ["", None, ""]


def test_a_form_changes_what_it_names_and_opens_what_was_closed(ask: Ask) -> None:
    ask("POST", body={"name": "notes", "listRule": "id = 'a'"})
    body = ask("PATCH", "/notes?viewRule=id='b'", data={"name": "papers"}).get_json()

    assert [body[name] for name in ("name", "listRule", "viewRule", "createRule")] == [
        *("papers", "id = 'a'", "id='b'", ""),
    ]


def test_what_is_wrong_is_named_in_the_place_where_it_is(ask: Ask) -> None:
    status, message, data = error(
        ask("POST", body={"name": "a b", "fields": [{"type": "text", "name": ""}], "indexes": ["x"]})
    )

    assert (status, message) == (400, "Failed to create collection.")
    assert list(data) == ["fields", "indexes", "name"]
    assert data["fields"] == {"1": {"name": {"code": "validation_required", "message": "Cannot be blank."}}}


def test_what_services_keep_is_forbidden(ask: Ask) -> None:
    answers = [ask("DELETE", "/jobs"), ask("DELETE", "/jobs/truncate"), ask("PATCH", "/jobs", {"name": "x"})]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert ask("PATCH", "/audit", {"viewRule": ""}).get_json()["viewRule"] == ""


@pytest.mark.parametrize(
    ("content", "kind", "message", "names"),
    [
        pytest.param(
            "", None, "An error occurred while validating the submitted data.", ["collections"], id="no"
        ),
        pytest.param(
            '{"collections": []}',
            "application/json",
            "An error occurred while validating the submitted data.",
            ["collections"],
            id="empty",
        ),
        pytest.param(
            '{"collections": [1]}',
            "application/json",
            "An error occurred while loading the submitted data.",
            [],
            id="numbers",
        ),
        pytest.param("x", "text/plain", "Unsupported Content-Type.", [], id="type"),
        pytest.param(
            '{"collections": [{"name": "a"}]}',
            "application/json",
            "Failed to import collections.",
            ["collections"],
            id="some",
        ),
    ],
)
def test_nothing_is_imported(
    ask: Ask, services: Services, content: str, kind: str | None, message: str, names: list[str]
) -> None:
    status, said, data = error(ask("PUT", "/import", data=content, content_type=kind))

    assert (status, said, list(data)) == (400, message, names)
    assert services.collections.find("a") is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/users"),
        ("PATCH", "/users"),
        ("DELETE", "/users"),
        ("DELETE", "/users/truncate"),
        ("GET", "/nobodies"),
        ("GET", "/meta/scaffolds"),
        ("PUT", "/import"),
    ],
)
def test_collections_are_for_superusers(
    client: FlaskClient, as_user: dict[str, str], method: str, path: str
) -> None:
    stranger = client.open(PATH + path, method=method, json={"name": "x"})
    user = client.open(PATH + path, method=method, json={"name": "x"}, headers=as_user)

    assert error(stranger)[:2] == (401, "The request requires valid record authorization token.")
    assert error(user)[:2] == (403, "The authorized record is not allowed to perform this action.")


def test_one_of_many_is_not_found(ask: Ask) -> None:
    answers = [ask("GET", "/x"), ask("PATCH", "/x", {}), ask("DELETE", "/x"), ask("DELETE", "/x/truncate")]

    assert {error(answer)[:2] for answer in answers} == {(404, "The requested resource wasn't found.")}
