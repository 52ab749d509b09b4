"""Settings."""

import msgspec
import pytest

from appos.audit.models import Actor
from appos.errors import InvalidError
from appos.records.settings.models import Logs, Meta, Settings, Smtp
from appos.records.settings.service import SettingsService
from appos.services import Services
from appos.store.query import ListQuery

CANARY = "canary-7f3a91"
ADA = Actor(name="ada@example.com", id="ada000000000001", collection="_superusers")


def test_settings_that_were_never_set_have_defaults(services: Services) -> None:
    settings = services.settings.read()

    assert settings == Settings(meta=Meta(app_url="http://127.0.0.1:9091"))
    assert (settings.meta.app_name, settings.smtp.enabled, settings.logs.max_days) == ("AppOS", False, 5)


def test_settings_are_written_as_pocketbase_names_them() -> None:
    wire = msgspec.to_builtins(Settings())

    assert set(wire["meta"]) == {"appName", "appURL", "senderName", "senderAddress", "hideControls"}
    assert set(wire["logs"]) == {"maxDays", "minLevel", "logIP", "logAuthId"}


def test_changed_settings_are_kept(services: Services) -> None:
    changed = Settings(meta=Meta(app_name="Home"), logs=Logs(max_days=9))
    services.settings.change(changed, ADA)
    again = SettingsService(services.databases.data, services.audit, "http://elsewhere")

    assert services.settings.read() == changed
    assert again.read() == changed


def mail(password: str, username: str = "postmaster") -> Settings:
    return Settings(smtp=Smtp(username=username, password=password))


@pytest.mark.parametrize(
    ("then", "kept"),
    [
        pytest.param(mail(""), CANARY, id="an-empty-one-keeps-it"),
        pytest.param(mail("other"), "other", id="another-one-replaces-it"),
        pytest.param(mail("", username=""), "", id="it-goes-with-the-user-name"),
    ],
)
def test_the_mail_password_is_only_ever_written(services: Services, then: Settings, kept: str) -> None:
    services.settings.change(mail(CANARY), ADA)
    services.settings.change(then, ADA)

    assert services.settings.read().smtp.password == kept


def test_the_trail_names_what_changed_and_never_its_value(services: Services) -> None:
    services.settings.change(mail(CANARY), ADA)
    (entry,) = services.audit.page(ListQuery(filter="action = 'settings.update'")).items

    assert (entry.actor, entry.subject) == (ADA.label, "settings")
    assert "smtp.password" in entry.detail.split(", ")
    assert "smtp.username" in entry.detail.split(", ")
    assert CANARY not in repr(entry)
    assert CANARY not in repr(services.settings.read())


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        pytest.param(Settings(meta=Meta(app_name=" ")), "meta.appName", id="blank-name"),
        pytest.param(Settings(meta=Meta(app_url="apps.example.com")), "meta.appURL", id="no-scheme"),
        pytest.param(Settings(meta=Meta(app_url="javascript://x")), "meta.appURL", id="other-scheme"),
        pytest.param(Settings(meta=Meta(app_url="https://a.b?x=1")), "meta.appURL", id="query"),
        pytest.param(Settings(meta=Meta(app_url="https://a.b/ x")), "meta.appURL", id="space"),
        pytest.param(Settings(meta=Meta(sender_address="x")), "meta.senderAddress", id="sender"),
        pytest.param(Settings(smtp=Smtp(enabled=True, host="")), "smtp.host", id="no-host"),
        pytest.param(Settings(smtp=Smtp(enabled=True, host="a b")), "smtp.host", id="bad-host"),
        pytest.param(Settings(smtp=Smtp(port=0)), "smtp.port", id="port-0"),
        pytest.param(Settings(smtp=Smtp(port=65536)), "smtp.port", id="port-65536"),
        pytest.param(Settings(logs=Logs(max_days=-1)), "logs.maxDays", id="days-before-now"),
        pytest.param(Settings(logs=Logs(max_days=3651)), "logs.maxDays", id="ten-years"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(services: Services, settings: Settings, name: str) -> None:
    before = services.settings.read()
    with pytest.raises(InvalidError) as caught:
        services.settings.change(settings, ADA)

    assert caught.value.code == "validation_failed"
    assert list(caught.value.fields) == [name]
    assert services.settings.read() == before


def test_every_wrong_setting_is_named_at_once(services: Services) -> None:
    wrong = Settings(meta=Meta(app_name="", app_url="x"), smtp=Smtp(port=0))
    with pytest.raises(InvalidError) as caught:
        services.settings.change(wrong, ADA)

    assert set(caught.value.fields) == {"meta.appName", "meta.appURL", "smtp.port"}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9091",
        "https://apps.example.com/appos/",
        "https://[::1]:9091",
    ],
)
def test_addresses_that_people_use_are_taken(services: Services, address: str) -> None:
    services.settings.change(Settings(meta=Meta(app_url=address)), ADA)

    assert services.settings.read().meta.app_url == address


def test_a_change_that_is_not_stored_does_not_count(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_values: object) -> None:
        raise KeyError

    monkeypatch.setattr(services.audit, "record", fail)
    before = services.settings.read()
    with pytest.raises(KeyError):
        services.settings.change(Settings(meta=Meta(app_name="Home")), ADA)

    assert services.settings.read() == before
