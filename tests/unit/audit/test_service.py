"""The audit trail."""

import pytest

from appos.audit.models import SHELL, SYSTEM, Actor, Entry, Result, stranger
from appos.errors import ConflictError, InvalidError
from appos.services import Services
from appos.store.database import execute
from appos.store.query import ListQuery

ADA = Actor(name="ada@example.com", id="ada000000000001", collection="_superusers", address="192.0.2.1")


def entries(services: Services, action: str) -> list[Entry]:
    return services.audit.page(ListQuery(filter=f"action = '{action}'")).items


@pytest.mark.parametrize(
    ("actor", "label"),
    [
        pytest.param(ADA, "_superusers:ada@example.com", id="an-account"),
        pytest.param(SYSTEM, "system", id="AppOS-itself"),
        pytest.param(SHELL, "command line", id="a-shell"),
        pytest.param(stranger("192.0.2.9"), "stranger", id="a-stranger"),
    ],
)
def test_an_actor_has_a_label(actor: Actor, label: str) -> None:
    assert actor.label == label


def test_an_entry_says_who_did_what_on_what_from_where_and_how_it_ended(services: Services) -> None:
    services.audit.record(ADA, "app.delete", "wiki", result=Result.FAILURE, detail="it runs")
    (entry,) = entries(services, "app.delete")

    assert (entry.actor, entry.actor_id, entry.address) == (
        "_superusers:ada@example.com",
        "ada000000000001",
        "192.0.2.1",
    )
    assert (entry.subject, entry.result, entry.detail) == ("wiki", Result.FAILURE, "it runs")
    assert len(entry.id) == 15
    assert entry.created.endswith("Z")


def test_an_entry_goes_with_the_change_that_it_is_about(services: Services) -> None:
    def record_and_fail() -> None:
        with services.databases.data.transaction() as db:
            services.audit.record(ADA, "app.delete", "wiki", db=db)
            raise KeyError

    with pytest.raises(KeyError):
        record_and_fail()

    assert entries(services, "app.delete") == []


def test_an_entry_cannot_be_changed(services: Services) -> None:
    services.audit.record(ADA, "app.delete", "wiki")
    with (
        pytest.raises(ConflictError, match="append only"),
        services.databases.data.transaction() as db,
    ):
        execute(db, "UPDATE audit SET actor = 'nobody' WHERE action = 'app.delete'")

    assert [entry.actor for entry in entries(services, "app.delete")] == [ADA.label]


def test_the_newest_entry_comes_first(services: Services) -> None:
    for number in range(3):
        services.audit.record(ADA, "app.create", str(number))

    assert [entry.subject for entry in entries(services, "app.create")] == ["2", "1", "0"]


def test_the_trail_is_read_in_pages(services: Services) -> None:
    for number in range(5):
        services.audit.record(ADA, "app.create", str(number))
    page = services.audit.page(ListQuery(filter="action = 'app.create'", sort="created", page=2, per_page=2))

    assert [entry.subject for entry in page.items] == ["2", "3"]
    assert (page.page, page.per_page, page.total_items, page.total_pages) == (2, 2, 5, 3)


def test_a_field_that_is_not_there_is_named(services: Services) -> None:
    with pytest.raises(InvalidError) as caught:
        services.audit.page(ListQuery(filter="password = ''"))

    assert caught.value.code == "unknown_field"
