"""What a service sets, in the form in which containers are compared with it.

Source: docker/compose v5.5.0, which writes a service into what it asks of the engine.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from appos.compose.actual import Settings

Fingerprint = Callable[[str], str]

# Where the engine's own default is one of these, nothing was set.
DEFAULT_SHM_BYTES = 67_108_864
_TEXTS = ("user", "working_dir", "hostname", "domainname", "stop_signal", "pid", "uts", "userns_mode")
_TEXTS_MORE = ("cgroup_parent", "cpuset")
_FLAGS = ("tty", "stdin_open", "init", "privileged", "read_only", "oom_kill_disable")
_LISTS = ("group_add", "dns", "dns_search", "dns_opt", "device_cgroup_rules")
_NUMBERS = ("cpu_shares", "pids_limit", "oom_score_adj", "mem_reservation")

_UNITS = {
    "h": 3600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "ns": 1e-9,
}


def seconds(duration: str) -> float:
    """Return a Go duration, such as `1m30s`, in seconds.

    Raises:
        ValueError: It is no duration.
    """
    parts = re.findall(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)", duration)
    if not parts or "".join(amount + unit for amount, unit in parts) != duration:
        raise ValueError(f"{duration!r} is not a duration.")
    return sum(float(amount) * _UNITS[unit] for amount, unit in parts)


def unescaped(value: Any) -> Any:
    """Return a value of a printed model as it is meant: Compose prints `$` as `$$`."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [unescaped(part) for part in value]
    if isinstance(value, dict):
        return {name: unescaped(part) for name, part in value.items()}
    return value


def capabilities(names: Iterable[str] | None) -> list[str]:
    """Return names of capabilities in one spelling: engines write `CAP_` before them, or not."""
    return sorted(name.upper().removeprefix("CAP_") for name in names or ())


def is_set(value: Any) -> bool:
    """Say whether a value is other than what leaving it out means."""
    return value not in (None, "", False, 0, 0.0, [], {})


def service_settings(raw: Mapping[str, Any], fingerprint: Fingerprint) -> Settings:
    """Return what a service of a printed model sets."""
    service = unescaped(dict(raw))
    plain = {key: value for key, value in _plain(service).items() if is_set(value)}
    return Settings(
        environment={
            name: "" if value is None else fingerprint(value)
            for name, value in (service.get("environment") or {}).items()
        },
        labels={name: fingerprint(value) for name, value in (service.get("labels") or {}).items()},
        hidden=_hidden(service, fingerprint),
        plain=plain,
    )


def _hidden(service: Mapping[str, Any], fingerprint: Fingerprint) -> dict[str, str]:
    """Return the fingerprints of lists that may hold secrets."""
    values = {
        "command": service.get("command"),
        "entrypoint": service.get("entrypoint"),
        "healthcheck.test": (service.get("healthcheck") or {}).get("test"),
        "logging.options": (service.get("logging") or {}).get("options"),
    }
    return {key: secret(value, fingerprint) for key, value in values.items() if value}


def secret(value: Any, fingerprint: Fingerprint) -> str:
    """Return the fingerprint of a list or a mapping."""
    return fingerprint(json.dumps(value, sort_keys=True))


def _plain(service: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all other keys that are compared."""
    limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    found: dict[str, Any] = {key: service.get(key) or "" for key in (*_TEXTS, *_TEXTS_MORE)}
    found |= {key: bool(service.get(key)) for key in _FLAGS}
    found |= {key: sorted(service.get(key) or ()) for key in _LISTS}
    found |= {key: int(service.get(key) or 0) for key in _NUMBERS}
    shm_bytes = int(service.get("shm_size") or 0)
    found |= {
        "cap_add": capabilities(service.get("cap_add")),
        "cap_drop": capabilities(service.get("cap_drop")),
        "mem_limit": int(limits.get("memory") or service.get("mem_limit") or 0),
        "cpus": float(limits.get("cpus") or service.get("cpus") or 0),
        "pids_limit": int(limits.get("pids") or service.get("pids_limit") or 0),
        "shm_size": 0 if shm_bytes == DEFAULT_SHM_BYTES else shm_bytes,
        "restart": _restart(service),
        "ipc": "" if service.get("ipc") == "private" else service.get("ipc") or "",
        "runtime": "" if service.get("runtime") == "runc" else service.get("runtime") or "",
        "network_mode": service.get("network_mode") or "",
        "stop_grace_period": _seconds(service.get("stop_grace_period")),
        "extra_hosts": sorted(host.replace("=", ":", 1) for host in service.get("extra_hosts") or ()),
        "sysctls": {key: str(value) for key, value in (service.get("sysctls") or {}).items()},
        "ulimits": {name: _ulimit(value) for name, value in (service.get("ulimits") or {}).items()},
        "devices": sorted(_device(device) for device in service.get("devices") or ()),
        "tmpfs": sorted(entry.split(":", 1)[0] for entry in service.get("tmpfs") or ()),
        "logging.driver": _log_driver(service.get("logging") or {}),
    }
    return found | _healthcheck(service.get("healthcheck") or {})


def _seconds(duration: str | None) -> float | None:
    return None if duration is None else seconds(duration)


def _restart(service: Mapping[str, Any]) -> str:
    """Return the restart policy: `always`, `unless-stopped`, `on-failure` or `on-failure:3`; "" for none."""
    policy = service.get("restart") or ""
    deployed = (service.get("deploy") or {}).get("restart_policy") or {}
    if not policy and deployed:
        policy = {"any": "always", "none": ""}.get(
            deployed.get("condition", ""), deployed.get("condition", "")
        )
        if policy == "on-failure" and deployed.get("max_attempts"):
            policy = f"on-failure:{deployed['max_attempts']}"
    return "" if policy == "no" else str(policy)


def _ulimit(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value.get('soft')}:{value.get('hard')}"
    return f"{value}:{value}"


def _device(device: Mapping[str, Any]) -> str:
    source = device.get("source", "")
    return f"{source}:{device.get('target') or source}:{device.get('permissions') or 'rwm'}"


def _log_driver(logging: Mapping[str, Any]) -> str:
    driver = str(logging.get("driver") or "")
    return "" if driver == "json-file" else driver


def _healthcheck(check: Mapping[str, Any]) -> dict[str, Any]:
    """Return the times of a health check, in seconds, and how often it may fail."""
    found = {
        f"healthcheck.{key}": _seconds(check.get(key))
        for key in ("interval", "timeout", "start_period", "start_interval")
    }
    disabled = bool(check.get("disable")) or check.get("test") == ["NONE"]
    return {**found, "healthcheck.retries": check.get("retries"), "healthcheck.disable": disabled}
