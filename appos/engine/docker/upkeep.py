"""The disk of a real engine: what is used of it, and what can be given back."""

import re
from collections.abc import Mapping
from typing import Any

from appos.engine.docker.containers import label_filters
from appos.engine.docker.session import SLOW_SECONDS, Session
from appos.engine.docker.usage import disk_usage_of
from appos.engine.models import DiskUsage, Prunable, Pruned
from appos.errors import ConflictError, NotFoundError

Told = Mapping[str, Any]
# The engine gives volumes without a name such a one.
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
# From here on, pruning volumes spares those with a name unless it is told not to.
_SPARES_NAMED = (1, 42)


class Upkeep:
    """What is asked about the disk; see `port.Engine`."""

    _session: Session

    def disk_usage(self) -> DiskUsage:
        """Tell what is used."""
        return disk_usage_of(self._session.ask(lambda api: api.df(), seconds=SLOW_SECONDS))

    def prune(self, what: Prunable, *, all: bool = False, labels: Mapping[str, str] | None = None) -> Pruned:
        """Remove what is unused."""
        filters: dict[str, Any] = dict(label_filters(labels))
        match what:
            case Prunable.CONTAINERS:
                told = self._pruned("prune_containers", filters=filters)
                removed = told.get("ContainersDeleted")
            case Prunable.IMAGES:
                told = self._pruned("prune_images", filters={**filters, "dangling": not all})
                removed = [one.get("Deleted") or one["Untagged"] for one in told.get("ImagesDeleted") or ()]
            case Prunable.NETWORKS:
                told = self._pruned("prune_networks", filters=filters)
                removed = told.get("NetworksDeleted")
            case Prunable.BUILD_CACHE:
                told = self._pruned("prune_builds", all=all)
                removed = told.get("CachesDeleted")
            case Prunable.VOLUMES:
                return self._pruned_volumes(filters, all=all)
        return Pruned(removed=tuple(removed or ()), reclaimed_bytes=told.get("SpaceReclaimed") or 0)

    def _pruned_volumes(self, filters: dict[str, Any], *, all: bool) -> Pruned:
        version = tuple(map(int, self._session.version().split(".")))
        if version < _SPARES_NAMED and not all:
            return self._pruned_anonymous(filters)
        if all and version >= _SPARES_NAMED:
            filters["all"] = True
        told = self._pruned("prune_volumes", filters=filters)
        return Pruned(
            removed=tuple(told.get("VolumesDeleted") or ()), reclaimed_bytes=told.get("SpaceReclaimed") or 0
        )

    def _pruned_anonymous(self, filters: Mapping[str, Any]) -> Pruned:
        """Remove anonymous volumes one by one: an older engine's prune takes those with a name as well."""
        unused = {**filters, "dangling": True}
        told = self._session.ask(lambda api: api.volumes(filters=unused))
        sizes = self.disk_usage().volume_bytes
        removed = [
            one["Name"]
            for one in told["Volumes"] or ()
            if _ANONYMOUS.fullmatch(one["Name"]) and self._has_removed(one["Name"])
        ]
        return Pruned(removed=tuple(removed), reclaimed_bytes=sum(sizes.get(name, 0) for name in removed))

    def _has_removed(self, volume: str) -> bool:
        try:
            self._session.ask(lambda api: api.remove_volume(volume), "volume")
        except (ConflictError, NotFoundError):
            # Since it was listed, somebody has begun to use it, or has removed it.
            return False
        return True

    def _pruned(self, verb: str, **options: Any) -> Told:
        told: Told = self._session.ask(lambda api: getattr(api, verb)(**options), seconds=SLOW_SECONDS)
        return told
