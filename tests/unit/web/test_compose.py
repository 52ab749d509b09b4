"""Compose files as text."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from appos.config import Config

GOOD = "services:\n  web:\n    image: nginx:1.27\n"
BAD = "services:\n  web:\n    imagee: nginx:1.27\n"
URL = "/api/appos/compose/check"


def test_good_files_are_valid(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    answer = client.post(URL, json={"files": {"compose.yaml": GOOD}}, headers=as_superuser)

    assert answer.status_code == 200
    assert answer.get_json()["valid"] is True
    assert not [each for each in answer.get_json()["findings"] if each["severity"] == "error"]


def test_what_is_wrong_is_named_with_its_line(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    answer = client.post(URL, json={"files": {"compose.yaml": BAD}}, headers=as_superuser).get_json()

    assert answer["valid"] is False
    error = next(each for each in answer["findings"] if each["code"] == "key_unknown")
    assert error["severity"] == "error"
    assert (error["path"], error["file"], error["line"]) == ("services.web.imagee", "compose.yaml", 3)
    assert "image" in error["fix"]
    assert "imagee" in answer["said"]


def test_an_env_file_beside_it_counts(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    files = {"compose.yaml": "services:\n  web:\n    image: nginx:${TAG:?}\n", ".env": "TAG=1.27\n"}

    assert client.post(URL, json={"files": files}, headers=as_superuser).get_json()["valid"] is True
    del files[".env"]
    assert client.post(URL, json={"files": files}, headers=as_superuser).get_json()["valid"] is False


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no files"),
        pytest.param({"files": {}}, id="none at all"),
        pytest.param({"files": {".env": "A=1"}}, id="no Compose file"),
        pytest.param({"files": {"compose.yaml": GOOD, "../x": "y"}}, id="a path"),
        pytest.param({"files": {"compose.yaml": GOOD, "..": "y"}}, id="a directory"),
        pytest.param({"files": {"compose.yaml": "#" * (1 << 20) + GOOD}}, id="too large"),
        pytest.param({"files": {"compose.yaml": GOOD, **{f"f{n}": "" for n in range(16)}}}, id="too many"),
        pytest.param({"files": {"compose.yaml": 1}}, id="no text"),
        pytest.param({"files": {"compose.yaml": GOOD}, "name": "a\0b"}, id="a name with a NUL"),
    ],
)
def test_a_draft_that_is_none_is_refused(
    client: FlaskClient, as_superuser: dict[str, str], body: dict[str, Any]
) -> None:
    answer = client.post(URL, json=body, headers=as_superuser)

    assert answer.status_code == 400
    assert answer.get_json()["code"] in ("draft_invalid", "body_invalid")


def test_nobody_else_checks_files(client: FlaskClient, as_user: dict[str, str]) -> None:
    body = {"files": {"compose.yaml": GOOD}}

    assert client.post(URL, json=body).status_code == 401
    assert client.post(URL, json=body, headers=as_user).status_code == 403


def test_nothing_is_left_of_a_draft(
    client: FlaskClient, as_superuser: dict[str, str], config: Config
) -> None:
    client.post(URL, json={"files": {"compose.yaml": BAD}}, headers=as_superuser)

    assert list((config.compose_home / "drafts").iterdir()) == []
    assert list((config.compose_home / "runs").iterdir()) == []
