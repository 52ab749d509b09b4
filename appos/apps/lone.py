"""A container that was made by `docker run`, written down as a Compose file that makes it again.

What it was made with beyond its image is said in the Compose Specification's words; its variables go to the
`.env`. Volumes, anonymous ones too, and networks are taken as they are, as external ones.
Source: Docker Engine API, ContainerInspect; Compose Specification, "services".
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from appos.apps.lone_options import HANDLED, HARMLESS, OPTIONS, duration
from appos.engine.models import Definition

Told = Mapping[str, Any]
# What `${}` can name, and what Compose takes for itself or has from its own environment.
# Source: Compose Specification, "Interpolation"; Docker Compose, "Pre-defined environment variables".
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMPOSES_OWN = re.compile(r"(COMPOSE|DOCKER|BUILDKIT|BUILDX)_|(PATH|HOME|PWD|USER|TMPDIR|SSH_AUTH_SOCK)$")
_UNFIT = re.compile(r"[^A-Za-z0-9_]")


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A Compose file and the variables that it names.

    `left_out` are options that are not in it, by the engine's names.
    """

    compose: str
    env: dict[str, str]
    left_out: tuple[str, ...] = ()


def problem_of(told: Definition) -> str:
    """Say why a container cannot be written down; "" if it can."""
    host = told.host_config
    if not told.is_running:
        return "It does not run; start it first."
    if str(told.config.get("Image", "")).startswith("sha256:"):
        return "Its image has no name; give it one, and make the container from that."
    if host.get("AutoRemove"):
        return "It removes itself when it is stopped, so it could not be brought back."
    if str(host.get("NetworkMode", "")).startswith("container:") or host.get("Links"):
        return "It is bound to another container by its network or by links; write its Compose file by hand."
    return ""


def written(told: Definition, service: str) -> Written:
    """Write a container down as the only service of a project."""
    import yaml  # noqa: PLC0415 - it costs at start, and few adopt containers

    variables = dict(_own_variables(told))
    names = _names_in_env(variables)
    volumes, mounts = _volumes(told)
    networks, joined = _networks(told)
    parts = {
        "container_name": told.name,
        "image": told.config["Image"],
        **_program(told),
        **({"environment": {name: f"${{{names[name]}}}" for name in variables}} if variables else {}),
        **({"labels": labels} if (labels := _escaped(_own_labels(told))) else {}),
        **({"ports": ports} if (ports := list(_ports(told.host_config))) else {}),
        **({"volumes": mounts} if mounts else {}),
        **joined,
        **_escaped(_options(told.host_config)),
    }
    whole = {
        "services": {service: parts},
        **({"volumes": volumes} if volumes else {}),
        **({"networks": networks} if networks else {}),
    }
    left_out = (
        key
        for key, value in told.host_config.items()
        if value and key not in HANDLED and value != HARMLESS.get(key)
    )
    return Written(
        compose=yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=100),
        env={names[name]: value for name, value in variables.items()},
        left_out=tuple(sorted(left_out)),
    )


def _own_variables(told: Definition) -> Iterator[tuple[str, str]]:
    of_image = set(told.image_config.get("Env") or ())
    for entry in told.config.get("Env") or ():
        name, is_set, value = entry.partition("=")
        if entry not in of_image and is_set:
            yield name, value


def _names_in_env(variables: Collection[str]) -> dict[str, str]:
    """Return what each variable is called in the `.env`: the same, unless that means more to Compose."""
    names: dict[str, str] = {}
    for name in variables:
        is_plain = _PLAIN.fullmatch(name) and not _COMPOSES_OWN.match(name)
        wanted = name if is_plain else f"APP_{_UNFIT.sub('_', name)}"
        while wanted in names.values() or (wanted != name and wanted in variables):
            wanted += "_"
        names[name] = wanted
    return names


def _own_labels(told: Definition) -> dict[str, str]:
    of_image = told.image_config.get("Labels") or {}
    labels = told.config.get("Labels") or {}
    return {name: value for name, value in labels.items() if of_image.get(name) != value}


