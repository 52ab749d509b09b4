"""Settings."""

import sqlite3
import threading
from contextlib import closing

import msgspec
import pytest

from appos.audit.models import Actor
from appos.errors import InvalidError
from appos.records.settings.models import (
    S3,
    Backups,
    Logs,
    Meta,
    RateLimitRule,
    RateLimits,
    Settings,
    Smtp,
    TrustedProxy,
)
from appos.records.settings.service import SettingsService
from appos.services import Services
from appos.store.query import ListQuery

CANARY = "canary-7f3a91"
ADA = Actor(name="ada@example.com", id="ada000000000001", collection="_superusers")
SECRET = Settings(
    smtp=Smtp(username="postmaster", password=CANARY),
    s3=S3(secret=CANARY),
    backups=Backups(s3=S3(secret=CANARY)),
)


def test_settings_that_were_never_set_have_defaults(services: Services) -> None:
    settings = services.settings.read()

    assert settings == Settings(meta=Meta(app_url="http://127.0.0.1:9091"))
    assert (settings.meta.app_name, settings.smtp.enabled, settings.logs.max_days) == ("AppOS", False, 5)


def test_what_an_older_version_stored_is_read_with_defaults_for_the_rest(services: Services) -> None:
    with closing(sqlite3.connect(services.config.database_path)) as connection:
        connection.execute(
            """INSERT INTO _params VALUES ('settings', '{"meta": {"appName": "Old"}, "logs": {}}', '', '')"""
        )
        connection.commit()
    settings = SettingsService(services.databases.data, services.audit, "http://x").read()

    assert settings == Settings(meta=Meta(app_name="Old"))


def test_changed_settings_are_kept(services: Services) -> None:
    changed = Settings(
        meta=Meta(app_name="Home"), logs=Logs(max_days=9), trusted_proxy=TrustedProxy(headers=("A",))
    )
    stored = services.settings.change(changed, ADA)
    again = SettingsService(services.databases.data, services.audit, "http://elsewhere")

    assert stored == services.settings.read() == again.read() == changed


def test_settings_are_one_object_until_they_change(services: Services) -> None:
    first = services.settings.read()
    same = services.settings.read()
    services.settings.change(Settings(meta=Meta(app_name="Home")), ADA)

    assert same is first
    assert services.settings.read() is not first


def test_secrets_are_stored_and_never_shown(services: Services) -> None:
    services.settings.change(SECRET, ADA)
    shown = services.settings.read().shown()

    assert CANARY not in repr((shown, services.settings.read()))
    assert {"password", "secret"} & {*shown["smtp"], *shown["s3"], *shown["backups"]["s3"]} == set()
    assert services.settings.read().backups.s3.secret == CANARY


def test_the_trail_names_what_changed_and_never_its_value(services: Services) -> None:
    services.settings.change(SECRET, ADA)
    (entry,) = services.audit.page(ListQuery(filter="action = 'settings.update'")).items

    assert (entry.actor, entry.subject) == (ADA.label, "settings")
    assert {"smtp.password", "smtp.username", "s3.secret", "backups.s3"} <= set(entry.detail.split(", "))
    assert CANARY not in repr(entry)


def test_a_wrong_setting_is_refused_by_part_and_name(services: Services) -> None:
    before = services.settings.read()
    with pytest.raises(InvalidError) as caught:
        services.settings.change(Settings(meta=Meta(app_name=""), smtp=Smtp(port=-1)), ADA)

    assert (caught.value.code, caught.value.message) == (
        "validation_failed",
        "An error occurred while saving the new settings.",
    )
    assert {part: set(names) for part, names in caught.value.fields.items()} == {
        "meta": {"appName"},
        "smtp": {"port"},
    }
    assert services.settings.read() is before


def test_a_change_that_is_not_stored_does_not_count(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_values: object) -> None:
        raise KeyError

    monkeypatch.setattr(services.audit, "record", fail)
    before = services.settings.read()
    with pytest.raises(KeyError):
        services.settings.change(Settings(meta=Meta(app_name="Home")), ADA)

    assert services.settings.read() is before
    assert SettingsService(services.databases.data, services.audit, before.meta.app_url).read() == before


def test_of_two_edits_at_once_none_is_lost(services: Services) -> None:
    def rename(before: Settings) -> Settings:
        return msgspec.structs.replace(before, meta=msgspec.structs.replace(before.meta, app_name="Home"))

    def keep_longer(before: Settings) -> Settings:
        return msgspec.structs.replace(before, logs=Logs(max_days=9))

    threads = [
        threading.Thread(target=services.settings.edit, args=(edited, ADA))
        for edited in (rename, keep_longer)
    ]
    with services.databases.data.transaction():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(0.05)
    for thread in threads:
        thread.join()
    stored = SettingsService(services.databases.data, services.audit, "http://x").read()

    assert (stored.meta.app_name, stored.logs.max_days) == ("Home", 9)


def rule(label: str, audience: str = "") -> RateLimitRule:
    return RateLimitRule(label=label, audience=audience, duration=1, max_requests=1)


def test_rate_limits_follow_a_collection_to_its_new_name(services: Services) -> None:
    rules = (
        rule("tasks:list"),
        rule("tasks"),
        rule("*:list"),
        rule("mytasks:list"),
        rule("tasks:view", "@auth"),
    )
    services.settings.change(Settings(rate_limits=RateLimits(rules=rules)), ADA)
    services.settings.relabel("tasks", "todos", ADA)
    named = [each.label for each in services.settings.read().rate_limits.rules]

    assert named == ["todos:list", "tasks", "*:list", "mytasks:list", "todos:view"]


def test_rate_limits_that_the_new_name_has_already_stay(services: Services) -> None:
    rules = (
        rule("tasks:list"),
        msgspec.structs.replace(rule("todos:list"), max_requests=9),
        rule("tasks:view"),
    )
    services.settings.change(Settings(rate_limits=RateLimits(rules=rules)), ADA)
    services.settings.relabel("tasks", "todos", ADA)
    kept = [(each.label, each.max_requests) for each in services.settings.read().rate_limits.rules]

    assert kept == [("todos:list", 9), ("todos:view", rule("").max_requests)]


def test_a_new_name_without_rate_limits_changes_nothing(services: Services) -> None:
    before = services.settings.read()
    services.settings.relabel("tasks", "todos", ADA)

    assert services.settings.read() is before
