"""What apps and containers say and use: their logs and statistics, at once or as streams."""

import time
from collections.abc import Callable, Iterator, Sequence

import msgspec
from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue

from appos.apps.live import events_of
from appos.apps.models import Level
from appos.apps.views import EventView
from appos.engine.following import Asked, Follower, Line
from appos.engine.models import ContainerSummary, Stats
from appos.errors import NotFoundError
from appos.services import Services
from appos.web.describe import describe
from appos.web.granted import asker, granted
from appos.web.state import state
from appos.web.stream import PING_SECONDS, event, event_stream, ping
from appos.web.wire import answer, decode_query

bp = Blueprint("app_watch", __name__, url_prefix="/api/appos/apps")

SERVICE = "com.docker.compose.service"
STATS_SECONDS = 1.0
RATE_SECONDS = 2.0


class LogQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which lines: the last `tail`, since a time in Unix seconds, of a service, that hold a text.

    `follow` streams those that come, as server-sent events `line`.
    """

    tail: int = 200
    since: float = 0.0
    service: str = ""
    search: str = ""
    follow: bool = False


class Lines(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Lines in the order of their times."""

    lines: list[Line]


class Events(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What happened to the containers of an app, newest first."""

    items: tuple[EventView, ...]


class ContainerStats(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a container uses now."""

    service: str
    container: str
    stats: Stats


class AppStats(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an app uses now: processors in percent of one, and memory; null until it was measured."""

    id: str
    name: str
    cpu_percent: float | None
    memory_bytes: int | None


@bp.get("/<app_id>/logs")
@describe(query=LogQuery, answers={200: Lines}, errors=(400, 404), media="text/event-stream")
def app_logs(app_id: str) -> ResponseReturnValue:
    """Show what the containers of an app wrote, or follow it."""
    app, asked = granted(app_id, Level.READ), decode_query(LogQuery)
    watch = state().services.watch

    def containers() -> Sequence[ContainerSummary]:
        found = watch.project(app.name)
        return [it for it in found if asked.service in ("", it.labels.get(SERVICE))]

    return told_logs(containers, asked, lambda: _may_see(app.name))


@bp.get("/<app_id>/events")
@describe(answers={200: Events}, errors=(404,))
def app_events(app_id: str) -> Response:
    """Show what happened to the containers of an app lately, as the engine told it."""
    app = granted(app_id, Level.READ)
    return answer(Events(items=events_of(state().services.watch.history.of(app.name))))


@bp.get("/<app_id>/stats")
@describe(answers={200: None}, errors=(404,), media="text/event-stream")
def app_stats(app_id: str) -> Response:
    """Stream what the containers of an app use, as server-sent events `stats`."""
    app = granted(app_id, Level.READ)
    watch = state().services.watch
    return told_stats(lambda: watch.project(app.name), lambda: _may_see(app.name))


@bp.get("/stats")
@describe(answers={200: None}, media="text/event-stream")
def all_stats() -> Response:
    """Stream what the apps use that who asks may see, as server-sent events `stats`."""
    services, who = state().services, asker()
    names = {it.id: it.name for it in services.apps.visible(who)}
    return event_stream(_all_stats(services, names, _token_lives()))


def _may_see(name: str) -> Callable[[], bool]:
    """Return what says whether who asks may still see an app: a token may die, or a grant be withdrawn."""
    services, token = state().services, str(g.token)

    def allowed() -> bool:
        who = services.accounts.identify(token)
        return who is not None and name in {it.name for it in services.apps.visible(who)}

    return allowed


def _token_lives() -> Callable[[], bool]:
    accounts, token = state().services.accounts, str(g.token)
    return lambda: accounts.identify(token) is not None


def told_logs(
    containers: Callable[[], Sequence[ContainerSummary]],
    asked: LogQuery,
    permission: Callable[[], Callable[[], bool]],
) -> ResponseReturnValue:
    """Answer with lines of containers, at once or as a stream."""
    logs = state().services.logs
    wanted = Asked(tail=max(asked.tail, 0), since=asked.since, search=asked.search)
    if not asked.follow:
        return answer(Lines(lines=logs.past(containers(), wanted)))
    return event_stream(_follow(logs.follow(containers, wanted), state().services, permission()))


def _follow(follower: Follower, services: Services, allowed: Callable[[], bool]) -> Iterator[bytes]:
    asked = told = time.monotonic()
    try:
        yield ping()
        for line in follower.lines():
            now = time.monotonic()
            if now - asked >= PING_SECONDS:
                if not allowed() or services.ledger.watchers.is_closed:
                    return
                asked = now
            if line is not None:
                told = now
                yield event("line", line)
            elif services.ledger.watchers.is_closed:
                return
            elif now - told >= PING_SECONDS:
                told = now
                yield ping()
    finally:
        follower.close()


def told_stats(
    containers: Callable[[], Sequence[ContainerSummary]], permission: Callable[[], Callable[[], bool]]
) -> Response:
    """Answer with a stream of what containers use."""
    return event_stream(_stats(state().services, containers, permission()))


def _stats(
    services: Services, containers: Callable[[], Sequence[ContainerSummary]], allowed: Callable[[], bool]
) -> Iterator[bytes]:
    asked = time.monotonic()
    with services.stats.looking() as look:
        while not services.ledger.watchers.is_closed:
            running = [it for it in containers() if it.state == "running"]
            look.at(it.id for it in running)
            told = [
                ContainerStats(service=it.labels.get(SERVICE, ""), container=it.name, stats=used)
                for it in running
                if (used := services.stats.latest(it.id)) is not None
            ]
            yield event("stats", {"services": told})
            if time.monotonic() - asked >= PING_SECONDS:
                if not allowed():
                    return
                asked = time.monotonic()
            time.sleep(STATS_SECONDS)


def _all_stats(services: Services, names: dict[str, str], allowed: Callable[[], bool]) -> Iterator[bytes]:
    asked = time.monotonic()
    with services.stats.looking() as look:
        while not services.ledger.watchers.is_closed:
            running = {
                app: [it.id for it in services.watch.project(name) if it.state == "running"]
                for app, name in names.items()
            }
            look.at(it for them in running.values() for it in them)
            yield event("stats", {"items": [_sum(services, app, names[app], running[app]) for app in names]})
            if time.monotonic() - asked >= PING_SECONDS:
                if not allowed():
                    return
                asked = time.monotonic()
            time.sleep(RATE_SECONDS)


def _sum(services: Services, app: str, name: str, containers: Sequence[str]) -> AppStats:
    used = [it for each in containers if (it := services.stats.latest(each)) is not None]
    return AppStats(
        id=app,
        name=name,
        cpu_percent=round(sum(it.cpu_percent for it in used), 2) if used else None,
        memory_bytes=sum(it.memory_bytes for it in used) if used else None,
    )


def found_container(container: str) -> Callable[[], Sequence[ContainerSummary]]:
    """Return what finds a container by its id, the start of it, or its name.

    Raises:
        NotFoundError: `container_not_found`.
    """
    docker = state().services.docker

    def found() -> Sequence[ContainerSummary]:
        return [it for it in docker.containers() if it.name == container or it.id.startswith(container)][:1]

    if len(container) < 2 or not found():
        raise NotFoundError(f"There is no container {container!r}.", code="container_not_found")
    return found
