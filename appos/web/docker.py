"""The Docker behind the apps, under /api/appos/docker."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec
from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue

from appos.engine.models import (
    Container,
    ContainerSummary,
    DiskUsage,
    EngineInfo,
    Network,
    Prunable,
    Volume,
)
from appos.engine.watch import WatchState
from appos.errors import EngineError, NotFoundError
from appos.services import Services
from appos.store.query import Page
from appos.system.docker.pruning import PruneView
from appos.web.app_watch import Lines, LogQuery, found_container, told_logs, told_stats
from appos.web.describe import describe
from appos.web.state import actor, state
from appos.web.stream import PING_SECONDS, event, event_stream, ping
from appos.web.wire import answer, decode, decode_query, no_content

bp = Blueprint("docker", __name__, url_prefix="/api/appos/docker")

MOST_PER_PAGE = 1000
T = TypeVar("T")


class ListQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which page of a list, and what its names hold."""

    page: int = 1
    per_page: int = 200
    search: str = ""


class ContainerQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a container is removed: though it runs, and with its anonymous volumes."""

    force: bool = False
    volumes: bool = False


class StopRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How long a container may take to stop, in seconds; null for as long as it was made with."""

    timeout_seconds: int | None = None


class KillRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The signal to send."""

    signal: str = "SIGKILL"


class RenameRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The new name."""

    name: str


class PruneQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`preview` only says what would go; `all` takes images with tags and volumes with names, too."""

    preview: bool = False
    all: bool = False


class VolumeRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A volume to create."""

    name: str
    driver: str = "local"
    labels: dict[str, str] = {}
    options: dict[str, str] = {}


class NetworkRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A network to create."""

    name: str
    driver: str = "bridge"
    internal: bool = False
    labels: dict[str, str] = {}


class InfoView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Whether the engine answers, and what it says of itself."""

    state: WatchState
    info: EngineInfo | None


@bp.get("/info")
@describe(answers={200: InfoView})
def info() -> Response:
    """Show the engine, and since when it answers or does not."""
    services = state().services
    try:
        found = services.engine.info()
    except EngineError:
        return answer(InfoView(state=services.watch.state, info=None))
    return answer(InfoView(state=services.watch.state, info=found))


@bp.get("/containers")
@describe(query=ListQuery, answers={200: Page[ContainerSummary]}, errors=(400,))
def containers() -> Response:
    """List all containers, from memory."""
    asked = decode_query(ListQuery)
    found = [it for it in state().services.docker.containers() if asked.search in it.name]
    return answer(paged(sorted(found, key=lambda it: it.name), asked))


@bp.get("/containers/<container>")
@describe(answers={200: Container}, errors=(404,))
def container(container: str) -> Response:
    """Show all that is known of a container; values of its environment are fingerprints."""
    return answer(state().services.engine.container(container))


@bp.post("/containers/<container>/start")
@describe(answers={200: Container}, errors=(404, 409))
def start(container: str) -> Response:
    """Start a container."""
    docker = state().services.docker
    return answer(docker.act("start", container, actor(), docker.engine.start))


@bp.post("/containers/<container>/stop")
@describe(body=StopRequest, answers={200: Container}, errors=(400, 404, 409))
def stop(container: str) -> Response:
    """Stop a container."""
    docker, asked = state().services.docker, decode(StopRequest)
    seconds = asked.timeout_seconds
    return answer(
        docker.act("stop", container, actor(), lambda it: docker.engine.stop(it, timeout_seconds=seconds))
    )


@bp.post("/containers/<container>/restart")
@describe(body=StopRequest, answers={200: Container}, errors=(400, 404, 409))
def restart(container: str) -> Response:
    """Stop a container and start it."""
    docker, asked = state().services.docker, decode(StopRequest)
    seconds = asked.timeout_seconds
    return answer(
        docker.act(
            "restart", container, actor(), lambda it: docker.engine.restart(it, timeout_seconds=seconds)
        )
    )


@bp.post("/containers/<container>/kill")
@describe(body=KillRequest, answers={200: Container}, errors=(400, 404, 409))
def kill(container: str) -> Response:
    """Send a signal to the first process of a container."""
    docker, asked = state().services.docker, decode(KillRequest)
    return answer(
        docker.act("kill", container, actor(), lambda it: docker.engine.kill(it, signal=asked.signal))
    )


@bp.post("/containers/<container>/pause")
@describe(answers={200: Container}, errors=(404, 409))
def pause(container: str) -> Response:
    """Freeze a container."""
    docker = state().services.docker
    return answer(docker.act("pause", container, actor(), docker.engine.pause))


@bp.post("/containers/<container>/unpause")
@describe(answers={200: Container}, errors=(404, 409))
def unpause(container: str) -> Response:
    """Let a container go on."""
    docker = state().services.docker
    return answer(docker.act("unpause", container, actor(), docker.engine.unpause))


@bp.post("/containers/<container>/rename")
@describe(body=RenameRequest, answers={200: Container}, errors=(400, 404, 409))
def rename(container: str) -> Response:
    """Give a container another name."""
    docker, asked = state().services.docker, decode(RenameRequest)
    return answer(docker.act("rename", container, actor(), lambda it: docker.engine.rename(it, asked.name)))


