"""The routes of backups, of which there are none."""

import io

import pytest
from flask.testing import FlaskClient

from appos.accounts import tokens
from appos.records.auth_options import TokenKind
from tests.conftest import SUPERUSER_EMAIL, USER_EMAIL, identity_of, state_of

Headers = dict[str, str]
VALIDATING = "An error occurred while validating the submitted data."


def test_there_are_none(client: FlaskClient, as_superuser: Headers) -> None:
    answer = client.get("/api/backups", headers=as_superuser)

    assert (answer.status_code, answer.data) == (200, b"[]\n")


@pytest.mark.parametrize(
    ("name", "message", "codes"),
    [
        ("X", VALIDATING, ["validation_match_invalid"]),
        ("a/b.zip", VALIDATING, ["validation_match_invalid"]),
        ("a" * 160 + ".zip", VALIDATING, ["validation_length_out_of_range"]),
        ("mine.zip", "Failed to create backup.", []),
        ("", "Failed to create backup.", []),
    ],
)
def test_none_is_made(
    client: FlaskClient, as_superuser: Headers, name: str, message: str, codes: list[str]
) -> None:
    answer = client.post("/api/backups", json={"name": name}, headers=as_superuser)

    assert (answer.status_code, answer.get_json()["message"]) == (400, message)
    assert [problem["code"] for problem in answer.get_json()["data"].values()] == codes


@pytest.mark.parametrize(
    ("content", "message", "codes"),
    [
        (None, VALIDATING, ["validation_required"]),
        (b"no zip", VALIDATING, ["validation_invalid_mime_type"]),
        (b"PK\x03\x04 and so on", "Failed to upload backup.", []),
    ],
)
def test_none_is_taken(
    client: FlaskClient, as_superuser: Headers, content: bytes | None, message: str, codes: list[str]
) -> None:
    form = {} if content is None else {"file": (io.BytesIO(content), "mine.zip")}
    answer = client.post("/api/backups/upload", data=form, headers=as_superuser)

    assert (answer.status_code, answer.get_json()["message"]) == (400, message)
    assert [problem["code"] for problem in answer.get_json()["data"].values()] == codes


@pytest.mark.parametrize(
    ("collection", "email", "kind", "status"),
    [
        ("_superusers", SUPERUSER_EMAIL, TokenKind.FILE, 404),
        ("_superusers", SUPERUSER_EMAIL, TokenKind.AUTH, 403),
        ("users", USER_EMAIL, TokenKind.FILE, 403),
    ],
)
def test_a_superusers_token_for_files_finds_none(
    client: FlaskClient, collection: str, email: str, kind: TokenKind, status: int
) -> None:
    who = identity_of(state_of(client.application).services, collection, email)
    token = tokens.sign(who.account, who.collection, kind)

    assert client.get(f"/api/backups/mine.zip?token={token}").status_code == status


def test_a_token_in_the_header_opens_no_backup(client: FlaskClient, as_superuser: Headers) -> None:
    answer = client.get("/api/backups/mine.zip", headers=as_superuser)

    assert (answer.status_code, answer.get_json()["message"]) == (
        403,
        "Insufficient permissions to access the resource.",
    )


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("DELETE", "/api/backups/mine.zip", "Invalid or already deleted backup file."),
        ("POST", "/api/backups/mine.zip/restore", "Missing or invalid backup file."),
    ],
)
def test_one_that_is_not_there_cannot_be_touched(
    client: FlaskClient, as_superuser: Headers, method: str, path: str, words: str
) -> None:
    answer = client.open(path, method=method, headers=as_superuser)

    assert answer.status_code == 400
    assert answer.get_json()["message"].startswith(words)
    assert "/" not in answer.get_json()["message"]
