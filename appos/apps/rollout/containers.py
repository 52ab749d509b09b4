"""The containers of an app, without Compose: started and stopped in their order, and removed."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from appos.compose.networks import is_gone
from appos.engine.models import ContainerSummary, Network, Volume
from appos.engine.port import Engine
from appos.errors import ConflictError, EngineError, NotFoundError

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
ONE_OFF = "com.docker.compose.oneoff"
POLL_SECONDS = 0.3

Pause = Callable[[float], None]


class Belongings(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine has of an app."""

    containers: tuple[ContainerSummary, ...]
    networks: tuple[Network, ...]
    volumes: tuple[Volume, ...]


class AppContainers:
    """The containers, networks and volumes of one app, found by Compose's labels."""

    def __init__(self, engine: Engine, name: str, model: Mapping[str, Any]) -> None:
        """`model` is what the files meant that were deployed: it says who waits for whom."""
        self._engine = engine
        self._name = name
        self._waits = waits_of(model)

    def belongings(self) -> Belongings:
        """Return all that carries the app's label."""
        labels = {PROJECT: self._name}
        return Belongings(
            containers=tuple(self._engine.containers(labels=labels)),
            networks=tuple(self._engine.networks(labels=labels)),
            volumes=tuple(self._engine.volumes(labels=labels)),
        )

    def of(self, services: Iterable[str] = ()) -> list[ContainerSummary]:
        """Return the containers of the services, those that others wait for first; by default of all."""
        wanted = set(services)
        rank = {name: index for index, name in enumerate(ordered(self._waits))}
        found = [
            it
            for it in self._engine.containers(labels={PROJECT: self._name})
            if it.labels.get(ONE_OFF) != "True" and (not wanted or it.labels.get(SERVICE) in wanted)
        ]
        return sorted(found, key=lambda it: (rank.get(it.labels.get(SERVICE, ""), len(rank)), it.name))

    def start(self, services: Iterable[str], pause: Pause, wait_seconds: float) -> list[str]:
        """Start what does not run, in order, and wait where one waits for another's health.

        Raises:
            EngineError: `dependency_failed`: what another waits for is not healthy in time.
            ConflictError: `network_gone`: it was removed while nothing ran on it.
        """
        started = []
        give_up_at = time.monotonic() + wait_seconds
        done: set[str] = set()
        for container in self.of(services):
            service = container.labels.get(SERVICE, "")
            for other, condition in self._waits.get(service, {}).items():
                if other not in done:
                    self._await(other, condition, pause, give_up_at)
                    done.add(other)
            if container.state != "running":
                self._start(container)
                started.append(container.name)
        return started

    def _start(self, container: ContainerSummary) -> None:
        try:
            self._engine.start(container.id)
        except NotFoundError as error:
            if not is_gone(error.message):
                raise
            message = (
                f"A network of {container.name} is gone, as after a prune: redeploy {self._name},"
                " which makes it anew."
            )
            raise ConflictError(message, code="network_gone") from error

    def _await(self, service: str, condition: str, pause: Pause, give_up_at: float) -> None:
        while True:
            states = self.of((service,))
            if not states or all(_meets(it, condition) for it in states):
                return
            failed = [it for it in states if it.health == "unhealthy" or _has_failed(it)]
            if failed or time.monotonic() > give_up_at:
                told = failed[0] if failed else states[0]
                message = f"{told.name} is {told.health or told.state}, and others wait for it."
                raise EngineError(message, code="dependency_failed")
            pause(POLL_SECONDS)

    def stop(self, services: Iterable[str] = ()) -> list[str]:
        """Stop what runs, those first that wait for others; each has the time that it was made with."""
        stopped = []
        for container in reversed(self.of(services)):
            if container.state in ("running", "paused", "restarting"):
                if container.state == "paused":
                    self._engine.unpause(container.id)
                self._engine.stop(container.id)
                stopped.append(container.name)
        return stopped

    def remove(self, *, volumes: bool, keep_volumes: frozenset[str] = frozenset()) -> Belongings:
        """Stop and remove the containers and networks, and the volumes where asked; return what there was."""
        there = self.belongings()
        self.stop()
        for container in there.containers:
            _gone(lambda it=container: self._engine.remove_container(it.id, force=True, volumes=volumes))  # type: ignore[misc]
        for network in there.networks:
            self._empty(network)
            _gone(lambda it=network: self._engine.remove_network(it.id))  # type: ignore[misc]
        for volume in there.volumes if volumes else ():
            if volume.name not in keep_volumes:
                _gone(lambda it=volume: self._engine.remove_volume(it.name))  # type: ignore[misc]
        return there

    def _empty(self, network: Network) -> None:
        """Take containers of others off a network that goes."""
        try:
            others = self._engine.network(network.id).containers
        except NotFoundError:
            return
        for container in others:
            try:
                self._engine.disconnect(network.id, container, force=True)
            except (NotFoundError, ConflictError):
                continue


def _gone(remove: Callable[[], None]) -> None:
    try:
        remove()
    except NotFoundError:
        return


def _meets(container: ContainerSummary, condition: str) -> bool:
    if condition == "service_healthy":
        return container.state == "running" and container.health in ("healthy", "")
    if condition == "service_completed_successfully":
        return container.state == "exited" and container.exit_code == 0
    return container.state in ("running", "exited")


def _has_failed(container: ContainerSummary) -> bool:
    return container.state == "dead" or (container.state == "exited" and container.exit_code != 0)


def waits_of(model: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return for each service which others it waits for, and for what."""
    services = model.get("services")
    if not isinstance(services, Mapping):
        return {}
    return {str(name): _waits(service) for name, service in services.items()}


def _waits(service: object) -> dict[str, str]:
    depends = service.get("depends_on") if isinstance(service, Mapping) else None
    if not isinstance(depends, Mapping):
        return {}
    return {
        str(name): str(it.get("condition", "service_started"))
        if isinstance(it, Mapping)
        else "service_started"
        for name, it in depends.items()
    }


def ordered(waits: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return the services, each after those that it waits for."""
    found: dict[str, None] = {}

    def visit(name: str, above: frozenset[str]) -> None:
        if name in found or name in above:
            return
        for other in waits.get(name, {}):
            visit(other, above | {name})
        found[name] = None

    for name in sorted(waits):
        visit(name, frozenset())
    return list(found)
