"""The second reading: what the engine made, told in the words of the model and judged by the same rules.

What a Compose file asks for is judged before it is deployed; this finds what became of it all the same, by a
volume that was there already, an option that AppOS does not know, or a link that changed in between.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from appos.compose.model import (
    BindOptions,
    Deploy,
    Device,
    Limits,
    Mount,
    Network,
    Project,
    Resources,
    Service,
    Volume,
)
from appos.compose.policy.judge import project_offences, verdict
from appos.compose.policy.models import Offence, Role, Verdict
from appos.compose.policy.places import Places
from appos.compose.policy.rules import PolicyRules

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
# The engine's own name for a container's default network, and those that are no network's name.
_NO_NETWORK = ("", "default", "none", "host")
# Parts of a path that name a list's entries in a file; what the engine tells has an order of its own.
_DEPTH = 3


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine gives a container that asks for nothing: its runtime, and its namespace of cgroups.

    The latter is `host` where the host has the first version of cgroups; no container can do less there.
    """

    runtime: str = "runc"
    cgroup: str = "private"


class MadeMount(Protocol):
    """A mount of a container."""

    @property
    def type(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def read_only(self) -> bool: ...


class MadeContainer(Protocol):
    """A container, as an engine tells it; `host_config` is HostConfig in the engine's own words."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def labels(self) -> Mapping[str, str]: ...
    @property
    def mounts(self) -> Sequence[MadeMount]: ...
    @property
    def networks(self) -> Sequence[str]: ...
    @property
    def host_config(self) -> Mapping[str, Any]: ...


class MadeVolume(Protocol):
    """A volume, as an engine tells it."""

    @property
    def name(self) -> str: ...
    @property
    def driver(self) -> str: ...
    @property
    def labels(self) -> Mapping[str, str]: ...
    @property
    def options(self) -> Mapping[str, str]: ...


class MadeNetwork(Protocol):
    """A network, as an engine tells it."""

    @property
    def name(self) -> str: ...
    @property
    def driver(self) -> str: ...
    @property
    def labels(self) -> Mapping[str, str]: ...


_USUAL = Defaults()


def judge_made(
    containers: Sequence[MadeContainer],
    volumes: Iterable[MadeVolume],
    networks: Iterable[MadeNetwork],
    rules: PolicyRules,
    role: Role,
    places: Places,
    *,
    defaults: Defaults = _USUAL,
) -> Verdict:
    """Judge all containers of one project, with the volumes and networks that they use.

    `defaults` are the engine's. Findings name the service and its option, as they would for a file.
    """
    known_volumes = {volume.name: volume for volume in volumes}
    known_networks = {network.name: network for network in networks}
    own = frozenset(container.id for container in containers)
    offences: list[Offence] = []
    for container in containers:
        project = project_of(container, known_volumes, known_networks, own=own, defaults=defaults)
        offences += project_offences(project, places, on_host=True)
    return verdict((_shortened(offence) for offence in offences), rules, role)


def project_of(
    container: MadeContainer,
    volumes: Mapping[str, MadeVolume],
    networks: Mapping[str, MadeNetwork],
    *,
    own: frozenset[str] = frozenset(),
    defaults: Defaults = _USUAL,
) -> Project:
    """Tell a container, its volumes and its networks in the words of the model.

    `own` are the ids of the project's containers: their namespaces are those of a service.
    """
    project = container.labels.get(PROJECT, "")
    mounts = tuple(_mounts(container))
    used = {mount.source for mount in mounts if mount.type == "volume"} - {""}
    told_volumes = (
        (name, _volume(name, volumes.get(name), project))
        for name in sorted(used)
        if not _ANONYMOUS.fullmatch(name)
    )
    told_networks = (
        (name, _network(name, networks.get(name), project))
        for name in sorted({*container.networks, container.host_config.get("NetworkMode") or ""})
        if name not in _NO_NETWORK and not name.startswith("container:")
    )
    return Project(
        name=project,
        services={
            container.labels.get(SERVICE) or container.name: _service(container, mounts, own, defaults)
        },
        volumes={_key(name, project): volume for name, volume in told_volumes},
        networks={_key(name, project): network for name, network in told_networks},
    )


def _service(
    container: MadeContainer, mounts: tuple[Mount, ...], own: frozenset[str], defaults: Defaults
) -> Service:
    """Tell a container as a service."""
    told = container.host_config
    network = str(told.get("NetworkMode") or "")
    return Service(
        privileged=bool(told.get("Privileged")),
        network_mode=_namespace(network, own) if network == "host" or ":" in network else "",
        pid=_namespace(told.get("PidMode"), own),
        ipc=_namespace(told.get("IpcMode"), own),
        uts=told.get("UTSMode") or "",
        userns_mode=told.get("UsernsMode") or "",
        cgroup="" if told.get("CgroupnsMode") == defaults.cgroup else told.get("CgroupnsMode") or "",
        cgroup_parent=told.get("CgroupParent") or "",
        cap_add=tuple(told.get("CapAdd") or ()),
        security_opt=tuple(_security(told)),
        sysctls=told.get("Sysctls"),
        devices=tuple(Device(source=device["PathOnHost"]) for device in told.get("Devices") or ()),
        device_cgroup_rules=tuple(told.get("DeviceCgroupRules") or ()),
        deploy=_requests(told.get("DeviceRequests")),
        runtime="" if told.get("Runtime") == defaults.runtime else told.get("Runtime") or "",
        oom_kill_disable=bool(told.get("OomKillDisable")),
        oom_score_adj=told.get("OomScoreAdj") or 0,
        tmpfs=tuple(f"{target}:{options}" for target, options in (told.get("Tmpfs") or {}).items()),
        volumes=mounts,
        volumes_from=tuple(_sources(told.get("VolumesFrom") or (), own)),
    )


def _namespace(value: str | None, own: frozenset[str]) -> str:
    """Tell a namespace; that of one of the project's containers is a service's."""
    kind, _, id_ = (value or "").partition(":")
    return f"service:{id_}" if kind == "container" and id_ in own else value or ""


def _sources(values: Iterable[str], own: frozenset[str]) -> Iterator[str]:
    """Tell the containers whose mounts a container has too, but for those of the project."""
    for value in values:
        id_ = value.partition(":")[0]
        if id_ not in own:
            yield f"container:{id_}"


def _security(told: Mapping[str, Any]) -> Iterator[str]:
    """Tell the security options.

    The engine itself switches labels off for whoever has the host's processes or memory, and keeps
    `systempaths=unconfined` as lists that are empty.
    """
    has_the_host = told.get("Privileged") or "host" in (told.get("PidMode"), told.get("IpcMode"))
    for option in told.get("SecurityOpt") or ():
        if not (has_the_host and option == "label=disable"):
            yield option
    if told.get("MaskedPaths") == [] and not told.get("Privileged"):
        yield "systempaths=unconfined"


def _requests(requests: Any) -> Deploy | None:
    """Tell requests of devices by their drivers, as they are written under `deploy`."""
    if not requests:
        return None
    return Deploy(resources=Resources(reservations=Limits(devices=tuple(requests))))


def _mounts(container: MadeContainer) -> Iterator[Mount]:
    """Tell every mount once: how it was asked for, and those that came with `volumes_from`."""
    told = {mount.target: mount for mount in _asked(container.host_config)}
    for made in container.mounts:
        if made.target not in told and made.type in ("bind", "volume"):
            source = made.source if made.type == "bind" else made.name
            told[made.target] = Mount(
                type=made.type, source=source, target=made.target, read_only=made.read_only
            )
    yield from told.values()


def _asked(told: Mapping[str, Any]) -> Iterator[Mount]:
    """Tell the mounts of a HostConfig, which has them in two fields."""
    for bind in told.get("Binds") or ():
        source, target, mode = [*bind.split(":"), "", ""][:3]
        flags = mode.split(",")
        propagation = next((flag for flag in flags if flag in ("shared", "rshared")), "")
        yield Mount(
            type="bind" if source.startswith("/") else "volume",
            source=source,
            target=target,
            read_only="ro" in flags,
            bind=BindOptions(propagation=propagation),
        )
    for mount in told.get("Mounts") or ():
        options = mount.get("BindOptions") or {}
        yield Mount(
            type=mount.get("Type") or "",
            source=mount.get("Source") or "",
            target=mount.get("Target") or "",
            read_only=bool(mount.get("ReadOnly")),
            bind=BindOptions(propagation=options.get("Propagation") or ""),
        )


def _volume(name: str, volume: MadeVolume | None, project: str) -> Volume:
    """Tell a volume; one with another project's label is that one's."""
    if volume is None:
        return Volume(name=name)
    is_foreign = volume.labels.get(PROJECT, project) != project
    return Volume(name=name, driver=volume.driver, driver_opts=dict(volume.options), external=is_foreign)


def _network(name: str, network: MadeNetwork | None, project: str) -> Network:
    """Tell a network; one with another project's label is that one's."""
    if network is None:
        return Network(name=name)
    return Network(name=name, driver=network.driver, external=network.labels.get(PROJECT, project) != project)


def _key(name: str, project: str) -> str:
    """Return the name within the project of what the engine calls by its full name."""
    return name.removeprefix(f"{project}_")


def _shortened(offence: Offence) -> Offence:
    """Leave out of a path which entry of a list it is."""
    return Offence(offence.rule, offence.path[:_DEPTH], offence.what, offence.harm)
