"""What every engine keeps about containers, the real one and the fake one alike."""

import os
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from appos.engine.port import Engine
from appos.engine.streams import Stream
from appos.errors import ConflictError, InvalidError, NotFoundError
from tests.integration.engine_sites import LABELS, LINES, Site, code_of

NAME = "contract-web"
KILLED = 137


def ends_when_closed(stream: Stream[object]) -> None:
    """A reader that waits is woken by a close from elsewhere, and its iteration ends."""
    read: list[object] = []
    reader = threading.Thread(target=lambda: read.extend(stream))
    reader.start()
    time.sleep(0.2)
    stream.close()
    reader.join(5)
    assert not reader.is_alive()
    stream.close()
    assert list(stream) == []


def test_containers_are_listed_by_their_labels(site: Site) -> None:
    web = site.run(NAME, labels={"tier": "front"}, volumes={"/data": ""})
    site.run("contract-db", labels={"tier": "back"}, starts=False)
    listed = site.engine.containers(labels=LABELS)
    assert {one.name for one in listed} == {NAME, "contract-db"}
    assert [one.name for one in site.engine.containers(labels=LABELS, all=False)] == [NAME]
    assert [one.id for one in site.engine.containers(labels={**LABELS, "tier": "front"})] == [web]
    assert {one.name for one in site.engine.containers(labels={"tier": ""})} == {NAME, "contract-db"}
    assert site.engine.containers(labels={"tier": "none"}) == []


def test_the_list_tells_what_an_inspection_tells(site: Site) -> None:
    web = site.run(NAME, volumes={"/data": "", "/more": ""})
    (listed,) = site.engine.containers(labels=LABELS)
    inspected = site.engine.container(web)
    same = ("id", "name", "image", "image_id", "state", "health", "exit_code", "labels", "mounts", "networks")
    assert [getattr(listed, name) for name in same] == [getattr(inspected, name) for name in same]
    assert listed.created[:19] == inspected.created[:19]


@pytest.mark.parametrize("by", ["id", "short id", "name"])
def test_a_container_goes_by_id_and_name(site: Site, by: str) -> None:
    web = site.run(NAME)
    found = site.engine.container({"id": web, "short id": web[:12], "name": NAME}[by])
    assert (found.id, found.name, found.state, found.image) == (web, NAME, "running", site.image)


ASKS: dict[str, Callable[[Engine, str], object]] = {
    "container": lambda engine, name: engine.container(name),
    "start": lambda engine, name: engine.start(name),
    "stop": lambda engine, name: engine.stop(name),
    "restart": lambda engine, name: engine.restart(name),
    "kill": lambda engine, name: engine.kill(name),
    "pause": lambda engine, name: engine.pause(name),
    "unpause": lambda engine, name: engine.unpause(name),
    "rename": lambda engine, name: engine.rename(name, "contract-new"),
    "definition": lambda engine, name: engine.definition(name),
    "set_restart": lambda engine, name: engine.set_restart(name, "no"),
    "remove": lambda engine, name: engine.remove_container(name),
    "changes": lambda engine, name: engine.changes(name),
    "logs": lambda engine, name: engine.logs(name),
    "stats": lambda engine, name: engine.stats(name),
    "exec_run": lambda engine, name: engine.exec_run(name, ["true"]),
    "exec_open": lambda engine, name: engine.exec_open(name, ["true"]),
    "connect": lambda engine, name: engine.connect("bridge", name),
    "disconnect": lambda engine, name: engine.disconnect("bridge", name),
}


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("name", ["contract-nobody", "", "no/body"])
def test_a_container_that_is_not_there_is_not_found(site: Site, ask: str, name: str) -> None:
    assert code_of(NotFoundError, lambda: ASKS[ask](site.engine, name)) == "container_not_found"


