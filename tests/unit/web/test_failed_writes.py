"""What a write leaves behind when it fails before its commit, and after it."""

import io
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appos.errors import StoreError
from tests.conftest import state_of

RULES = {f"{action}Rule": "" for action in ("list", "view", "create", "update", "delete")}
FIELDS = [{"name": "sheet", "type": "file"}, {"name": "title", "type": "text", "required": True}]


@pytest.fixture
def sheets(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    made = client.post(
        "/api/collections", json={"name": "sheets", "fields": FIELDS, **RULES}, headers=as_superuser
    )
    assert made.status_code == 200, made.text


def upload(client: FlaskClient, title: str) -> TestResponse:
    data = {"title": title, "sheet": (io.BytesIO(b"content"), "a.txt")}
    return client.post("/api/collections/sheets/records", data=data)


def files(app: Flask) -> list[str]:
    folder: Path = state_of(app).services.config.data_dir
    return [path.name for path in folder.rglob("*.txt")]


@pytest.mark.usefixtures("sheets")
def test_a_write_that_is_refused_leaves_no_file(app: Flask, client: FlaskClient) -> None:
    assert upload(client, "").status_code == 400
    assert files(app) == []


@pytest.mark.usefixtures("sheets")
def test_a_write_that_fails_before_its_commit_leaves_no_file(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_values: object) -> None:
        raise StoreError("The disk is full.", code="disk_full")

    monkeypatch.setattr(state_of(app).services.databases.data, "insert", fail)
    assert upload(client, "a").status_code >= 500
    assert files(app) == []


@pytest.mark.usefixtures("sheets")
def test_a_write_that_fails_after_its_commit_keeps_its_file(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise StoreError("The disk did not take it.", code="disk_failed")

    durability = state_of(app).services.databases.data._durability
    assert durability is not None
    monkeypatch.setattr(durability, "wait", fail)
    assert upload(client, "a").status_code >= 500
    monkeypatch.undo()

    (record,) = client.get("/api/collections/sheets/records").get_json()["items"]
    assert files(app) == [record["sheet"]]
