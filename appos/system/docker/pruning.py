"""What can be removed because nothing needs it, shown before it goes; never what an app holds."""

from collections.abc import Callable, Iterator

import msgspec

from appos.engine.models import Image, Prunable
from appos.engine.port import Engine
from appos.errors import ConflictError, EngineError, NotFoundError

PROJECT = "com.docker.compose.project"
# The engine's own networks, which nobody can remove. Source: Docker, "Networking overview".
OWN_NETWORKS = ("bridge", "host", "none", "ingress", "docker_gwbridge")

Held = Callable[[], frozenset[str]]


class PruneItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that goes, or has gone."""

    id: str
    name: str
    size_bytes: int = 0


class PruneView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What goes, what is kept though nothing uses it now, and how much is won."""

    items: tuple[PruneItem, ...]
    keeps: tuple[str, ...] = ()
    reclaimed_bytes: int = 0


class Pruning:
    """Finds and removes what is not needed. `held` are the names of all apps."""

    def __init__(self, engine: Engine, held: Held, kept_images: str) -> None:
        """`kept_images` is how the tags begin that keep images for releases."""
        self._engine = engine
        self._held = held
        self._kept = kept_images

    def preview(self, what: Prunable, *, all: bool = False) -> PruneView:
        """Return what would go; with `all` also images that have a tag and volumes that have a name."""
        found = {
            Prunable.CONTAINERS: self._containers,
            Prunable.IMAGES: lambda: self._images(all=all),
            Prunable.VOLUMES: lambda: self._volumes(all=all),
            Prunable.NETWORKS: self._networks,
            Prunable.BUILD_CACHE: self._build_cache,
        }[what]()
        return msgspec.structs.replace(found, reclaimed_bytes=sum(it.size_bytes for it in found.items))

    def prune(self, what: Prunable, *, all: bool = False) -> PruneView:
        """Remove what the preview says now, and return what has gone; what is used meanwhile stays."""
        if what is Prunable.BUILD_CACHE:
            done = self._engine.prune(what, all=all)
            items = tuple(PruneItem(id=it, name=it) for it in done.removed)
            return PruneView(items=items, reclaimed_bytes=done.reclaimed_bytes)
        wanted = self.preview(what, all=all)
        gone = tuple(it for it in wanted.items if self._remove(what, it))
        return PruneView(items=gone, keeps=wanted.keeps, reclaimed_bytes=sum(it.size_bytes for it in gone))

    def _remove(self, what: Prunable, item: PruneItem) -> bool:
        try:
            if what is Prunable.CONTAINERS:
                self._engine.remove_container(item.id)
            elif what is Prunable.IMAGES:
                self._engine.remove_image(item.name)
            elif what is Prunable.VOLUMES:
                self._engine.remove_volume(item.name)
            else:
                self._engine.remove_network(item.id)
        except (ConflictError, NotFoundError):
            return False
        return True

    def _containers(self) -> PruneView:
        held = self._held()
        stopped = [it for it in self._engine.containers() if it.state in ("exited", "created", "dead")]
        keeps = [it.name for it in stopped if it.labels.get(PROJECT) in held]
        items = [it for it in stopped if it.name not in keeps]
        return PruneView(items=tuple(PruneItem(id=it.id, name=it.name) for it in items), keeps=tuple(keeps))

    def _images(self, *, all: bool) -> PruneView:
        used = {it.image_id for it in self._engine.containers()}
        items, keeps = [], []
        for image in self._engine.images():
            if image.id in used:
                continue
            if any(tag.startswith(self._kept) for tag in image.tags):
                keeps.append(_name(image))
            elif all or not image.tags:
                items += list(_references(image))
        return PruneView(items=tuple(items), keeps=tuple(keeps))

    def _volumes(self, *, all: bool) -> PruneView:
        used = {mount.name for it in self._engine.containers() for mount in it.mounts if mount.name}
        held, sizes = self._held(), self._sizes()
        free = [it for it in self._engine.volumes() if it.name not in used]
        keeps = [it.name for it in free if it.labels.get(PROJECT) in held]
        wanted = [it for it in free if it.name not in keeps and (all or _is_anonymous(it.name))]
        items = (PruneItem(id=it.name, name=it.name, size_bytes=sizes.get(it.name, 0)) for it in wanted)
        return PruneView(items=tuple(items), keeps=tuple(keeps))

    def _sizes(self) -> dict[str, int]:
        try:
            return self._engine.disk_usage().volume_bytes
        except EngineError:
            return {}

    def _networks(self) -> PruneView:
        used = {name for it in self._engine.containers() for name in it.networks}
        held = self._held()
        free = [it for it in self._engine.networks() if it.name not in (*OWN_NETWORKS, *used)]
        keeps = [it.name for it in free if it.labels.get(PROJECT) in held]
        items = (PruneItem(id=it.id, name=it.name) for it in free if it.name not in keeps)
        return PruneView(items=tuple(items), keeps=tuple(keeps))

    def _build_cache(self) -> PruneView:
        used = self._engine.disk_usage().build_cache
        item = PruneItem(id="build-cache", name="build cache", size_bytes=used.reclaimable_bytes)
        return PruneView(items=(item,) if used.count else ())


def _references(image: Image) -> Iterator[PruneItem]:
    names = image.tags or (image.id,)
    for index, name in enumerate(names):
        yield PruneItem(id=image.id, name=name, size_bytes=0 if index else image.size_bytes)


def _name(image: Image) -> str:
    return next(iter(image.tags), image.id)


def _is_anonymous(name: str) -> bool:
    return len(name) == 64 and all(it in "0123456789abcdef" for it in name)
