"""Volumes and networks of a real engine."""

from collections.abc import Mapping, Sequence
from typing import Any

from appos.engine.docker.containers import label_filters
from appos.engine.docker.names import named
from appos.engine.docker.session import Session
from appos.engine.docker.told import network_of, volume_of
from appos.engine.models import Network, Volume

VOLUME, NETWORK, CONTAINER = "volume", "network", "container"


class Volumes:
    """What is asked about volumes; see `port.Volumes`."""

    _session: Session

    def volumes(self, *, labels: Mapping[str, str] | None = None) -> list[Volume]:
        """List volumes by labels."""
        filters = label_filters(labels)
        told = self._session.ask(lambda api: api.volumes(filters=filters))
        return [volume_of(one) for one in told["Volumes"] or ()]

    def volume(self, name: str) -> Volume:
        """Inspect a volume."""
        wanted = named(name, VOLUME)
        return volume_of(self._session.ask(lambda api: api.inspect_volume(wanted), VOLUME))

    def create_volume(
        self,
        name: str,
        *,
        driver: str = "local",
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Volume:
        """Create a volume."""
        given, wanted = dict(options or {}), dict(labels or {})
        return volume_of(
            self._session.ask(
                lambda api: api.create_volume(name, driver=driver, driver_opts=given, labels=wanted)
            )
        )

    def remove_volume(self, name: str) -> None:
        """Remove a volume."""
        wanted = named(name, VOLUME)
        self._session.ask(lambda api: api.remove_volume(wanted), VOLUME)


class Networks:
    """What is asked about networks; see `port.Networks`."""

    _session: Session

    def networks(self, *, labels: Mapping[str, str] | None = None) -> list[Network]:
        """List networks by labels."""
        filters = label_filters(labels)
        return [network_of(one) for one in self._session.ask(lambda api: api.networks(filters=filters))]

    def network(self, network: str) -> Network:
        """Inspect a network."""
        name = named(network, NETWORK)
        return network_of(self._session.ask(lambda api: api.inspect_network(name), NETWORK))

    def create_network(
        self,
        name: str,
        *,
        driver: str = "bridge",
        internal: bool = False,
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Network:
        """Create a network."""
        given, wanted = dict(options or {}), dict(labels or {})
        # Engines before API 1.44 make a second one of the same name, unless they are told not to.
        made = self._session.ask(
            lambda api: api.create_network(
                name, driver=driver, internal=internal, labels=wanted, options=given, check_duplicate=True
            )
        )
        return self.network(made["Id"])

    def remove_network(self, network: str) -> None:
        """Remove a network."""
        name = named(network, NETWORK)
        self._session.ask(lambda api: api.remove_network(name), NETWORK)

    def connect(
        self, network: str, container: str, *, aliases: Sequence[str] = (), addresses: Sequence[str] = ()
    ) -> None:
        """Put a container on a network."""
        on, who = named(network, NETWORK), named(container, CONTAINER)
        wanted: dict[str, Any] = {"ipv6_address" if ":" in it else "ipv4_address": it for it in addresses}
        self._session.ask(
            lambda api: api.connect_container_to_network(who, on, aliases=list(aliases) or None, **wanted),
            NETWORK,
        )

    def disconnect(self, network: str, container: str, *, force: bool = False) -> None:
        """Take a container off a network."""
        off, who = named(network, NETWORK), named(container, CONTAINER)
        self._session.ask(lambda api: api.disconnect_container_from_network(who, off, force=force), NETWORK)
