"""Who hears of a change, and how often the database is asked about it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from appos.records.models import Record
from appos.records.realtime.broker import Broker
from tests.unit.records.realtime.conftest import Ear, FakeRecords, accounts, collection, record

Connect = Callable[[], Ear]
USERS = accounts()
SUPERUSERS = accounts("_superusers")
OWN = "owner = @request.auth.id"


def options(**query: str) -> str:
    return "?options=" + json.dumps({"query": query})


@pytest.fixture
def listen(broker: Broker, connect: Connect) -> Callable[..., Ear]:
    """Connects a client of an account and subscribes it."""

    def listening(auth: Record | None, *topics: str) -> Ear:
        ear = connect()
        broker.subscribe(ear.client.id, topics, auth)
        return ear

    return listening


Listen = Callable[..., Ear]


def event(topic: str, action: str = "create", fields: str = "", record_id: str = "r1") -> tuple[str, Any]:
    return topic, {"record": {"id": record_id, "fields": fields}, "action": action}


def test_a_change_is_told_under_every_name_of_its_topics(broker: Broker, listen: Listen) -> None:
    topics = ["posts/r1", "posts/*", "posts", "posts_id/r1", "posts_id/*", "posts_id"]
    ear = listen(None, *topics, "posts/r2", "POSTS/*", "post", "posts/", "*", "posts/*/", "other/*")
    broker.publish("update", record(collection()))

    assert sorted(ear.events()) == sorted(event(topic, "update") for topic in topics)


def test_the_bytes_are_pocketbases(broker: Broker, listen: Listen) -> None:
    topic = "posts/*?x=é"
    ear = listen(None, topic)
    broker.publish("create", record(collection()))

    expected = (
        f"id:{ear.client.id}\nevent:{topic}\n"
        'data:{"record":{"id": "r1", "fields": ""},"action":"create"}\n\n'
    )
    assert ear.read() == expected.encode()


def test_one_record_is_ruled_by_the_view_rule_and_all_by_the_list_rule(
    broker: Broker, listen: Listen
) -> None:
    ear = listen(None, "posts/*", "posts/r1")
    broker.publish("create", record(collection(list_rule=None)))
    viewed = ear.events()
    broker.publish("create", record(collection(view_rule=None)))

    assert viewed == [event("posts/r1")]
    assert ear.events() == [event("posts/*")]


def test_a_closed_collection_is_told_to_superusers_alone(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    everybody = [listen(auth, "posts/*") for auth in (None, record(USERS), record(SUPERUSERS))]
    broker.publish("create", record(collection(list_rule=None)))

    assert [ear.events() for ear in everybody] == [[], [], [event("posts/*")]]
    assert records.asked == []


def test_a_thousand_strangers_cost_one_question_and_one_look(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    ears = [listen(None, "posts/*") for _ in range(100)]
    broker.publish("create", record(collection(list_rule="a = 1")))

    assert all(ear.events() == [event("posts/*")] for ear in ears)
    assert (len(records.asked), len(records.shown)) == (1, 1)


def test_accounts_that_the_rule_does_not_name_cost_one_question(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    ears = [listen(record(USERS, f"u{number}"), "posts/*") for number in range(10)] + [
        listen(None, "posts/*")
    ]
    broker.publish("create", record(collection(list_rule="a = 1")))

    assert all(ear.events() == [event("posts/*")] for ear in ears)
    assert (len(records.asked), len(records.shown)) == (1, 1)


def test_a_rule_that_names_the_account_is_asked_for_each_and_shown_once(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    records.sees = lambda _record, info: info.auth is not None and info.auth.id in ("u1", "u3")
    ears = [listen(record(USERS, f"u{number}"), "posts/*") for number in range(5)]
    twin, stranger = listen(record(USERS, "u3"), "posts/*"), listen(None, "posts/*")
    broker.publish("create", record(collection(list_rule=OWN)))

    assert [len(ear.events()) for ear in (*ears, twin, stranger)] == [0, 1, 0, 1, 0, 1, 0]
    assert (len(records.asked), len(records.shown)) == (6, 1)


def test_accounts_of_the_same_id_in_two_collections_are_asked_about_each(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    records.sees = lambda _record, info: info.auth is not None and info.auth.collection.name == "staff"
    user, other = listen(record(USERS, "u1"), "posts/*"), listen(record(accounts("staff"), "u1"), "posts/*")
    broker.publish("create", record(collection(list_rule=OWN)))

    assert (user.events(), other.events()) == ([], [event("posts/*")])


def test_what_is_expanded_is_shown_to_each(broker: Broker, listen: Listen, records: FakeRecords) -> None:
    topic = "posts/*" + options(expand="owner")
    for number in range(3):
        listen(record(USERS, f"u{number}"), topic)
    broker.publish("create", record(collection()))

    assert [info.auth and info.auth.id for info in records.shown] == ["u0", "u1", "u2"]
    assert records.asked == []


def test_superusers_are_alike_and_unlike_others(broker: Broker, listen: Listen, records: FakeRecords) -> None:
    for auth in (record(SUPERUSERS, "s1"), record(SUPERUSERS, "s2"), record(USERS, "u1"), None):
        listen(auth, "posts/*")
    broker.publish("create", record(collection(list_rule="a = 1")))

    assert len(records.asked) == 1
    assert [info.is_superuser for info in records.shown] == [True, False]


def test_a_filter_binds_superusers_too(broker: Broker, listen: Listen, records: FakeRecords) -> None:
    records.sees = lambda _record, info: info.query["filter"] == "a = 1"
    seen, unseen = "posts/*" + options(filter="a = 1"), "posts/*" + options(filter="a = 2")
    ears = [listen(auth, seen, unseen) for auth in (record(SUPERUSERS), None)]
    broker.publish("create", record(collection()))

    assert [ear.events() for ear in ears] == [[event(seen)], [event(seen)]]
    assert len(records.asked) == 4


def test_a_filter_that_names_the_account_is_asked_for_each_superuser(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    topic = "posts/*" + options(filter="@request.auth.id = 's1'")
    records.sees = lambda _record, info: info.auth is not None and info.auth.id == "s1"
    ears = [listen(record(SUPERUSERS, name), topic) for name in ("s1", "s2")]
    broker.publish("create", record(collection()))

    assert [len(ear.events()) for ear in ears] == [1, 0]


def test_options_make_the_request_that_rules_see(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    topic = 'posts/*?options={"query":{"fields":"id","a":1},"headers":{"X-Token":"t"}}'
    user = record(USERS, "u1")
    ear = listen(user, topic, "posts/*")
    broker.publish("create", record(collection(list_rule="a = 1")))

    assert sorted(ear.events()) == [event("posts/*"), event(topic, fields="id")]
    info = next(info for info in records.asked if info.query)
    assert (info.context, info.method, info.auth) == ("realtime", "GET", user)
    assert (info.query, info.headers) == ({"fields": "id", "a": "1"}, {"x_token": "t"})


def test_an_account_is_shown_to_itself_apart(broker: Broker, listen: Listen, records: FakeRecords) -> None:
    me, other = record(USERS, "u1"), record(USERS, "u2")
    for auth in (me, other, record(USERS, "u3"), None, record(SUPERUSERS, "u1")):
        listen(auth, "users/*")
    broker.publish("create", me)

    assert [info.auth and (info.auth.collection.name, info.auth.id) for info in records.shown] == [
        ("users", "u1"),
        ("users", "u2"),
        ("_superusers", "u1"),
    ]


def test_a_manage_rule_that_names_the_account_shows_it_to_each(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    managed = accounts(manage_rule="@request.auth.id = manager")
    for name in ("u1", "u2"):
        listen(record(managed, name), "users/*")
    broker.publish("create", record(managed, "u3"))

    assert len(records.shown) == 2


def test_a_record_that_has_gone_meanwhile_is_not_told(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    ear = listen(None, "posts/*")
    records.is_gone = True
    broker.publish("create", record(collection()))

    assert ear.events() == []


def test_a_deletion_is_told_once_it_is_certain(broker: Broker, listen: Listen, records: FakeRecords) -> None:
    ear, gone = listen(None, "posts/*", "posts/r1"), listen(None, "posts/*")
    pending = broker.prepare_delete(record(collection()))
    before = ear.events()
    records.is_gone = True
    gone.client.close()
    late = listen(None, "posts/*")
    pending.send()

    assert before == []
    assert ear.events() == [event("posts/r1", "delete"), event("posts/*", "delete")]
    assert late.events() == []


def test_a_deletion_that_fails_is_told_to_nobody(broker: Broker, listen: Listen) -> None:
    ear = listen(None, "posts/*")
    broker.prepare_delete(record(collection()))

    assert ear.events() == []


def test_nobody_is_asked_about_what_nobody_listens_to(
    broker: Broker, listen: Listen, records: FakeRecords
) -> None:
    listen(None, "other/*")
    broker.publish("create", record(collection(list_rule="a = 1")))
    broker.prepare_delete(record(collection(list_rule="a = 1"))).send()

    assert (records.asked, records.shown) == ([], [])
