"""AppOS's own settings, over HTTP."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos.services import Services
from appos.store.query import ListQuery
from tests.conftest import state_of
from tests.unit.fakes import FakeEngine

PATH = "/api/appos/settings"
DEFAULTS = {
    "logLevel": "",
    "metricsDays": 7,
    "jobsDays": 90,
    "watchSeconds": 10,
    "notifyEmails": [],
    "terminalRecording": False,
    "recordingDays": 7,
    "publicAddress": "http://127.0.0.1:9091",
    "logsDays": 5,
}


@pytest.fixture(autouse=True)
def level() -> Iterator[None]:
    """Leave the level of this process as it is."""
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)


def test_every_setting_has_a_default(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    assert client.get(PATH, headers=as_superuser).get_json() == DEFAULTS


def test_what_is_not_named_stays(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    changed = client.patch(PATH, headers=as_superuser, json={"metricsDays": 14}).get_json()
    again = client.patch(PATH, headers=as_superuser, json={"watchSeconds": 0}).get_json()

    assert changed == DEFAULTS | {"metricsDays": 14}
    assert again == DEFAULTS | {"metricsDays": 14, "watchSeconds": 0}


def test_settings_outlive_a_restart(app: Flask, client: FlaskClient, as_superuser: dict[str, str]) -> None:
    client.patch(PATH, headers=as_superuser, json={"jobsDays": 30})
    services = state_of(app).services
    services.close()
    built = Services.build(services.config, FakeEngine())
    kept = built.own_settings.kept()
    built.close()

    assert kept.jobs_days == 30


def test_the_address_and_the_days_of_logs_are_pocketbases(
    client: FlaskClient, as_superuser: dict[str, str]
) -> None:
    body = {"publicAddress": "https://appos.example.com", "logsDays": 3}
    assert client.patch(PATH, headers=as_superuser, json=body).status_code == 200
    shared = client.get("/api/settings", headers=as_superuser).get_json()

    assert (shared["meta"]["appURL"], shared["logs"]["maxDays"]) == ("https://appos.example.com", 3)


def test_a_level_counts_at_once(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    client.patch(PATH, headers=as_superuser, json={"logLevel": "DEBUG"})
    assert logging.getLogger().level == logging.DEBUG
    client.patch(PATH, headers=as_superuser, json={"logLevel": ""})
    assert logging.getLogger().level == logging.INFO


def test_a_change_stands_in_the_audit_trail(
    app: Flask, client: FlaskClient, as_superuser: dict[str, str]
) -> None:
    client.patch(PATH, headers=as_superuser, json={"metricsDays": 14})
    entry = state_of(app).services.audit.page(ListQuery()).items[0]

    assert (entry.action, entry.subject) == ("settings.update", "appos")
    assert '"metricsDays":14' in entry.detail


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"metricsDays": 0}, "metricsDays"),
        ({"metricsDays": 91}, "metricsDays"),
        ({"jobsDays": "many"}, "jobsDays"),
        ({"watchSeconds": -1}, "watchSeconds"),
        ({"logLevel": "LOUD"}, "logLevel"),
        ({"logsDays": -1}, "logsDays"),
        ({"publicAddress": "appos.example.com"}, "publicAddress"),
        ({"publicAddress": "https://ada:secret@example.com"}, "publicAddress"),
        ({"publicAddress": "http://[::1"}, "publicAddress"),
        ({"notifyEmails": ["ada"]}, "notifyEmails[0]"),
        ({"notifyEmails": ["ada@example.com\nBcc: eve@example.com"]}, "notifyEmails[0]"),
        ({"notifyEmails": ["ada@example.com\n"]}, "notifyEmails[0]"),
        ({"unknown": 1}, "body"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    client: FlaskClient, as_superuser: dict[str, str], body: dict[str, Any], field: str
) -> None:
    refused = client.patch(PATH, headers=as_superuser, json={"watchSeconds": 20} | body)

    assert refused.status_code == 400
    assert set(refused.get_json()["data"]) == {field}
    assert client.get(PATH, headers=as_superuser).get_json() == DEFAULTS
