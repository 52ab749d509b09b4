"""What is wrong with settings. The words were compared with PocketBase 0.36.2."""

from typing import Any

import pytest

from appos.records.settings.models import (
    S3,
    Backups,
    Batch,
    Logs,
    Meta,
    RateLimitRule,
    RateLimits,
    Settings,
    Smtp,
)
from appos.records.settings.validate import check_settings

BLANK = ("validation_required", "Cannot be blank.")
LENGTH = ("validation_length_out_of_range", "The length must be between 1 and 255.")
HOST = ("validation_is_host", "Must be a valid IP address or DNS name.")
URL = ("validation_is_url", "Must be a valid URL.")
EMAIL = ("validation_is_email", "Must be a valid email address.")
NOT_IN = ("validation_in_invalid", "Must be a valid value.")
FORMAT = ("validation_match_invalid", "Must be in a valid format.")
BELOW_0 = ("validation_min_greater_equal_than_required", "Must be no less than 0.")
BELOW_1 = ("validation_min_greater_equal_than_required", "Must be no less than 1.")


def rule(label: str = "tasks:list", audience: str = "", duration: int = 1, most: int = 1) -> RateLimitRule:
    return RateLimitRule(label=label, audience=audience, duration=duration, max_requests=most)


def told(problems: Any) -> Any:
    """Problems as pairs of code and message, as deep as they lie."""
    if isinstance(problems.get("code"), str):
        return problems["code"], problems["message"]
    return {name: told(inner) for name, inner in problems.items()}


def test_the_defaults_are_right() -> None:
    assert check_settings(Settings()) == {}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(
            Settings(meta=Meta(app_name="", app_url="", sender_name="", sender_address="")),
            {"meta": dict.fromkeys(("appName", "appURL", "senderName", "senderAddress"), BLANK)},
            id="no-meta",
        ),
        pytest.param(
            Settings(
                meta=Meta(app_name="é" * 128, app_url="a b", sender_name="x" * 256, sender_address="a@b")
            ),
            {"meta": {"appName": LENGTH, "appURL": URL, "senderName": LENGTH, "senderAddress": EMAIL}},
            id="bad-meta",
        ),
        pytest.param(Settings(logs=Logs(max_days=-1)), {"logs": {"maxDays": BELOW_0}}, id="days-before-now"),
        pytest.param(
            Settings(smtp=Smtp(enabled=True, host="", port=0)),
            {"smtp": {"host": BLANK, "port": BLANK}},
            id="mail-to-nowhere",
        ),
        pytest.param(
            Settings(smtp=Smtp(host="a b", port=-5, auth_method="plain", local_name="c d")),
            {"smtp": {"host": HOST, "port": BELOW_0, "authMethod": NOT_IN, "localName": HOST}},
            id="bad-mail",
        ),
        pytest.param(
            Settings(s3=S3(enabled=True)),
            {"s3": dict.fromkeys(("endpoint", "bucket", "region", "accessKey", "secret"), BLANK)},
            id="no-s3",
        ),
        pytest.param(
            Settings(backups=Backups(s3=S3(endpoint="no url"), cron="x", cron_max_keep=-1)),
            {
                "backups": {
                    "s3": {"endpoint": URL},
                    "cron": (
                        "validation_invalid_cron",
                        "Invalid cron expression - must be a valid macro or to have exactly 5 space "
                        "separated segments.",
                    ),
                    "cronMaxKeep": BELOW_1,
                }
            },
            id="bad-backups",
        ),
        pytest.param(
            Settings(backups=Backups(cron="0 0 * * *", cron_max_keep=0)),
            {"backups": {"cronMaxKeep": BLANK}},
            id="backups-that-are-not-kept",
        ),
        pytest.param(
            Settings(batch=Batch(max_requests=-1, timeout=-1, max_body_size=-1)),
            {"batch": dict.fromkeys(("maxRequests", "timeout", "maxBodySize"), BELOW_0)},
            id="bad-batch",
        ),
        pytest.param(
            Settings(batch=Batch(enabled=True, max_requests=0, timeout=0)),
            {"batch": {"maxRequests": BLANK, "timeout": BLANK}},
            id="no-batch",
        ),
        pytest.param(
            Settings(rate_limits=RateLimits(enabled=True, rules=())),
            {"rateLimits": {"rules": BLANK}},
            id="no-rules",
        ),
        pytest.param(
            Settings(rate_limits=RateLimits(rules=(rule(), RateLimitRule(), rule("a b", "@nobody", -1, -1)))),
            {
                "rateLimits": {
                    "rules": {
                        "1": {"label": BLANK, "duration": BLANK, "maxRequests": BLANK},
                        "2": {
                            "label": FORMAT,
                            "audience": NOT_IN,
                            "duration": BELOW_1,
                            "maxRequests": BELOW_1,
                        },
                    }
                }
            },
            id="bad-rules",
        ),
    ],
)
def test_each_value_is_told_in_pocketbases_words(settings: Settings, expected: object) -> None:
    assert told(check_settings(settings)) == expected


