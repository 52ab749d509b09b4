"""Realtime as it really runs: who hears of a change, and how streams begin and end."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.site import USER_PASSWORD, Site
from tests.integration.test_streams import resident_bytes
from tests.listening import Event, Stream
from tests.serving import running_server, wait_for

OWN = "@request.auth.id != '' && owner = @request.auth.id"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_server(tmp_path_factory.mktemp("realtime") / "data") as server:
        token = server.claim()
        made = Site(server, token, {"superuser": token})
        for name in ("owner", "other"):
            made.add_user(name)
        yield made


@pytest.fixture
def listen(site: Site) -> Iterator[Callable[..., Stream]]:
    """Opens a stream and subscribes it."""
    with ExitStack() as stack:

        def listening(*topics: str, who: str = "") -> Stream:
            stream = Stream(site.server.port)
            stack.callback(stream.close)
            assert site.subscribe(stream, *topics, who=who) == 204
            return stream

        yield listening


Listen = Callable[..., Stream]


def told(events: list[Event]) -> list[tuple[str, str]]:
    """The action and the title of each event."""
    return [(event.data["action"], event.data["record"].get("title", "")) for event in events]


def test_a_stream_begins_with_its_id_and_pocketbases_headers(site: Site, listen: Listen) -> None:
    stream = listen()
    head = stream.head.lower().splitlines()

    assert {
        "cache-control: no-store",
        "content-type: text/event-stream",
        "x-accel-buffering: no",
        "transfer-encoding: chunked",
    } <= set(head)
    assert stream.text == (
        f'id:{stream.client_id}\nevent:PB_CONNECT\ndata:{{"clientId":"{stream.client_id}"}}\n\n'.encode()
    )


def test_an_old_client_gets_no_chunks(site: Site) -> None:
    stream = Stream(site.server.port, protocol="HTTP/1.0")
    name = site.collection()
    assert site.subscribe(stream, f"{name}/*") == 204
    site.create(name, title="a")

    assert "chunked" not in stream.head
    assert told(stream.hear(1)) == [("create", "a")]
    stream.close()


def test_a_request_for_the_head_opens_no_stream(site: Site) -> None:
    answer = site.server.request("HEAD", "/api/realtime")

    assert (answer.status, answer.headers["Content-Type"], answer.text) == (200, "text/event-stream", "")


def test_everybody_hears_of_what_is_open(site: Site, listen: Listen) -> None:
    name = site.collection()
    streams = [listen(f"{name}/*", who=who) for who in ("", "owner", "other", "superuser")]
    made = site.create(name, title="a", secret="s")
    site.update(name, made, title="b")
    site.delete(name, made)

    for stream in streams:
        events = stream.hear(3)
        assert told(events) == [("create", "a"), ("update", "b"), ("delete", "b")]
        assert all("secret" not in event.data["record"] for event in events)


def test_a_rule_says_who_hears_of_what(site: Site, listen: Listen) -> None:
    name = site.collection(listRule=OWN, viewRule=OWN)
    streams = {who: listen(f"{name}/*", who=who) for who in ("", "owner", "other", "superuser")}
    made = site.create(name, title="mine", owner=site.ids["owner"])
    site.update(name, made, title="given", owner=site.ids["other"])
    site.update(name, made, title="nobody's", owner="")
    site.delete(name, made)

    counts = {"": 0, "owner": 1, "other": 1, "superuser": 4}
    heard = {who: told(stream.hear(counts[who])) for who, stream in streams.items()}
    assert heard == {
        "": [],
        "owner": [("create", "mine")],
        "other": [("update", "given")],
        "superuser": [
            ("create", "mine"),
            ("update", "given"),
            ("update", "nobody's"),
            ("delete", "nobody's"),
        ],
    }


def test_a_closed_collection_is_told_to_superusers_alone(site: Site, listen: Listen) -> None:
    name = site.collection(listRule=None, viewRule=None)
    streams = [listen(f"{name}/*", name, who=who) for who in ("", "owner", "superuser")]
    site.create(name, title="a")

    assert [len(stream.hear(count)) for stream, count in zip(streams, (0, 0, 2), strict=True)] == [0, 0, 2]


def test_a_filter_of_ones_own_and_chosen_fields(site: Site, listen: Listen) -> None:
    name = site.collection()
    wanted = f'{name}/*?options={{"query":{{"filter":"title ~ \'yes\'","fields":"title"}}}}'
    stream = listen(wanted)
    site.create(name, title="no")
    site.create(name, title="oh yes")

    assert stream.hear(1) == [Event(wanted, {"record": {"title": "oh yes"}, "action": "create"})]


@pytest.mark.parametrize("filter_", ["title ~ (", "secret = 's'", "@request.auth.id = ''", "nothing = 1"])
def test_a_filter_that_may_not_be_asked_finds_nothing(site: Site, listen: Listen, filter_: str) -> None:
    name = site.collection()
    stream = listen(f'{name}/*?options={{"query":{{"filter":"{filter_}"}}}}', f"{name}/*")
    site.create(name, title="a", secret="s")

    assert [event.topic for event in stream.hear(1)] == [f"{name}/*"]


def test_what_is_related_comes_to_whom_it_may(site: Site, listen: Listen) -> None:
    name = site.collection()
    topic = f'{name}/*?options={{"query":{{"expand":"owner"}}}}'
    streams = [listen(topic, who=who) for who in ("owner", "other", "superuser")]
    site.create(name, owner=site.ids["owner"])

    seen = [stream.hear(1)[0].data["record"].get("expand", {}) for stream in streams]
    assert seen[0]["owner"]["email"] == seen[2]["owner"]["email"] == "owner@example.com"
    assert seen[1] == {}


def test_an_address_is_shown_to_its_account_and_superusers(site: Site, listen: Listen) -> None:
    site.done("PATCH", "/api/collections/users", {"listRule": ""})
    streams = [listen("users/*", who=who) for who in ("owner", "other", "", "superuser")]
    site.update("users", site.ids["owner"], name="Owner")
    site.done("PATCH", "/api/collections/users", {"listRule": "id = @request.auth.id"})

    shown = ["email" in stream.hear(1)[0].data["record"] for stream in streams]
    assert shown == [True, False, False, True]


def test_a_subscription_replaces_the_one_before(site: Site, listen: Listen) -> None:
    first, second = site.collection(), site.collection()
    stream = listen(f"{first}/*")
    assert site.subscribe(stream, f"{second}/*") == 204
    site.create(first, title="first")
    site.create(second, title="second")
    assert told(stream.hear(1)) == [("create", "second")]
    assert site.subscribe(stream) == 204
    site.create(second, title="unheard")

    assert stream.hear(0) == []


def test_a_change_that_fails_is_told_to_nobody(site: Site, listen: Listen) -> None:
    name = site.collection(fields=[{"name": "title", "type": "text", "required": True}])
    child = site.collection(
        fields=[
            {
                "name": "parent",
                "type": "relation",
                "required": True,
                "collectionId": site.done("GET", f"/api/collections/{name}")["id"],
            }
        ]
    )
    made = site.create(name, title="a")
    site.create(child, parent=made)
    stream = listen(f"{name}/*", f"{child}/*", who="superuser")
    path = f"/api/collections/{name}/records"
    refused = [
        site.server.request("POST", path, site.token, {"title": ""}).status,
        site.server.request("DELETE", f"{path}/{made}", site.token).status,
    ]

    assert (refused, stream.hear(0)) == ([400, 400], [])


def test_changes_come_in_their_order(site: Site, listen: Listen) -> None:
    name = site.collection()
    streams = [listen(f"{name}/*") for _ in range(5)]
    titles = [str(number) for number in range(100)]
    for title in titles:
        site.create(name, title=title)

    for stream in streams:
        assert [title for _, title in told(stream.hear(100))] == titles


def test_the_rights_of_an_account_follow_its_record(site: Site, listen: Listen) -> None:
    name = site.collection(listRule="@request.auth.name = 'allowed'")
    site.add_user("follower")
    stream = listen(f"{name}/*", who="follower")
    site.create(name, title="before")
    site.update("users", site.ids["follower"], name="allowed")
    site.create(name, title="within")
    site.update("users", site.ids["follower"], name="")
    site.create(name, title="after")

    assert told(stream.hear(1)) == [("create", "within")]


def test_a_deleted_account_leaves_a_stranger(site: Site, listen: Listen) -> None:
    private, public = site.collection(listRule="@request.auth.id != ''"), site.collection()
    site.add_user("leaver")
    stream = listen(f"{private}/*", f"{public}/*", "users/*", who="leaver")
    site.create(private, title="heard")
    site.delete("users", site.ids["leaver"])
    site.create(private, title="unheard")
    site.create(public, title="public")

    assert told(stream.hear(3)) == [("create", "heard"), ("delete", ""), ("create", "public")]
    assert site.subscribe(stream, who="owner") == 204


def test_a_new_password_ends_the_streams_of_the_old_one(site: Site, listen: Listen) -> None:
    name = site.collection(listRule="@request.auth.id != ''")
    site.add_user("changer")
    stream, other = listen(f"{name}/*", who="changer"), listen(f"{name}/*", who="other")
    password = "Another-Heron-78"
    values = {"password": password, "passwordConfirm": password, "oldPassword": USER_PASSWORD}
    site.update("users", site.ids["changer"], **values)
    site.create(name, title="unheard")

    assert stream.wait_for_end()
    assert stream.hear(0) == []
    assert told(other.hear(1)) == [("create", "unheard")]
    # The old token proves nothing any more, the new one does.
    again = listen(f"{name}/*", who="changer")
    site.create(name, title="unheard too")
    assert again.hear(0) == []
    site.tokens["changer"] = site.sign_in("changer", password)
    assert site.subscribe(again, f"{name}/*", who="changer") == 204
    site.create(name, title="heard")
    assert told(again.hear(1)) == [("create", "heard")]


def test_a_stream_ends_with_its_token(site: Site, listen: Listen) -> None:
    users = site.done("GET", "/api/collections/users")
    site.done("PATCH", "/api/collections/users", {"authToken": {"duration": 10}})
    site.add_user("brief")
    site.done("PATCH", "/api/collections/users", {"authToken": {"duration": users["authToken"]["duration"]}})
    stream, stranger = listen(who="brief"), listen()

    assert not stream.wait_for_end(7)
    assert stream.wait_for_end(6)
    assert not stranger.wait_for_end(0.1)


def test_a_client_stays_who_it_is(site: Site, listen: Listen) -> None:
    stream = listen(who="owner")

    assert [site.subscribe(stream, who=who) for who in ("owner", "other", "", "superuser")] == [
        204,
        403,
        403,
        403,
    ]


def test_a_slow_reader_is_dropped_while_others_go_on(site: Site, listen: Listen) -> None:
    name = site.collection()
    slow, reading = listen(f"{name}/*"), listen(f"{name}/*")
    slow.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    before = resident_bytes(site.server.worker_pid())
    large, heard, count = "x" * 4900, 0, 800
    waits = []
    for number in range(count):
        began = time.monotonic()
        site.create(name, title=large)
        waits.append(time.monotonic() - began)
        if number % 50 == 49:
            heard += len(reading.hear(50, silence_seconds=0))
    grown = resident_bytes(site.server.worker_pid()) - before

    assert heard == count
    assert max(waits) < 2
    assert grown < 16 << 20
    assert slow.wait_for_end()
    assert len(slow.text) < count * len(large)
    assert site.subscribe(slow) == 404


def test_a_client_that_hangs_up_is_forgotten(site: Site) -> None:
    stream = Stream(site.server.port)
    stream.close()

    wait_for(lambda: site.subscribe(stream) == 404, 5, "the end of the client")


def test_what_a_client_says_on_its_stream_changes_nothing(site: Site, listen: Listen) -> None:
    name = site.collection()
    stream = listen(f"{name}/*")
    stream.connection.sendall(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
    site.create(name, title="a")

    assert told(stream.hear(1)) == [("create", "a")]


def test_jobs_are_records_that_change(site: Site, listen: Listen) -> None:
    superuser, user = listen("jobs/*", who="superuser"), listen("jobs/*", who="owner")
    answer = site.server.request("POST", "/api/appos/jobs", site.token, {"kind": "logs.cleanup"})
    assert answer.status == 202, answer.text
    job = answer.json()["id"]

    events = superuser.hear(2, silence_seconds=1)
    assert events[0].data["action"] == "create"
    assert {event.data["record"]["id"] for event in events} == {job}
    assert events[-1].data["record"]["state"] == "succeeded"
    assert user.hear(0) == []


def test_a_stop_ends_every_stream_at_once(tmp_path: Path) -> None:
    with running_server(tmp_path / "data") as server, ExitStack() as stack:
        streams = [Stream(server.port) for _ in range(50)]
        for stream in streams:
            stack.callback(stream.close)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert all(stream.wait_for_end(5) for stream in streams)
        assert time.monotonic() - began < 1
        # A whole response, not one that was cut off.
        assert all(stream.is_whole for stream in streams)
        server.process.wait(5)
        assert time.monotonic() - began < 2
        assert "Traceback" not in server.log_text()
