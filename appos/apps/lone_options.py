"""The options of `HostConfig` as a Compose file says them. Source: Docker Engine API, HostConfig."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

NANO = 1_000_000_000


class Option(NamedTuple):
    """The name of an option in a Compose file, and its value there."""

    name: str
    write: Callable[[Any], Any] = lambda value: value


def duration(nanoseconds: int) -> str:
    """Write a duration, exactly. Source: Compose Specification, "Specifying durations"."""
    return f"{nanoseconds // 1000}us" if nanoseconds % NANO else f"{nanoseconds // NANO}s"


def restart_of(policy: Mapping[str, Any]) -> str:
    """Write a restart policy, as `docker run --restart` takes it; `no` for none."""
    name, count = policy.get("Name") or "no", policy.get("MaximumRetryCount")
    return f"{name}:{count}" if name == "on-failure" and count else name


def _log(told: Mapping[str, Any]) -> dict[str, Any]:
    options = told.get("Config") or {}
    return {"driver": told["Type"], **({"options": options} if options else {})}


def _devices(told: list[Mapping[str, str]]) -> list[str]:
    return [
        f"{it['PathOnHost']}:{it['PathInContainer']}:{it.get('CgroupPermissions') or 'rwm'}" for it in told
    ]


def _ulimits(told: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {it["Name"]: {"soft": it["Soft"], "hard": it["Hard"]} for it in told}


OPTIONS: dict[str, Option] = {
    "RestartPolicy": Option("restart", restart_of),
    "Privileged": Option("privileged"),
    "CapAdd": Option("cap_add"),
    "CapDrop": Option("cap_drop"),
    "Devices": Option("devices", _devices),
    "SecurityOpt": Option("security_opt"),
    "ReadonlyRootfs": Option("read_only"),
    "Init": Option("init"),
    "PidMode": Option("pid"),
    "IpcMode": Option("ipc"),
    "UTSMode": Option("uts"),
    "UsernsMode": Option("userns_mode"),
    "CgroupnsMode": Option("cgroup"),
    "CgroupParent": Option("cgroup_parent"),
    "Runtime": Option("runtime"),
    "GroupAdd": Option("group_add"),
    "ExtraHosts": Option("extra_hosts"),
    "Dns": Option("dns"),
    "DnsOptions": Option("dns_opt"),
    "DnsSearch": Option("dns_search"),
    "Sysctls": Option("sysctls"),
    "Ulimits": Option("ulimits", _ulimits),
    "ShmSize": Option("shm_size"),
    "Tmpfs": Option("tmpfs", lambda told: [f"{path}:{how}" if how else path for path, how in told.items()]),
    "Memory": Option("mem_limit"),
    "MemoryReservation": Option("mem_reservation"),
    "MemorySwap": Option("memswap_limit"),
    "MemorySwappiness": Option("mem_swappiness"),
    "NanoCpus": Option("cpus", lambda told: told / NANO),
    "CpuShares": Option("cpu_shares"),
    "CpuQuota": Option("cpu_quota"),
    "CpuPeriod": Option("cpu_period"),
    "CpusetCpus": Option("cpuset"),
    "PidsLimit": Option("pids_limit"),
    "OomScoreAdj": Option("oom_score_adj"),
    "OomKillDisable": Option("oom_kill_disable"),
    "LogConfig": Option("logging", _log),
}
# Said elsewhere in the file, or what the engine makes of the other options by itself.
HANDLED = frozenset(
    (
        *OPTIONS,
        *("Binds", "Mounts", "NetworkMode", "PortBindings", "VolumesFrom", "VolumeDriver"),
        *("ContainerIDFile", "ConsoleSize", "MaskedPaths", "ReadonlyPaths", "Annotations"),
    )
)
# What the engine writes where nothing was asked for.
HARMLESS: dict[str, Any] = {
    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    "IpcMode": "private",
    "CgroupnsMode": "private",
    "Runtime": "runc",
    "ShmSize": 64 * 1024 * 1024,
    "LogConfig": {"Type": "json-file", "Config": {}},
    "Isolation": "default",
    "PidsLimit": 0,
}