def _program(told: Definition) -> dict[str, Any]:
    """What runs in it, where that is other than its image says."""
    config, image = told.config, told.image_config
    names = {
        "Entrypoint": "entrypoint",
        "Cmd": "command",
        "User": "user",
        "WorkingDir": "working_dir",
        "StopSignal": "stop_signal",
    }
    found: dict[str, Any] = {
        name: _escaped(config[key])
        for key, name in names.items()
        if config.get(key) and config[key] != image.get(key)
    }
    if image.get("Entrypoint") and not config.get("Entrypoint"):
        found["entrypoint"] = []
    if "entrypoint" in found and config.get("Cmd"):
        found["command"] = _escaped(config["Cmd"])  # Another entrypoint takes no command from the image.
    if config.get("Hostname") and not told.id.startswith(config["Hostname"]):
        found["hostname"] = config["Hostname"]
    if config.get("Domainname"):
        found["domainname"] = config["Domainname"]
    if config.get("Tty"):
        found["tty"] = True
    if config.get("OpenStdin"):
        found["stdin_open"] = True
    if config.get("StopTimeout"):
        found["stop_grace_period"] = f"{config['StopTimeout']}s"
    health = config.get("Healthcheck")
    if health and health != image.get("Healthcheck"):
        found["healthcheck"] = _health(health)
    return found


def _health(health: Told) -> dict[str, Any]:
    if health.get("Test") == ["NONE"]:
        return {"disable": True}
    times = {"Interval": "interval", "Timeout": "timeout", "StartPeriod": "start_period"}
    return {
        **({"test": _escaped(health["Test"])} if health.get("Test") else {}),
        **{name: duration(health[key]) for key, name in times.items() if health.get(key)},
        **({"retries": health["Retries"]} if health.get("Retries") else {}),
    }


def _ports(host: Told) -> Iterator[dict[str, Any]]:
    if host.get("NetworkMode") == "host":
        return
    for key, bindings in (host.get("PortBindings") or {}).items():
        target, _, protocol = key.partition("/")
        for binding in bindings or [{}]:
            yield {
                "target": int(target),
                **({"published": binding["HostPort"]} if binding.get("HostPort") else {}),
                **({"host_ip": binding["HostIp"]} if binding.get("HostIp") else {}),
                "protocol": protocol or "tcp",
            }


def _volumes(told: Definition) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the named volumes, by keys of their own, and what is mounted where."""
    volumes: dict[str, Any] = {}
    mounts: list[dict[str, Any]] = []
    for mount in sorted(told.mounts, key=lambda it: it["Destination"]):
        common = {
            "target": _escaped(mount["Destination"]),
            **({} if mount.get("RW", True) else {"read_only": True}),
        }
        if mount["Type"] == "volume":
            key = f"volume{len(volumes) + 1}"
            volumes[key] = {"name": mount["Name"], "external": True}
            mounts.append({"type": "volume", "source": key, **common})
        elif mount["Type"] == "bind":
            spread = mount.get("Propagation", "")
            bind = {"propagation": spread} if spread not in ("", "rprivate") else {}
            mounts.append(
                {
                    "type": "bind",
                    "source": _escaped(mount["Source"]),
                    **common,
                    **({"bind": bind} if bind else {}),
                }
            )
        elif mount["Type"] == "tmpfs":
            mounts.append({"type": "tmpfs", "target": common["target"]})
    return volumes, mounts


def _networks(told: Definition) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the networks, which are there, and how the service joins them."""
    mode = told.host_config.get("NetworkMode") or "default"
    if mode in ("default", "bridge", "host", "none"):
        return {}, {"network_mode": "bridge" if mode == "default" else mode}
    networks: dict[str, Any] = {}
    joined: dict[str, Any] = {}
    for name, settings in sorted(told.networks.items()):
        key = f"network{len(networks) + 1}"
        networks[key] = {"name": name, "external": True}
        given = settings.get("IPAMConfig") or {}
        aliases = [
            it for it in settings.get("Aliases") or () if not told.id.startswith(it) and it != told.name
        ]
        joined[key] = {
            **({"aliases": aliases} if aliases else {}),
            **({"ipv4_address": given["IPv4Address"]} if given.get("IPv4Address") else {}),
            **({"ipv6_address": given["IPv6Address"]} if given.get("IPv6Address") else {}),
        } or None
    return networks, {"networks": joined}


def _options(host: Told) -> dict[str, Any]:
    """Yield what the engine was told of how to run it, where that is not what it does by itself."""
    return {
        option.name: option.write(host[key])
        for key, option in OPTIONS.items()
        if host.get(key) and host[key] != HARMLESS.get(key)
    }


def _escaped(value: Any) -> Any:
    """Write `$` so that no variable begins there. Source: Compose Specification, "Interpolation"."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, list):
        return [_escaped(part) for part in value]
    if isinstance(value, dict):
        return {key: _escaped(part) for key, part in value.items()}
    return value