def test_a_container_goes_through_its_states(site: Site) -> None:
    engine, web = site.engine, site.run(NAME, starts=False)

    def state() -> str:
        return engine.container(web).state

    assert state() == "created"
    for verb, expected in (
        (engine.start, "running"),
        (engine.start, "running"),
        (engine.pause, "paused"),
        (engine.unpause, "running"),
        (engine.stop, "exited"),
        (engine.stop, "exited"),
        (engine.restart, "running"),
        (engine.kill, "exited"),
    ):
        verb(web)
        deadline = time.monotonic() + 5
        while state() != expected and time.monotonic() < deadline:
            time.sleep(0.02)
        assert state() == expected, verb
    ended = engine.container(web)
    assert (ended.exit_code, bool(ended.started_at), bool(ended.finished_at)) == (KILLED, True, True)
    (listed,) = engine.containers(labels=LABELS)
    assert listed.exit_code == KILLED


def test_a_state_forbids_what_does_not_fit_it(site: Site) -> None:
    engine, web = site.engine, site.run(NAME)
    assert code_of(ConflictError, lambda: engine.unpause(web)) == "conflict"
    assert code_of(ConflictError, lambda: engine.remove_container(web)) == "conflict"
    assert code_of(InvalidError, lambda: engine.kill(web, signal="SIGNOTHING")) == "engine_invalid"
    engine.pause(web)
    assert code_of(ConflictError, lambda: engine.pause(web)) == "conflict"
    engine.unpause(web)
    engine.stop(web)
    for ask in (engine.kill, engine.pause, lambda name: engine.exec_run(name, ["true"])):
        assert code_of(ConflictError, partial(ask, web)) == "conflict"


def test_a_signal_that_does_not_end_it_leaves_it_running(site: Site) -> None:
    web = site.run(NAME)
    site.engine.kill(web, signal="SIGWINCH")
    assert site.engine.container(web).state == "running"


