"""The settings of the policy."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from appos.apps.policy_file import read_rules
from appos.compose.policy.models import Decision, Role, Rule
from appos.config import Config
from appos.errors import StoreError

URL = "/api/appos/policy"


def rule_of(answer: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [rule for rule in answer["rules"] if rule["rule"] == name]
    return dict(found)


def test_at_first_every_rule_has_its_default(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    answer = client.get(URL, headers=as_superuser).get_json()

    assert answer["settings"] == {}
    assert {rule["rule"] for rule in answer["rules"]} == set(Rule)
    gpu = rule_of(answer, "gpu")
    assert (gpu["superuser"], gpu["user"]) == ("warned", "refused")
    data = rule_of(answer, "appos_data")
    assert (data["superuser"], data["user"]) == ("refused", "refused")


def test_settings_are_kept_shown_and_audited(
    client: FlaskClient, as_superuser: dict[str, str], config: Config
) -> None:
    settings = {"user": {"gpu": "allowed"}}
    answer = client.put(URL, json=settings, headers=as_superuser)

    assert answer.status_code == 200
    assert answer.get_json() == client.get(URL, headers=as_superuser).get_json()
    assert answer.get_json()["settings"] == settings
    assert rule_of(answer.get_json(), "gpu")["user"] == "allowed"
    assert read_rules(config.policy_path).decision(Rule.GPU, Role.USER) is Decision.ALLOWED
    (entry,) = client.get(
        "/api/appos/audit?filter=(action='policy.change')", headers=as_superuser
    ).get_json()["items"]
    assert json.loads(entry["detail"]) == settings


@pytest.mark.parametrize(
    "body",
    [{"user": {"gpu": "perhaps"}}, {"user": {"nonsense": "allowed"}}, {"nobody": {}}, {"user": []}],
    ids=str,
)
def test_settings_that_are_none_change_nothing(
    client: FlaskClient, as_superuser: dict[str, str], config: Config, body: dict[str, Any]
) -> None:
    client.put(URL, json={"user": {"gpu": "allowed"}}, headers=as_superuser)
    answer = client.put(URL, json=body, headers=as_superuser)

    assert (answer.status_code, answer.get_json()["code"]) == (400, "policy_rules_invalid")
    assert read_rules(config.policy_path).decision(Rule.GPU, Role.USER) is Decision.ALLOWED


def test_nobody_else_sees_or_changes_them(client: FlaskClient, as_user: dict[str, str]) -> None:
    assert client.get(URL).status_code == 401
    assert client.get(URL, headers=as_user).status_code == 403
    assert client.put(URL, json={}, headers=as_user).status_code == 403


@pytest.mark.parametrize("content", ["", "{", "[]", '{"user": {"gpu": 1}}', '{"users": {}}'])
def test_a_file_that_cannot_be_read_is_no_default(config: Config, content: str) -> None:
    config.policy_path.write_text(content)

    with pytest.raises(StoreError) as caught:
        read_rules(config.policy_path)
    assert caught.value.code == "policy_unreadable"
