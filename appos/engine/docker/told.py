"""What an engine tells, read into structs; no network, so that each reading can be tried.

Source for all: Docker Engine API 1.41 to 1.44. Lists that it has nothing for are often null.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from appos.engine.fingerprints import configuration_of
from appos.engine.models import (
    Change,
    Container,
    ContainerSummary,
    Definition,
    Distribution,
    EngineInfo,
    Event,
    Image,
    MountPoint,
    Network,
    PublishedPort,
    PullProgress,
    Volume,
)

Told = Mapping[str, Any]

_HEALTH = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)$")
_EXITED = re.compile(r"(?:Exited|Restarting) \((\d+)\)")
_CHANGES = {0: "modified", 1: "added", 2: "deleted"}
# A log driver's other options may hold tokens.
_LOG_OPTIONS = ("compress", "labels", "max-buffer-size", "max-file", "max-size", "mode", "tag")
_NEVER = "0001-01-01T00:00:00Z"


def info_of(version: Told, info: Told) -> EngineInfo:
    """Read `/version` and `/info`."""
    return EngineInfo(
        version=version["Version"],
        api_version=version["ApiVersion"],
        operating_system=info["OperatingSystem"],
        architecture=info["Architecture"],
        cpus=info["NCPU"],
        memory_bytes=info["MemTotal"],
        containers=info["Containers"],
        containers_running=info["ContainersRunning"],
        images=info["Images"],
        root_dir=info.get("DockerRootDir") or "",
        default_runtime=info.get("DefaultRuntime") or "runc",
        has_private_cgroups="name=cgroupns" in (info.get("SecurityOptions") or ()),
        logging_driver=info.get("LoggingDriver") or "",
        warnings=tuple(info.get("Warnings") or ()),
    )


def summary_of(told: Told) -> ContainerSummary:
    """Read an entry of `/containers/json`, whose words hold health and exit code."""
    status = told["Status"]
    health, exited = _HEALTH.search(status), _EXITED.match(status)
    return ContainerSummary(
        id=told["Id"],
        # A link of another container's is a second name, with a slash within.
        name=min(told["Names"] or [""], key=lambda name: name.count("/")).removeprefix("/"),
        image=told["Image"],
        image_id=told["ImageID"],
        state=told["State"],
        health=health[1] if health else "",
        exit_code=int(exited[1]) if exited else 0,
        created=rfc3339(told["Created"]),
        labels=told.get("Labels") or {},
        mounts=_mounts(told.get("Mounts")),
        ports=tuple(
            PublishedPort(
                host_ip=port.get("IP") or "",
                host_port=port["PublicPort"],
                container_port=port["PrivatePort"],
                protocol=port["Type"],
            )
            for port in told.get("Ports") or ()
            if port.get("PublicPort")
        ),
        networks=tuple(sorted((told.get("NetworkSettings") or {}).get("Networks") or ())),
    )


def container_of(told: Told) -> Container:
    """Read `/containers/{id}/json`."""
    state, config, host = told["State"], told["Config"], told["HostConfig"]
    networks = told.get("NetworkSettings") or {}
    return Container(
        id=told["Id"],
        name=told["Name"].removeprefix("/"),
        image=config["Image"],
        image_id=told["Image"],
        state=state["Status"],
        health=_health(state.get("Health")),
        exit_code=state["ExitCode"],
        oom_killed=state.get("OOMKilled", False),
        restart_count=told.get("RestartCount", 0),
        created=told["Created"],
        started_at=_time(state.get("StartedAt")),
        finished_at=_time(state.get("FinishedAt")),
        labels=config.get("Labels") or {},
        mounts=_mounts(told.get("Mounts")),
        ports=tuple(_ports(host.get("PortBindings") or {}, networks.get("Ports") or {})),
        networks=tuple(sorted(networks.get("Networks") or ())),
        addresses=_addresses(networks.get("Networks") or {}),
        platform=told.get("Platform") or "",
        host_config=_host_config(host),
        configuration=configuration_of(config, host),
    )


def definition_of(told: Told, image: Told) -> Definition:
    """Read `/containers/{id}/json`, and `/images/{name}/json` of its image."""
    return Definition(
        id=told["Id"],
        name=told["Name"].removeprefix("/"),
        image_id=told["Image"],
        is_running=told["State"]["Status"] == "running",
        config=told["Config"],
        host_config=told["HostConfig"],
        image_config=image.get("Config") or {},
        mounts=tuple(told.get("Mounts") or ()),
        networks=(told.get("NetworkSettings") or {}).get("Networks") or {},
    )


def _addresses(networks: Mapping[str, Told]) -> dict[str, str]:
    told = {
        name: (it or {}).get("IPAddress") or (it or {}).get("GlobalIPv6Address") or ""
        for name, it in networks.items()
    }
    return {name: address for name, address in told.items() if address}


def change_of(told: Told) -> Change:
    """Read an entry of `/containers/{id}/changes`."""
    return Change(path=told["Path"], kind=_CHANGES[told["Kind"]])


def image_of(told: Told) -> Image:
    """Read `/images/{name}/json`, or an entry of `/images/json`, which tells less."""
    config = told.get("Config") or {}
    test = list((config.get("Healthcheck") or {}).get("Test") or ())
    created = told.get("Created") or ""
    variant = told.get("Variant")
    architecture = told.get("Architecture") or ""
    return Image(
        id=told["Id"],
        tags=tuple(tag for tag in told.get("RepoTags") or () if tag != "<none>:<none>"),
        digests=tuple(digest for digest in told.get("RepoDigests") or () if digest != "<none>@<none>"),
        architecture=f"{architecture}/{variant}" if variant else architecture,
        os=told.get("Os") or "",
        size_bytes=told.get("Size") or 0,
        created=rfc3339(created) if isinstance(created, int) else created,
        volumes=tuple(sorted(config.get("Volumes") or ())),
        exposed_ports=tuple(sorted(config.get("ExposedPorts") or ())),
        has_healthcheck=bool(test) and test != ["NONE"],
        labels=config.get("Labels") or told.get("Labels") or {},
        configuration=configuration_of(config),
    )


def distribution_of(told: Told) -> Distribution:
    """Read `/distribution/{name}/json`."""
    return Distribution(
        digest=told["Descriptor"]["digest"],
        platforms=tuple(
            "/".join(filter(None, (one.get("os"), one.get("architecture"), one.get("variant"))))
            for one in told.get("Platforms") or ()
        ),
    )


def volume_of(told: Told) -> Volume:
    """Read `/volumes/{name}`, or an entry of `/volumes`."""
    return Volume(
        name=told["Name"],
        driver=told["Driver"],
        mountpoint=told.get("Mountpoint") or "",
        labels=told.get("Labels") or {},
        options=told.get("Options") or {},
        created=told.get("CreatedAt") or "",
    )


def network_of(told: Told) -> Network:
    """Read `/networks/{id}`, or an entry of `/networks`, which tells no containers."""
    return Network(
        id=told["Id"],
        name=told["Name"],
        driver=told["Driver"],
        scope=told.get("Scope") or "",
        internal=told.get("Internal", False),
        labels=told.get("Labels") or {},
        options=told.get("Options") or {},
        subnets=tuple(
            one["Subnet"] for one in (told.get("IPAM") or {}).get("Config") or () if one.get("Subnet")
        ),
        containers=tuple(sorted(told.get("Containers") or ())),
    )


def event_of(told: Told) -> Event:
    """Read an event. The action of an exec is cut: the engine writes the whole command behind it."""
    action = told["Action"]
    actor = told.get("Actor") or {}
    return Event(
        type=told["Type"],
        action=action.partition(":")[0] if action.startswith("exec_") else action,
        id=actor.get("ID") or "",
        attributes=actor.get("Attributes") or {},
        time_nano=told.get("timeNano") or 0,
    )


def pull_progress_of(told: Told) -> PullProgress:
    """Read a line of a pull; what it says of the whole image carries the tag where a layer would stand."""
    status = told.get("status") or ""
    detail = told.get("progressDetail") or {}
    return PullProgress(
        layer="" if status.startswith("Pulling from") else told.get("id") or "",
        status=status,
        current_bytes=detail.get("current") or 0,
        total_bytes=detail.get("total") or 0,
    )


def rfc3339(seconds: int) -> str:
    """Write Unix seconds as the engine writes times elsewhere."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _mounts(told: Iterable[Told] | None) -> tuple[MountPoint, ...]:
    return tuple(
        MountPoint(
            type=one["Type"],
            source=one.get("Source") or "",
            target=one["Destination"],
            name=one.get("Name") or "",
            read_only=not one.get("RW", True),
        )
        # The engine keeps them in no order.
        for one in sorted(told or (), key=lambda one: str(one["Destination"]))
    )


def _ports(asked: Told, published: Told) -> Iterable[PublishedPort]:
    """Join the ports asked for with those published now, which tell what the engine chose."""
    for key, bindings in sorted(asked.items()):
        container_port, _, protocol = key.partition("/")
        now = published.get(key) or ()
        for index, binding in enumerate(bindings or ()):
            host_port = binding.get("HostPort") or ""
            if not host_port.isdigit() or host_port == "0":
                host_port = now[index]["HostPort"] if index < len(now) else "0"
            yield PublishedPort(
                host_ip=binding.get("HostIp") or "",
                host_port=int(host_port),
                container_port=int(container_port),
                protocol=protocol or "tcp",
            )


def _host_config(told: Told) -> dict[str, Any]:
    log = told.get("LogConfig") or {}
    options = {key: value for key, value in (log.get("Config") or {}).items() if key in _LOG_OPTIONS}
    return {**told, "LogConfig": {"Type": log.get("Type") or "", "Config": options}}


def _health(told: Told | None) -> str:
    status = (told or {}).get("Status") or ""
    return "" if status == "none" else status


def _time(told: str | None) -> str:
    return "" if told in (None, _NEVER) else str(told)