def test_how_a_container_was_made_is_told_and_when_it_starts_again_changed(site: Site) -> None:
    web = site.run(NAME)
    site.engine.set_restart(web, "on-failure:3")
    told = site.engine.definition(web)
    assert (told.id, told.name, told.is_running) == (web, NAME, True)
    assert told.config["Labels"].items() >= LABELS.items()
    assert told.host_config["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert "Labels" not in repr(told)
    site.engine.set_restart(web, "no")
    assert site.engine.definition(web).host_config["RestartPolicy"]["Name"] == "no"


def test_a_container_is_renamed(site: Site) -> None:
    web = site.run(NAME)
    site.run("contract-db")
    assert code_of(ConflictError, lambda: site.engine.rename(web, "contract-db")) == "conflict"
    assert code_of(InvalidError, lambda: site.engine.rename(web, "a b")) == "engine_invalid"
    site.engine.rename(web, "contract-new")
    assert site.engine.container("contract-new").id == web


def test_a_removed_container_is_gone_with_its_anonymous_volumes(site: Site) -> None:
    site.engine.create_volume("contract-data", labels=LABELS)
    web = site.run(NAME, volumes={"/anonymous": "", "/named": "contract-data"})
    names = {mount.target: mount.name for mount in site.engine.container(web).mounts}
    site.engine.remove_container(web, force=True, volumes=True)
    assert code_of(NotFoundError, lambda: site.engine.container(web)) == "container_not_found"
    assert code_of(NotFoundError, lambda: site.engine.volume(names["/anonymous"])) == "volume_not_found"
    assert site.engine.volume("contract-data").name == names["/named"]


def test_a_log_tells_what_was_written_on_which_output(site: Site) -> None:
    web = site.run(NAME)
    # Two outputs are two pipes: the engine may read either first.
    told = sorted(site.engine.logs(web), key=lambda line: line.text)
    assert told == LINES
    (last,) = site.engine.logs(web, tail=1, timestamps=True)
    assert last.text in {line.text for line in LINES}
    assert last.time.endswith("Z")
    assert list(site.engine.logs(web, tail=0)) == []
    assert len(list(site.engine.logs(web, since=time.time() - 60))) == len(LINES)
    assert list(site.engine.logs(web, since=time.time() + 60)) == []


def test_a_log_is_followed_until_the_end_of_its_container(site: Site) -> None:
    web = site.run(NAME)
    with site.engine.logs(web, follow=True) as lines:
        assert {next(lines).text, next(lines).text} == {"one", "two"}
        threading.Timer(0.2, site.engine.kill, (web,)).start()
        assert list(lines) == []


def test_silent_streams_end_when_they_are_closed(site: Site) -> None:
    web = site.run(NAME)
    stopped = site.run("contract-stopped", starts=False)
    ends_when_closed(site.engine.logs(web, follow=True))
    ends_when_closed(site.engine.logs(web, follow=True, tail=0))
    ends_when_closed(site.engine.stats(stopped))
    ends_when_closed(site.engine.events(filters={"container": ["contract-nobody"]}))


def test_streams_give_their_descriptors_back(site: Site) -> None:
    web = site.run(NAME)

    def read() -> int:
        with site.engine.logs(web, follow=True) as lines, site.engine.events(), site.engine.stats(web):
            next(lines)
        assert len(list(site.engine.logs(web))) == len(LINES)
        with site.engine.exec_open(web, ["cat"]):
            pass
        return len(os.listdir("/proc/self/fd"))

    # The first leaves an idle connection for the questions of the next.
    first = read()
    assert [read() for _ in range(20)] == [first] * 20


def test_a_container_tells_what_it_uses(site: Site) -> None:
    with site.engine.stats(site.run(NAME)) as samples:
        first, second = next(samples), next(samples)
    for sample in (first, second):
        assert 0 <= sample.cpu_percent < 100
        assert 0 < sample.memory_bytes < sample.memory_limit_bytes
        assert sample.processes == 1


def test_what_happens_is_told_in_its_order(site: Site) -> None:
    web = site.run(NAME, starts=False)
    begun = time.time()
    filters = {"type": ["container"], "container": [web], "label": ["org.example.contract=yes"]}
    with site.engine.events(filters=filters) as events:
        site.engine.start(web)
        site.engine.exec_run(web, ["echo", "secret"])
        site.engine.kill(web)
        told = [next(events) for _ in range(5)]
    actions = [event.action for event in told if event.action != "exec_die"]
    assert actions[:4] == ["start", "exec_create", "exec_start", "kill"]
    assert {event.id for event in told} == {web}
    assert told[0].attributes["name"] == NAME
    assert "secret" not in repr(told)
    assert told == sorted(told, key=lambda event: event.time_nano)
    time.sleep(0.1)
    past = list(site.engine.events(since=begun - 1, until=time.time(), filters=filters))
    assert [event.action for event in past if event.action in ("start", "kill", "die")] == [
        "start",
        "kill",
        "die",
    ]


def test_a_command_runs_in_a_container(site: Site) -> None:
    web = site.run(NAME)
    done = site.engine.exec_run(web, ["echo", "a b", "$c"])
    assert (done.exit_code, done.stdout, done.stderr) == (0, b"a b $c\n", b"")
    assert site.engine.exec_run(web, ["false"]).exit_code == 1
    assert site.engine.exec_run(web, ["contract-nothing"]).exit_code in (126, 127)
    told = site.engine.exec_run(web, ["env"], env={"COLOR": "light blue"})
    assert b"COLOR=light blue\n" in told.stdout
    # More than any buffer on the way holds, in both directions at once.
    much = bytes(range(256)) * 8192
    assert site.engine.exec_run(web, ["cat"], stdin=much).stdout == much


def test_a_session_writes_and_reads(site: Site) -> None:
    web = site.run(NAME)
    with site.engine.exec_open(web, ["cat"]) as session:
        assert session.exit_code() is None
        session.write(b"\xff\x00")
        session.write(b"\x01\n")
        session.half_close()
        read = b""
        while chunk := session.read():
            read += chunk
        assert read == b"\xff\x00\x01\n"
        assert session.read() == b""
        deadline = time.monotonic() + 5
        while session.exit_code() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert session.exit_code() == 0
    assert code_of(ConflictError, lambda: session.write(b"x")) == "exec_closed"


def test_a_session_that_is_closed_wakes_its_reader(site: Site) -> None:
    session = site.engine.exec_open(site.run(NAME), ["cat"])
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(session.read()))
    reader.start()
    time.sleep(0.2)
    session.close()
    session.close()
    reader.join(5)
    assert read == [b""]
