"""What is wrong with the options of an auth collection. Source: PocketBase 0.36.2, asked."""

from typing import Any

import pytest

from appos.audit.models import SYSTEM
from appos.services import Services
from tests.unit.records.problems import codes, refused_new

LOW, HIGH = "min_greater_equal_than_required", "max_less_equal_than_required"
NAME = {"type": "text", "name": "name"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param({"authToken": {"duration": 9}}, {"authToken": {"duration": LOW}}, id="short"),
        pytest.param({"authToken": {"duration": 94670857}}, {"authToken": {"duration": HIGH}}, id="long"),
        pytest.param({"fileToken": {"duration": 0}}, {"fileToken": {"duration": "required"}}, id="no-time"),
        pytest.param(
            {"verificationToken": {"secret": "a" * 29}},
            {"verificationToken": {"secret": "length_out_of_range"}},
            id="short-secret",
        ),
        pytest.param(
            {"emailChangeToken": {"secret": "", "duration": 1}},
            {"emailChangeToken": {"secret": "required", "duration": LOW}},
            id="no-secret",
        ),
        pytest.param(
            {"passwordResetToken": {"secret": "a" * 256}},
            {"passwordResetToken": {"secret": "length_out_of_range"}},
            id="long-secret",
        ),
        pytest.param(
            {"verificationTemplate": {"subject": "", "body": ""}},
            {"verificationTemplate": {"subject": "required", "body": "required"}},
            id="template",
        ),
        pytest.param(
            {"otp": {"emailTemplate": {"body": ""}}, "authAlert": {"emailTemplate": {"subject": ""}}},
            {
                "otp": {"emailTemplate": {"body": "required"}},
                "authAlert": {"emailTemplate": {"subject": "required"}},
            },
            id="templates-within",
        ),
        pytest.param({"manageRule": ""}, {"manageRule": "nil_or_not_empty_required"}, id="manage-everything"),
        pytest.param({"authRule": "nope = 1"}, {"authRule": "invalid_rule"}, id="auth-rule"),
        pytest.param({"manageRule": "nope = 1"}, {"manageRule": "invalid_rule"}, id="manage-rule"),
        pytest.param(
            {"passwordAuth": {"identityFields": [""]}},
            {"passwordAuth": {"identityFields": "required"}},
            id="no-identity",
        ),
        pytest.param(
            {"passwordAuth": {"identityFields": ["nope"]}},
            {"passwordAuth": {"identityFields": "missing_field"}},
            id="unknown-identity",
        ),
        pytest.param(
            {"passwordAuth": {"identityFields": ["email", "name"]}},
            {"passwordAuth": {"identityFields": "missing_unique_constraint"}},
            id="identity-of-many",
        ),
        pytest.param({"oauth2": {"enabled": True}}, {"oauth2": {"enabled": "unavailable"}}, id="oauth2"),
        pytest.param({"otp": {"enabled": True}}, {"otp": {"enabled": "unavailable"}}, id="otp"),
        pytest.param(
            {"otp": {"enabled": True, "duration": 9, "length": 3}},
            {"otp": {"duration": LOW, "length": LOW}},
            id="otp-with-wrong-options",
        ),
        pytest.param({"mfa": {"enabled": True}}, {"mfa": {"enabled": "mfa_not_enough_auths"}}, id="mfa"),
        pytest.param(
            {"mfa": {"enabled": True, "duration": 86401}}, {"mfa": {"duration": HIGH}}, id="mfa-for-days"
        ),
    ],
)
def test_options_that_cannot_be_are_named(
    services: Services, raw: dict[str, Any], expected: dict[str, Any]
) -> None:
    error = refused_new(services, type="auth", fields=[NAME], **raw)

    assert codes(error) == expected
    assert services.collections.find("notes") is None


def test_what_is_not_offered_may_be_described(services: Services) -> None:
    provider = {"name": "google", "clientId": "a", "clientSecret": "secret-7f3a91", "pkce": True}
    raw = {
        "oauth2": {"providers": [provider], "mappedFields": {"name": "name", "id": "gone"}},
        "otp": {"duration": 1, "length": 1},
        "mfa": {"duration": 1, "rule": "nonsense"},
        "passwordAuth": {"enabled": False, "identityFields": ["nope"]},
    }
    made = services.collections.create({"name": "people", "type": "auth", "fields": [NAME], **raw}, SYSTEM)
    changed = services.collections.update(made, {"oauth2": {"providers": [{"clientId": "b"}]}}, SYSTEM)
    options = changed.auth_options

    assert (options.oauth2.providers[0].client_id, options.oauth2.providers[0].client_secret) == (
        "b",
        "secret-7f3a91",
    )
    assert (options.oauth2.mapped_fields.name, options.oauth2.mapped_fields.id) == ("name", "")
    assert (options.otp.length, options.mfa.rule) == (1, "nonsense")
    assert "secret-7f3a91" not in repr(changed)


def test_a_field_that_is_unique_may_identify_accounts(services: Services) -> None:
    raw = {
        "name": "people",
        "type": "auth",
        "fields": [NAME],
        "indexes": ["create unique index by_name on people (name)"],
        "passwordAuth": {"identityFields": ["email", "name"]},
    }
    made = services.collections.create(raw, SYSTEM)

    assert made.auth_options.password_auth.identity_fields == ("email", "name")


def test_options_of_accounts_say_nothing_of_a_base_collection(services: Services) -> None:
    raw = {"name": "notes", "authToken": {"duration": 1}, "manageRule": ""}

    assert services.collections.create(raw, SYSTEM).auth is None
