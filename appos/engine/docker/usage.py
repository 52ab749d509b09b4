"""What containers use, and what everything takes on the disk, computed as Docker's own client does."""

from collections.abc import Iterable, Mapping
from typing import Any

from appos.engine.models import DiskUsage, Stats, Usage

Told = Mapping[str, Any]

_RUNNING = ("running", "paused", "restarting")


def stats_of(told: Told) -> Stats:
    """Read a sample of `/containers/{id}/stats`."""
    memory = told.get("memory_stats") or {}
    networks = (told.get("networks") or {}).values()
    blocks = (told.get("blkio_stats") or {}).get("io_service_bytes_recursive") or ()
    return Stats(
        cpu_percent=_cpu_percent(told.get("cpu_stats") or {}, told.get("precpu_stats") or {}),
        memory_bytes=_memory(memory),
        memory_limit_bytes=memory.get("limit") or 0,
        network_received_bytes=sum(one.get("rx_bytes", 0) for one in networks),
        network_sent_bytes=sum(one.get("tx_bytes", 0) for one in networks),
        block_read_bytes=_sum_of("read", blocks),
        block_written_bytes=_sum_of("write", blocks),
        processes=(told.get("pids_stats") or {}).get("current") or 0,
        cpu_seconds=_total(told.get("cpu_stats") or {}) / 1e9,
    )


def disk_usage_of(told: Told) -> DiskUsage:
    """Read `/system/df`. Its layers may be shared, so images are summed by the engine itself."""
    volumes = {one["Name"]: one.get("UsageData") or {} for one in told.get("Volumes") or ()}
    return DiskUsage(
        images=_images(told.get("Images") or (), told.get("LayersSize") or 0),
        containers=_usage(
            (one.get("SizeRw") or 0, one["State"] in _RUNNING) for one in told.get("Containers") or ()
        ),
        volumes=_usage(
            (_known(one.get("Size")), _known(one.get("RefCount")) > 0) for one in volumes.values()
        ),
        build_cache=_usage(
            (0 if one.get("Shared") else one.get("Size") or 0, bool(one.get("InUse")))
            for one in told.get("BuildCache") or ()
        ),
        volume_bytes={name: _known(one.get("Size")) for name, one in volumes.items()},
    )


def _cpu_percent(now: Told, before: Told) -> float:
    """Compute the share of one processor. Source: Docker Engine API, ContainerStats."""
    used = _total(now) - _total(before)
    passed = (now.get("system_cpu_usage") or 0) - (before.get("system_cpu_usage") or 0)
    processors = now.get("online_cpus") or len((now.get("cpu_usage") or {}).get("percpu_usage") or ())
    return used / passed * processors * 100 if used > 0 and passed > 0 else 0.0


def _total(cpu: Told) -> int:
    return (cpu.get("cpu_usage") or {}).get("total_usage") or 0


def _memory(told: Told) -> int:
    """Leave out page cache that is not used, which goes by one word in cgroup 1 and another in cgroup 2."""
    used: int = told.get("usage") or 0
    stats = told.get("stats") or {}
    cache = stats.get("total_inactive_file") or stats.get("inactive_file") or 0
    return used - cache if cache < used else used


def _sum_of(operation: str, blocks: Iterable[Told]) -> int:
    return sum(one["value"] for one in blocks if one["op"].lower() == operation)


def _images(told: Iterable[Told], layers_bytes: int) -> Usage:
    images = list(told)
    used = [one for one in images if one.get("Containers", 0) > 0]
    kept = sum(one["Size"] - max(0, one.get("SharedSize") or 0) for one in used)
    return Usage(
        count=len(images),
        active=len(used),
        size_bytes=layers_bytes,
        reclaimable_bytes=max(0, layers_bytes - kept),
    )


def _usage(things: Iterable[tuple[int, bool]]) -> Usage:
    """Sum sizes, and those of what is not in use."""
    known = list(things)
    return Usage(
        count=len(known),
        active=sum(is_active for _, is_active in known),
        size_bytes=sum(size for size, _ in known),
        reclaimable_bytes=sum(size for size, is_active in known if not is_active),
    )


def _known(number: int | None) -> int:
    """Read a number that the engine writes as -1 where it does not know it."""
    return max(0, number or 0)
