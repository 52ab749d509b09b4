"""What there is of a project, out of what an engine tells."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from appos.compose import actual as had
from appos.compose.model import Model
from appos.compose.plan import Kind, Plan, Target
from appos.compose.plan.changes import port_text
from appos.compose.plan.settings import DEFAULT_SHM_BYTES, capabilities, is_set
from appos.compose.plan.wanted import image_name
from appos.engine.fingerprints import fingerprint, of_json
from appos.engine.models import Configuration, Container, Image, MountPoint, Network, Volume
from appos.engine.port import Engine
from appos.errors import NotFoundError

LABEL = "com.docker.compose."
_ANONYMOUS_LENGTH = 64
_NANO = 1e9


def actual_of(engine: Engine, model: Model, registry_digests: Mapping[str, str] | None = None) -> had.Actual:
    """Ask an engine for all that a plan for a project needs, but for what containers wrote.

    `registry_digests` holds what registries have under the references of images now, as far as it is known.

    Raises:
        EngineUnavailableError: the engine does not answer.
    """
    project = model.project
    containers = _containers(engine, project.name)
    names = {summary.id: summary.name for summary in engine.containers()}
    references = {image_name(project.name, name, service) for name, service in project.services.items()}
    references |= {
        mount.source
        for service in project.services.values()
        for mount in service.volumes or ()
        if mount.type == "image"
    }
    references |= {container.image_id for container in containers}
    return had.Actual(
        containers=tuple(_container(container) for container in containers),
        networks=tuple(_network(engine, network, names, project.name) for network in engine.networks()),
        volumes=tuple(had.Volume(**_part(volume)) for volume in engine.volumes()),
        images=dict(_images(engine, references, registry_digests or {})),
        fingerprint=fingerprint,
    )


def with_changes(engine: Engine, actual: had.Actual, plan: Plan) -> had.Actual:
    """Add what those containers wrote that a plan removes, so that planning again tells what is lost."""
    gone = {
        (action.name, action.number)
        for action in plan.actions
        if action.target is Target.SERVICE and action.kind in (Kind.RECREATE, Kind.REMOVE)
    }
    return msgspec.structs.replace(
        actual,
        containers=tuple(
            msgspec.structs.replace(one, changed_paths=_changed(engine, one.id))
            if (one.service, one.number) in gone
            else one
            for one in actual.containers
        ),
    )


def _changed(engine: Engine, container: str) -> tuple[str, ...]:
    try:
        return tuple(change.path for change in engine.changes(container) if change.kind != "deleted")
    except NotFoundError:
        # It was removed since the list was made.
        return ()


def _containers(engine: Engine, project: str) -> list[Container]:
    """Inspect the containers of a project."""
    found = []
    for summary in engine.containers(labels={f"{LABEL}project": project}):
        try:
            found.append(engine.container(summary.id))
        except NotFoundError:
            # It was removed since the list was made.
            continue
    return found


def _container(one: Container) -> had.Container:
    labels = one.labels
    number = labels.get(f"{LABEL}container-number", "")
    stop = one.configuration.stop_timeout_seconds
    return had.Container(
        id=one.id,
        name=one.name,
        service=labels.get(f"{LABEL}service", ""),
        number=int(number) if number.isdecimal() else 0,
        state=one.state,
        image=one.image,
        image_id=one.image_id,
        config_hash=labels.get(f"{LABEL}config-hash", ""),
        image_hash=labels.get(f"{LABEL}image", ""),
        image_volumes=labels.get(f"{LABEL}image-volume-digest", ""),
        created=one.created,
        one_off=labels.get(f"{LABEL}oneoff") == "True",
        networks=one.networks,
        ports=tuple(sorted(_ports(one.host_config))),
        mounts=tuple(_mount(mount) for mount in one.mounts),
        settings=settings_of(one.configuration, labels, one.host_config, one.id),
        stop_seconds=None if stop is None else float(stop),
    )


def _mount(mount: MountPoint) -> had.Mount:
    is_volume = mount.type == "volume"
    return had.Mount(
        type=mount.type,
        target=mount.target,
        source=mount.name if is_volume else mount.source,
        read_only=mount.read_only,
        anonymous=is_volume and len(mount.name) == _ANONYMOUS_LENGTH and mount.name.isalnum(),
    )


def _ports(host_config: Mapping[str, Any]) -> Iterable[str]:
    for port, bindings in (host_config.get("PortBindings") or {}).items():
        target, _, protocol = port.partition("/")
        for binding in bindings or ():
            host_port = binding.get("HostPort") or ""
            published = "" if host_port == "0" else host_port
            yield port_text(binding.get("HostIp") or "", published, int(target), protocol or "tcp")


def _network(engine: Engine, network: Network, names: Mapping[str, str], project: str) -> had.Network:
    """Read a network; who is on it is asked of those of the project alone."""
    labels = network.labels
    on_it: tuple[str, ...] = ()
    if labels.get(f"{LABEL}project") == project:
        try:
            on_it = engine.network(network.id).containers
        except NotFoundError:
            on_it = ()
    return had.Network(
        **_part(network),
        internal=network.internal,
        subnets=network.subnets,
        containers=tuple(sorted(names.get(container, container) for container in on_it)),
    )


def _part(part: Network | Volume) -> dict[str, Any]:
    """Return what networks and volumes have in common."""
    labels = part.labels
    kind = "network" if isinstance(part, Network) else "volume"
    return {
        "name": part.name,
        "key": labels.get(f"{LABEL}{kind}", ""),
        "project": labels.get(f"{LABEL}project", ""),
        "config_hash": labels.get(f"{LABEL}config-hash", ""),
        "driver": part.driver,
        "labels": _own_labels(labels),
        "options": {name: fingerprint(value) for name, value in part.options.items()},
    }


def _own_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the fingerprints of labels that are not Compose's."""
    return {name: fingerprint(value) for name, value in labels.items() if not name.startswith(LABEL)}