@bp.delete("/containers/<container>")
@describe(query=ContainerQuery, answers={204: None}, errors=(400, 404, 409))
def remove(container: str) -> Response:
    """Remove a container."""
    asked = decode_query(ContainerQuery)
    state().services.docker.remove(container, actor(), force=asked.force, volumes=asked.volumes)
    return no_content()


@bp.get("/containers/<container>/logs")
@describe(query=LogQuery, answers={200: Lines}, errors=(400, 404), media="text/event-stream")
def logs(container: str) -> ResponseReturnValue:
    """Show what a container wrote, or follow it."""
    return told_logs(found_container(container), decode_query(LogQuery), _superuser_lives)


@bp.get("/containers/<container>/stats")
@describe(answers={200: None}, errors=(404,), media="text/event-stream")
def stats(container: str) -> Response:
    """Stream what a container uses, as server-sent events `stats`."""
    return told_stats(found_container(container), _superuser_lives)


@bp.get("/volumes")
@describe(query=ListQuery, answers={200: Page[Volume]}, errors=(400,))
def volumes() -> Response:
    """List all volumes."""
    asked = decode_query(ListQuery)
    found = [it for it in state().services.engine.volumes() if asked.search in it.name]
    return answer(paged(sorted(found, key=lambda it: it.name), asked))


@bp.post("/volumes")
@describe(body=VolumeRequest, answers={201: Volume}, errors=(400, 409))
def create_volume() -> ResponseReturnValue:
    """Create a volume."""
    asked, services = decode(VolumeRequest), state().services
    made = services.engine.create_volume(
        asked.name, driver=asked.driver, labels=asked.labels, options=asked.options
    )
    services.docker.record(actor(), "volume.create", asked.name)
    return answer(made, 201)


@bp.delete("/volumes/<name>")
@describe(answers={204: None}, errors=(404, 409))
def remove_volume(name: str) -> Response:
    """Remove a volume and its data."""
    services = state().services
    services.engine.remove_volume(name)
    services.docker.record(actor(), "volume.remove", name)
    return no_content()


@bp.get("/networks")
@describe(query=ListQuery, answers={200: Page[Network]}, errors=(400,))
def networks() -> Response:
    """List all networks."""
    asked = decode_query(ListQuery)
    found = [it for it in state().services.engine.networks() if asked.search in it.name]
    return answer(paged(sorted(found, key=lambda it: it.name), asked))


@bp.post("/networks")
@describe(body=NetworkRequest, answers={201: Network}, errors=(400, 409))
def create_network() -> ResponseReturnValue:
    """Create a network."""
    asked, services = decode(NetworkRequest), state().services
    made = services.engine.create_network(
        asked.name, driver=asked.driver, internal=asked.internal, labels=asked.labels
    )
    services.docker.record(actor(), "network.create", asked.name)
    return answer(made, 201)


@bp.delete("/networks/<network>")
@describe(answers={204: None}, errors=(400, 404, 409))
def remove_network(network: str) -> Response:
    """Remove a network."""
    services = state().services
    services.engine.remove_network(network)
    services.docker.record(actor(), "network.remove", network)
    return no_content()


@bp.get("/df")
@describe(answers={200: DiskUsage})
def df() -> Response:
    """Say what images, containers, volumes and the build cache take on the disk."""
    return answer(state().services.engine.disk_usage())


@bp.post("/<what>/prune")
@describe(query=PruneQuery, answers={200: PruneView}, errors=(400, 404))
def prune(what: str) -> Response:
    """Remove what nothing needs, never what an app holds; or say what that would be."""
    asked = decode_query(PruneQuery)
    kind = next((it for it in Prunable if it.value.replace("_", "-") == what), None)
    if kind is None:
        raise NotFoundError(f"There is no {what!r} to prune.", code="not_prunable")
    docker = state().services.docker
    return answer(docker.prune(kind, actor(), all=asked.all, is_preview=asked.preview))


@bp.get("/events")
@describe(answers={200: None}, media="text/event-stream")
def events() -> Response:
    """Stream that containers have changed, as server-sent events `containers` with the engine's state."""
    return event_stream(_changes(state().services, _superuser_lives()))


def _changes(services: Services, allowed: Callable[[], bool]) -> Iterator[bytes]:
    woken = threading.Event()

    def wake(_projects: frozenset[str]) -> None:
        woken.set()

    services.watch.listen(wake)
    try:
        while not services.ledger.watchers.is_closed and allowed():
            yield event("containers", {"version": services.watch.version, "state": services.watch.state})
            while not woken.wait(PING_SECONDS):
                if services.ledger.watchers.is_closed or not allowed():
                    return
                yield ping()
            woken.clear()
    finally:
        services.watch.unlisten(wake)


def _superuser_lives() -> Callable[[], bool]:
    """Return what says whether the token of who asks is still a superuser's."""
    accounts, token = state().services.accounts, str(g.token)

    def allowed() -> bool:
        who = accounts.identify(token)
        return who is not None and who.is_superuser

    return allowed


def paged(found: Sequence[T], asked: ListQuery) -> Page[T]:
    """Return one page of what was found."""
    per_page, page = min(max(asked.per_page, 1), MOST_PER_PAGE), max(asked.page, 1)
    return Page(
        items=list(found[(page - 1) * per_page : page * per_page]),
        page=page,
        per_page=per_page,
        total_items=len(found),
        total_pages=-(-len(found) // per_page),
    )
