"""The routes of settings."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from appos.accounts.mail import Mail, Mailer
from appos.records.settings.models import Settings
from tests.conftest import state_of

CANARY = "canary-7f3a91"
PATH = "/api/settings"
Headers = dict[str, str]


def stored(client: FlaskClient) -> Settings:
    return state_of(client.application).services.settings.read()


def test_all_settings_are_shown_in_pocketbases_order(client: FlaskClient, as_superuser: Headers) -> None:
    shown = client.get(PATH, headers=as_superuser)

    assert shown.status_code == 200
    assert list(shown.get_json()) == [
        "smtp",
        "backups",
        "s3",
        "meta",
        "rateLimits",
        "trustedProxy",
        "batch",
        "logs",
    ]
    assert shown.get_json() == {
        "smtp": {
            "enabled": False,
            "port": 587,
            "host": "smtp.example.com",
            "username": "",
            "authMethod": "",
            "tls": False,
            "localName": "",
        },
        "backups": {"cron": "", "cronMaxKeep": 3, "s3": S3},
        "s3": S3,
        "meta": {
            "appName": "AppOS",
            "appURL": "http://127.0.0.1:9091",
            "senderName": "Support",
            "senderAddress": "support@example.com",
            "hideControls": False,
        },
        "rateLimits": {"rules": RULES, "enabled": False},
        "trustedProxy": {"headers": [], "useLeftmostIP": False},
        "batch": {"enabled": False, "maxRequests": 50, "timeout": 3, "maxBodySize": 0},
        "logs": {"maxDays": 5, "minLevel": 0, "logIP": True, "logAuthId": False},
    }


S3 = {
    "enabled": False,
    "bucket": "",
    "region": "",
    "endpoint": "",
    "accessKey": "",
    "forcePathStyle": False,
}
RULES = [
    {"label": "*:auth", "audience": "", "duration": 3, "maxRequests": 2},
    {"label": "*:create", "audience": "", "duration": 5, "maxRequests": 20},
    {"label": "/api/batch", "audience": "", "duration": 1, "maxRequests": 3},
    {"label": "/api/", "audience": "", "duration": 10, "maxRequests": 300},
]


def test_a_part_is_changed_and_all_is_shown(client: FlaskClient, as_superuser: Headers) -> None:
    body = {"meta": {"appName": "Home"}, "logs": {"maxDays": 9}}
    answer = client.patch(PATH, json=body, headers=as_superuser)

    assert answer.status_code == 200
    assert (answer.get_json()["meta"]["appName"], answer.get_json()["logs"]["maxDays"]) == ("Home", 9)
    assert answer.get_json() == client.get(PATH, headers=as_superuser).get_json()
    assert stored(client).meta.sender_name == "Support"


@pytest.mark.parametrize(
    ("given", "kept"),
    [({}, CANARY), ({"password": None}, CANARY), ({"password": ""}, ""), ({"password": "other"}, "other")],
)
def test_a_secret_is_kept_until_it_is_named(
    client: FlaskClient, as_superuser: Headers, given: dict[str, Any], kept: str
) -> None:
    client.patch(PATH, json={"smtp": {"password": CANARY}}, headers=as_superuser)
    answer = client.patch(PATH, json={"smtp": {"host": "mail.example.com"} | given}, headers=as_superuser)

    assert CANARY not in answer.text
    assert stored(client).smtp.password == kept


def test_what_is_wrong_lies_as_deep_as_the_settings(client: FlaskClient, as_superuser: Headers) -> None:
    answer = client.patch(PATH, json={"smtp": {"port": -1}}, headers=as_superuser)

    assert answer.status_code == 400
    assert answer.get_json() == {
        "data": {
            "smtp": {
                "port": {
                    "code": "validation_min_greater_equal_than_required",
                    "message": "Must be no less than 0.",
                    "params": {"threshold": 0},
                }
            }
        },
        "message": "An error occurred while saving the new settings.",
        "status": 400,
    }


def test_who_changed_what_stands_in_the_trail(client: FlaskClient, as_superuser: Headers) -> None:
    client.patch(PATH, json={"smtp": {"password": CANARY}}, headers=as_superuser)
    entries = client.get("/api/appos/audit", headers=as_superuser).get_json()["items"]
    (entry,) = [each for each in entries if each["action"] == "settings.update"]

    assert (entry["actor"], entry["detail"]) == ("_superusers:ada@example.com", "smtp.password")
    assert CANARY not in repr(entries)


@pytest.mark.parametrize(
    ("body", "data"),
    [
        ({}, {"email": "validation_required", "template": "validation_required"}),
        (
            {"email": "x", "template": "y", "collection": "z"},
            {
                "email": "validation_is_email",
                "template": "validation_in_invalid",
                "collection": "validation_invalid_auth_collection",
            },
        ),
    ],
)
def test_a_sample_mail_that_cannot_be_written_is_refused(
    client: FlaskClient, as_superuser: Headers, body: dict[str, str], data: dict[str, str]
) -> None:
    answer = client.post(f"{PATH}/test/email", json=body, headers=as_superuser)

    assert (answer.status_code, answer.get_json()["message"]) == (400, "Failed to send the test email.")
    assert {name: problem["code"] for name, problem in answer.get_json()["data"].items()} == data


def test_a_sample_mail_is_sent(
    client: FlaskClient, as_superuser: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Mail] = []
    monkeypatch.setattr(Mailer, "send", lambda _self, mail, _settings: sent.append(mail))
    client.patch(PATH, json={"smtp": {"enabled": True}}, headers=as_superuser)
    body = {"email": "to@example.com", "template": "verification", "collection": "users"}
    answer = client.post(f"{PATH}/test/email", json=body, headers=as_superuser)

    assert (answer.status_code, answer.data) == (204, b"")
    assert [mail.to for mail in sent] == ["to@example.com"]


@pytest.mark.parametrize(
    ("body", "message", "data"),
    [
        ({}, "Failed to test the S3 filesystem.", {"filesystem": "validation_required"}),
        ({"filesystem": "x"}, "Failed to test the S3 filesystem.", {"filesystem": "validation_in_invalid"}),
        (
            {"filesystem": "backups"},
            "Failed to test the S3 filesystem. Raw error: \nS3 storage filesystem is not enabled.",
            {},
        ),
    ],
)
def test_no_storage_elsewhere_is_enabled(
    client: FlaskClient, as_superuser: Headers, body: dict[str, str], message: str, data: dict[str, str]
) -> None:
    answer = client.post(f"{PATH}/test/s3", json=body, headers=as_superuser)

    assert (answer.status_code, answer.get_json()["message"]) == (400, message)
    assert {name: problem["code"] for name, problem in answer.get_json()["data"].items()} == data


KEY = "-----BEGIN PRIVATE KEY-----\nMIGH\nAgEA\n-----END PRIVATE KEY-----"
RIGHT = {"clientId": "a", "teamId": "b" * 10, "keyId": "c" * 10, "privateKey": KEY, "duration": 100}


@pytest.mark.parametrize(
    ("change", "data"),
    [
        ({"clientId": ""}, {"clientId": "validation_required"}),
        ({"teamId": "short"}, {"teamId": "validation_length_invalid"}),
        ({"keyId": ""}, {"keyId": "validation_required"}),
        ({"privateKey": "no key"}, {"privateKey": "validation_match_invalid"}),
        ({"duration": -1}, {"duration": "validation_min_greater_equal_than_required"}),
        ({"duration": 15777001}, {"duration": "validation_max_less_equal_than_required"}),
    ],
)
def test_what_is_wrong_with_apples_key_is_told(
    client: FlaskClient, as_superuser: Headers, change: dict[str, Any], data: dict[str, str]
) -> None:
    path = f"{PATH}/apple/generate-client-secret"
    answer = client.post(path, json=RIGHT | change, headers=as_superuser)

    assert (answer.status_code, answer.get_json()["message"]) == (400, "Invalid client secret data.")
    assert {name: problem["code"] for name, problem in answer.get_json()["data"].items()} == data


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (KEY, "AppOS offers no sign-in with OAuth2 yet."),
        (KEY.replace("MIGH", "no key"), "invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key."),
    ],
)
def test_no_secret_is_made_for_apple(
    client: FlaskClient, as_superuser: Headers, key: str, reason: str
) -> None:
    body = RIGHT | {"privateKey": key}
    answer = client.post(f"{PATH}/apple/generate-client-secret", json=body, headers=as_superuser)

    assert answer.status_code == 400
    message = answer.get_json()["message"]
    assert message == f"Failed to generate client secret. Raw error: \n{reason}"