def test_a_problem_says_what_is_allowed() -> None:
    problems: Any = check_settings(Settings(meta=Meta(app_name="x" * 256), smtp=Smtp(port=-1)))

    assert problems["meta"]["appName"]["params"] == {"max": 255, "min": 1}
    assert problems["smtp"]["port"]["params"] == {"threshold": 0}


@pytest.mark.parametrize(
    ("settings", "part", "name"),
    [
        pytest.param(
            Settings(
                s3=S3(
                    enabled=True,
                    bucket="b",
                    region="r",
                    endpoint="https://s3.example.com",
                    access_key="k",
                    secret="s",
                )
            ),
            "s3",
            "enabled",
            id="s3",
        ),
        pytest.param(Settings(batch=Batch(enabled=True)), "batch", "enabled", id="batch"),
        pytest.param(Settings(backups=Backups(cron="0 0 * * *")), "backups", "cron", id="backups"),
    ],
)
def test_what_appos_does_not_have_yet_cannot_be_switched_on(settings: Settings, part: str, name: str) -> None:
    problems: Any = check_settings(settings)

    assert list(problems) == [part]
    assert list(problems[part]) == [name]
    assert problems[part][name]["code"] == "validation_unavailable"


@pytest.mark.parametrize(
    "host",
    ["smtp.example.com", "localhost", "127.0.0.1", "::1", "a_b.c", "a.b-", "x.", "256.1.1.1", "a" * 63, ""],
)
def test_a_host_is_an_address_or_a_name(host: str) -> None:
    assert check_settings(Settings(smtp=Smtp(host=host))) == {}


@pytest.mark.parametrize(
    "host",
    [
        "[::1]",
        "-a.b",
        "a b",
        "a" * 64,
        ("a" * 60 + ".") * 5 + "com",
        "é.com",
        "a..b",
        ".a",
        "*.b",
        "h:25",
        "x\n",
    ],
)
def test_other_texts_are_no_hosts(host: str) -> None:
    assert told(check_settings(Settings(smtp=Smtp(host=host)))) == {"smtp": {"host": HOST}}


@pytest.mark.parametrize("label", ["users:list", "*:auth", "tag", "/", "/api/x-y/", "POST /api/", "post /x"])
def test_a_label_is_a_tag_or_a_path(label: str) -> None:
    assert check_settings(Settings(rate_limits=RateLimits(rules=(rule(label),)))) == {}


@pytest.mark.parametrize(
    "label",
    ["*", "a:b:c", "/a?b", "/a b", "/é", "é:list", "ta-g", "GET  /a", "*:*", "users:*", " ", "*:auth\n"],
)
def test_other_texts_are_no_labels(label: str) -> None:
    problems = told(check_settings(Settings(rate_limits=RateLimits(rules=(rule(label),)))))

    assert problems == {"rateLimits": {"rules": {"0": {"label": FORMAT}}}}


@pytest.mark.parametrize(
    ("rules", "index"),
    [
        pytest.param((rule("x"), rule("x")), "1", id="twice"),
        pytest.param((rule("y"), rule("x"), rule("x", "@guest")), "2", id="everybody-then-guests"),
        pytest.param((rule("x", "@guest"), rule("x"), rule("x")), "1", id="guests-then-everybody"),
    ],
)
def test_rules_for_the_same_conflict(rules: tuple[RateLimitRule, ...], index: str) -> None:
    problems: Any = check_settings(Settings(rate_limits=RateLimits(rules=rules)))
    (told_of,) = problems["rateLimits"]["rules"].items()

    assert told_of[0] == index
    words = "Rate limit rule configuration with label x already exists or conflicts with another rule."
    assert told_of[1]["label"] == {
        "code": "validation_conflicting_rate_limit_rule",
        "message": words,
        "params": {"label": "x"},
    }


def test_rules_for_guests_and_accounts_do_not_conflict() -> None:
    rules = (rule("x", "@guest"), rule("x", "@auth"), rule("xy"), rule("/a/"), rule("/a"))

    assert check_settings(Settings(rate_limits=RateLimits(rules=rules))) == {}