def _images(
    engine: Engine, references: Iterable[str], registry_digests: Mapping[str, str]
) -> Iterable[tuple[str, had.Image]]:
    for reference in sorted(references):
        try:
            image = engine.image(reference)
        except NotFoundError:
            continue
        yield reference, _image(image, registry_digests.get(reference, ""))


def _image(image: Image, registry_digest: str) -> had.Image:
    return had.Image(
        id=image.id,
        digests=tuple(digest.partition("@")[2] for digest in image.digests),
        registry_digest=registry_digest,
        volumes=image.volumes,
        settings=settings_of(image.configuration, image.labels, {}, ""),
    )


def settings_of(
    configuration: Configuration, labels: Mapping[str, str], host: Mapping[str, Any], id: str
) -> had.Settings:
    """Return what a container or an image was made with, by Compose's names.

    Source: Docker Engine API, ContainerInspect; docker/compose v5.5.0, which fills it in.
    """
    hidden = {
        "command": configuration.command,
        "entrypoint": configuration.entrypoint,
        "healthcheck.test": configuration.health_test,
        "logging.options": configuration.log_options,
    }
    plain = {**_configured(configuration, id), **_hosted(host)}
    if str(plain["network_mode"]).startswith("container:"):
        # It is called as the container whose network it shares.
        plain["hostname"] = ""
    return had.Settings(
        environment=dict(configuration.environment),
        labels=_own_labels(labels),
        hidden={key: value for key, value in hidden.items() if value},
        plain={key: value for key, value in plain.items() if is_set(value)},
    )


def _configured(configuration: Configuration, id: str) -> dict[str, Any]:
    """Return the keys that the engine keeps in `Config`."""
    check = configuration.healthcheck
    times = {
        "interval": "Interval",
        "timeout": "Timeout",
        "start_period": "StartPeriod",
        "start_interval": "StartInterval",
    }
    hostname = configuration.hostname
    return {
        "user": configuration.user,
        "working_dir": configuration.working_dir,
        # Without one of its own, a container is called by its id.
        "hostname": "" if id.startswith(hostname) else hostname,
        "domainname": configuration.domainname,
        "stop_signal": configuration.stop_signal,
        "stop_grace_period": configuration.stop_timeout_seconds,
        "tty": configuration.tty,
        "stdin_open": configuration.open_stdin,
        **{f"healthcheck.{key}": (check.get(name) or 0) / _NANO for key, name in times.items()},
        "healthcheck.retries": check.get("Retries"),
        "healthcheck.disable": configuration.health_test == of_json(["NONE"]),
    }


def _hosted(host: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that the engine keeps in `HostConfig`."""
    policy = host.get("RestartPolicy") or {}
    restart = policy.get("Name") or ""
    if policy.get("MaximumRetryCount"):
        restart = f"{restart}:{policy['MaximumRetryCount']}"
    return {
        "restart": "" if restart == "no" else restart,
        "network_mode": _network_mode(host.get("NetworkMode") or ""),
        "pid": host.get("PidMode"),
        "ipc": "" if host.get("IpcMode") in ("private", "shareable") else host.get("IpcMode"),
        "uts": host.get("UTSMode"),
        "userns_mode": host.get("UsernsMode"),
        "cgroup_parent": host.get("CgroupParent"),
        "cpuset": host.get("CpusetCpus"),
        "runtime": "" if host.get("Runtime") == "runc" else host.get("Runtime"),
        "init": bool(host.get("Init")),
        "privileged": bool(host.get("Privileged")),
        "read_only": bool(host.get("ReadonlyRootfs")),
        "oom_kill_disable": bool(host.get("OomKillDisable")),
        "cap_add": capabilities(host.get("CapAdd")),
        "cap_drop": capabilities(host.get("CapDrop")),
        **{key: sorted(host.get(name) or ()) for key, name in _LISTS.items()},
        **{key: int(host.get(name) or 0) for key, name in _NUMBERS.items()},
        "shm_size": 0 if host.get("ShmSize") == DEFAULT_SHM_BYTES else int(host.get("ShmSize") or 0),
        "cpus": (host.get("NanoCpus") or 0) / _NANO,
        "sysctls": {key: str(value) for key, value in (host.get("Sysctls") or {}).items()},
        "ulimits": {
            each["Name"]: f"{each.get('Soft')}:{each.get('Hard')}" for each in host.get("Ulimits") or ()
        },
        "devices": sorted(
            f"{each['PathOnHost']}:{each['PathInContainer']}:{each['CgroupPermissions']}"
            for each in host.get("Devices") or ()
        ),
        "tmpfs": sorted(host.get("Tmpfs") or ()),
        "logging.driver": _log_driver(host.get("LogConfig") or {}),
    }


_LISTS = {
    "group_add": "GroupAdd",
    "dns": "Dns",
    "dns_search": "DnsSearch",
    "dns_opt": "DnsOptions",
    "device_cgroup_rules": "DeviceCgroupRules",
    "extra_hosts": "ExtraHosts",
}
_NUMBERS = {
    "cpu_shares": "CpuShares",
    "pids_limit": "PidsLimit",
    "oom_score_adj": "OomScoreAdj",
    "mem_limit": "Memory",
    "mem_reservation": "MemoryReservation",
}


def _log_driver(logging: Mapping[str, Any]) -> str:
    driver = str(logging.get("Type") or "")
    return "" if driver == "json-file" else driver


def _network_mode(mode: str) -> str:
    """Return a mode that is set by itself; any other is the name of the container's first network."""
    return mode if mode in ("host", "none", "bridge") or mode.startswith("container:") else ""
