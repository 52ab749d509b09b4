"""Volumes and networks of a fake engine, and what can be pruned of it."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from appos.engine.models import DiskUsage, Network, Prunable, Pruned, Usage, Volume
from appos.errors import ConflictError, NotFoundError
from tests.fake_engine.containers import FakeContainers
from tests.fake_engine.images import FakeImages
from tests.fake_engine.state import has_labels, now

PREDEFINED = ("bridge", "host", "none")


class FakeResources(FakeContainers, FakeImages):
    """Volumes and networks, whose use is told by the containers."""

    def volumes(self, *, labels: Mapping[str, str] | None = None) -> list[Volume]:
        self.asks()
        return [one for one in self.volumes_by_name.values() if has_labels(one.labels, labels)]

    def volume(self, name: str) -> Volume:
        self.asks()
        if name not in self.volumes_by_name:
            raise NotFoundError(f"get {name}: no such volume.", code="volume_not_found")
        return self.volumes_by_name[name]

    def create_volume(
        self,
        name: str,
        *,
        driver: str = "local",
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Volume:
        self.asks()
        made = Volume(
            name=name,
            driver=driver,
            mountpoint=f"/var/lib/docker/volumes/{name}/_data",
            labels=dict(labels or {}),
            options=dict(options or {}),
            created=now(),
        )
        if name not in self.volumes_by_name:
            self.happened("volume", "create", name, {"driver": driver})
        return self.volumes_by_name.setdefault(name, made)

    def remove_volume(self, name: str) -> None:
        self.volume(name)
        if name in self._used_volumes():
            raise ConflictError(f"remove {name}: volume is in use.", code="in_use")
        del self.volumes_by_name[name]
        self.happened("volume", "destroy", name, {})

    def networks(self, *, labels: Mapping[str, str] | None = None) -> list[Network]:
        self.asks()
        return [one for one in self.networks_by_id.values() if has_labels(one.labels, labels)]

    def network(self, network: str) -> Network:
        self.asks()
        found = self._network(network)
        on_it = tuple(
            box.told.id
            for box in self.boxes.values()
            if found.name in box.told.networks and box.told.state == "running"
        )
        return msgspec.structs.replace(found, containers=on_it)

    def create_network(
        self,
        name: str,
        *,
        driver: str = "bridge",
        internal: bool = False,
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Network:
        self.asks()
        if any(one.name == name for one in self.networks_by_id.values()):
            raise ConflictError(f"network with name {name} already exists.", code="conflict")
        id = self.add_network(name, driver=driver, labels=labels)
        made = msgspec.structs.replace(
            self.networks_by_id[id], internal=internal, subnets=(f"172.{len(self.networks_by_id)}.0.0/16",)
        )
        self.networks_by_id[id] = made
        self.happened("network", "create", id, {"name": name, "type": driver})
        return made

    def remove_network(self, network: str) -> None:
        found = self.network(network)
        if found.name in PREDEFINED:
            raise ConflictError(f"{found.name} is a pre-defined network.", code="conflict")
        if found.containers:
            raise ConflictError(f"network {found.name} has active endpoints.", code="in_use")
        del self.networks_by_id[found.id]
        self.happened("network", "destroy", found.id, {"name": found.name})

    def connect(
        self, network: str, container: str, *, aliases: Sequence[str] = (), addresses: Sequence[str] = ()
    ) -> None:
        self.asks()
        found, box = self._network(network), self._box(container)
        if found.name in box.told.networks:
            raise ConflictError(f"endpoint already exists in network {found.name}.", code="conflict")
        self._set_networks(container, (*box.told.networks, found.name))

    def disconnect(self, network: str, container: str, *, force: bool = False) -> None:
        self.asks()
        found, box = self._network(network), self._box(container)
        if found.name not in box.told.networks:
            raise ConflictError(f"container is not connected to network {found.name}.", code="conflict")
        self._set_networks(container, tuple(name for name in box.told.networks if name != found.name))

    def disk_usage(self) -> DiskUsage:
        self.asks()
        used = self._used_volumes()
        return DiskUsage(
            images=Usage(count=len(self.images_by_id)),
            containers=Usage(
                count=len(self.boxes), active=sum(box.told.state == "running" for box in self.boxes.values())
            ),
            volumes=Usage(
                count=len(self.volumes_by_name), active=len(used.intersection(self.volumes_by_name))
            ),
            build_cache=Usage(),
            volume_bytes=dict.fromkeys(self.volumes_by_name, 0),
        )

    def prune(self, what: Prunable, *, all: bool = False, labels: Mapping[str, str] | None = None) -> Pruned:
        self.asks()
        prunes: dict[Prunable, Callable[[bool, Mapping[str, str] | None], list[str]]] = {
            Prunable.CONTAINERS: self._stopped,
            Prunable.IMAGES: self._unused_images,
            Prunable.NETWORKS: self._unused_networks,
            Prunable.VOLUMES: self._unused_volumes,
            Prunable.BUILD_CACHE: lambda all, labels: [],
        }
        return Pruned(removed=tuple(prunes[what](all, labels)), reclaimed_bytes=0)

    def _stopped(self, all: bool, labels: Mapping[str, str] | None) -> list[str]:
        found = [
            box.told.id
            for box in self.boxes.values()
            if box.told.state in ("created", "exited", "dead") and has_labels(box.told.labels, labels)
        ]
        for id in found:
            self.remove_container(id)
        return found

    def _unused_images(self, all: bool, labels: Mapping[str, str] | None) -> list[str]:
        used = {box.told.image_id for box in self.boxes.values()}
        found = [
            image.id
            for image in self.images_by_id.values()
            if (all or not image.tags) and image.id not in used and has_labels(image.labels, labels)
        ]
        for id in found:
            del self.images_by_id[id]
        return found

    def _unused_networks(self, all: bool, labels: Mapping[str, str] | None) -> list[str]:
        used = {name for box in self.boxes.values() for name in box.told.networks} | set(PREDEFINED)
        found = [one for one in self.networks(labels=labels) if one.name not in used]
        for one in found:
            del self.networks_by_id[one.id]
        return [one.name for one in found]

    def _unused_volumes(self, all: bool, labels: Mapping[str, str] | None) -> list[str]:
        found = [
            one.name
            for one in self.volumes(labels=labels)
            if one.name not in self._used_volumes() and (all or len(one.name) == 64)
        ]
        for name in found:
            del self.volumes_by_name[name]
        return found

    def _used_volumes(self) -> set[str]:
        return {mount.name for box in self.boxes.values() for mount in box.told.mounts if mount.name}

    def _network(self, network: str) -> Network:
        for one in self.networks_by_id.values():
            if network and (one.name == network or one.id.startswith(network)):
                return one
        raise NotFoundError(f"network {network} not found.", code="network_not_found")

    def _set_networks(self, container: str, names: tuple[str, ...]) -> None:
        box = self._box(container)
        box.told = msgspec.structs.replace(box.told, networks=tuple(sorted(names)))
