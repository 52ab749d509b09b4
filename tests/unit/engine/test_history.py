"""What happened to containers: kept by project, bounded, once."""

from appos.apps.live import events_of
from appos.engine.history import MOST_EVENTS, MOST_PROJECTS, PROJECT, SERVICE, History
from appos.engine.models import Event


def event(number: int, project: str = "wiki", action: str = "start", **more: str) -> Event:
    """An event that happened `number` seconds after the epoch."""
    attributes = {PROJECT: project, SERVICE: "web", "name": f"{project}-web-1", "secret": "x"} | more
    return Event(
        type="container", action=action, id="c" * 64, attributes=attributes, time_nano=number * 10**9
    )


def test_events_are_told_newest_first_without_what_nobody_asks_for() -> None:
    history = History()
    history.note(event(1))
    history.note(event(2, action="die", exitCode="137"))
    history.note(event(3, "shop"))

    newest, oldest = events_of(history.of("wiki"))

    assert (newest.action, newest.exit_code, newest.time) == ("die", 137, "1970-01-01 00:00:02.000Z")
    assert (oldest.action, oldest.exit_code, oldest.service) == ("start", None, "web")
    assert "secret" not in history.of("wiki")[0].attributes
    assert history.last_seconds == 3.0


def test_what_is_asked_for_again_is_told_once() -> None:
    history = History()
    for number in (1, 2, 1, 2, 3):
        history.note(event(number))

    assert [it.time_nano // 10**9 for it in history.of("wiki")] == [3, 2, 1]


def test_the_memory_is_bounded() -> None:
    history = History()
    for number in range(1, 3 * MOST_EVENTS):
        history.note(event(number))
    for number in range(MOST_PROJECTS):
        history.note(event(1000 + number, f"p{number}"))

    assert history.of("wiki") == ()
    assert len(history.of("p0")) == 1
    for number in range(3 * MOST_EVENTS):
        history.note(event(5000 + number))
    assert len(history.of("wiki")) == MOST_EVENTS


def test_a_container_of_no_project_is_no_ones() -> None:
    history = History()
    history.note(Event(type="container", action="start", id="c" * 64, time_nano=1))

    assert history.of("") == ()
