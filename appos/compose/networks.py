"""Networks that are made anew, and what Docker Compose forgets about them.

When the definition of a network changes, Compose v5 takes its containers off it, makes it anew, and puts
them back without their aliases: from then on no service is found by its name. It also fails for good if it
was killed in the midst of that, for it takes every container off again, and the engine refuses what is off
already.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from appos.compose.leftovers import PROJECT, Part
from appos.compose.model import Attachment, Project
from appos.compose.progress import Step
from appos.errors import ConflictError, NotFoundError

SERVICE = "com.docker.compose.service"

# The engine's words. Source: moby, daemon/container_operations.go.
_OFF_ALREADY = re.compile(r"is not connected to (?:the )?network (?P<network>\S+)")
_GONE = re.compile(r"network \S+ not found")


class Net(Protocol):
    """A network, as an engine tells of it."""

    @property
    def labels(self) -> Mapping[str, str]: ...
    @property
    def containers(self) -> Sequence[str]: ...


class Attached(Part, Protocol):
    """A container of a project, with the names of the networks that it joins when it runs."""

    @property
    def networks(self) -> Sequence[str]: ...


class Switch(Protocol):
    """Who takes containers off networks and puts them on. `appos.engine.port.Engine` is one."""

    def containers(self, *, labels: Mapping[str, str] | None = None) -> Sequence[Attached]:
        """Return the containers that have these labels, stopped ones too."""
        ...

    def network(self, network: str) -> Net:
        """Return a network."""
        ...

    def connect(
        self, network: str, container: str, *, aliases: Sequence[str] = (), addresses: Sequence[str] = ()
    ) -> None:
        """Put a container on a network."""
        ...

    def disconnect(self, network: str, container: str, *, force: bool = False) -> None:
        """Take a container off a network."""
        ...

    def remove_network(self, network: str) -> None:
        """Remove a network that nothing is on."""
        ...


def half_made(said: str) -> str:
    """Return the network that Compose cannot make anew, by its words; "" if it failed for another reason."""
    found = _OFF_ALREADY.search(said)
    return found["network"].strip("\"'") if found else ""


def is_gone(said: str) -> bool:
    """Whether a container could not be started since a network of its is gone, by the engine's words."""
    return _GONE.search(said) is not None


def drop(switch: Switch, project: str, network: str) -> None:
    """Take every container off a project's own network and remove it, so that Compose makes it anew."""
    with suppress(NotFoundError):
        found = switch.network(network)
        if found.labels.get(PROJECT) != project:
            return
        for container in found.containers:
            with suppress(NotFoundError, ConflictError):
                switch.disconnect(network, container, force=True)
        switch.remove_network(network)


class Renewed:
    """Listens to the steps of a run: which networks were made anew, and which containers were made at all."""

    def __init__(self) -> None:
        self._removed: set[str] = set()
        self._networks: set[str] = set()
        self._made: set[str] = set()

    def take(self, step: Step) -> None:
        """Take a step."""
        kind, _, name = step.id.partition(" ")
        if kind == "Network" and step.text == "Removed":
            self._removed.add(name)
        elif kind == "Network" and step.text == "Created" and name in self._removed:
            self._networks.add(name)
        elif kind == "Container" and step.text in ("Created", "Recreated"):
            self._made.add(name)

    @property
    def networks(self) -> frozenset[str]:
        """The networks that were made anew."""
        return frozenset(self._networks)

    def restore(self, switch: Switch, project: Project) -> None:
        """Give the containers that Compose put back on those networks their aliases and addresses."""
        if self._networks:
            kept = [
                it for it in switch.containers(labels={PROJECT: project.name}) if it.name not in self._made
            ]
            restore(switch, project, kept, self._networks)


def rejoin(switch: Switch, project: Project) -> None:
    """Put the containers that do not run on the networks that have the names of theirs by now."""
    for container in switch.containers(labels={PROJECT: project.name}):
        # Where there is none of that name, the next run says so in Compose's words.
        with suppress(NotFoundError):
            if container.state != "running":
                _attach(switch, project, container, container.networks)


def restore(switch: Switch, project: Project, containers: Iterable[Part], networks: Iterable[str]) -> None:
    """Put running containers on networks again, with the aliases and addresses that the project says."""
    wanted = set(networks)
    for container in containers:
        if container.state == "running":
            _attach(switch, project, container, wanted)


def _attach(switch: Switch, project: Project, container: Part, wanted: Collection[str]) -> None:
    service = project.services.get(container.labels.get(SERVICE, ""))
    if service is not None:
        for key, attachment in (service.networks or {}).items():
            name = project.networks[key].name if key in project.networks else ""
            if name in wanted:
                _put_back(switch, name, container, attachment or Attachment())


def _put_back(switch: Switch, network: str, container: Part, attachment: Attachment) -> None:
    with suppress(NotFoundError, ConflictError):
        switch.disconnect(network, container.id, force=True)
    switch.connect(
        network,
        container.id,
        aliases=[container.labels[SERVICE], container.name, *attachment.aliases],
        addresses=[it for it in (attachment.ipv4_address, attachment.ipv6_address) if it],
    )
