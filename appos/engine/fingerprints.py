"""Fingerprints of what may be secret: equal values have equal ones, and they tell nothing else.

They are keyed anew in every process, so they mean nothing outside of it.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from appos.engine.models import Configuration

_KEY = secrets.token_bytes(32)


def fingerprint(value: str) -> str:
    """Return the fingerprint of a value."""
    return hashlib.blake2b(value.encode(errors="surrogateescape"), key=_KEY, digest_size=16).hexdigest()


def of_json(value: Any) -> str:
    """Return the fingerprint of a list or a mapping, "" for an empty one."""
    return fingerprint(json.dumps(value, sort_keys=True)) if value else ""


def configuration_of(
    config: Mapping[str, Any] | None, host_config: Mapping[str, Any] | None = None
) -> Configuration:
    """Read `Config` of a container or an image, and a container's `HostConfig`, as inspecting prints them.

    Source: Docker Engine API, ContainerInspect and ImageInspect.
    """
    config = config or {}
    healthcheck = dict(config.get("Healthcheck") or {})
    return Configuration(
        environment=dict(_variable(entry) for entry in config.get("Env") or ()),
        command=of_json(config.get("Cmd")),
        entrypoint=of_json(config.get("Entrypoint")),
        health_test=of_json(healthcheck.pop("Test", None)),
        healthcheck=healthcheck,
        user=config.get("User") or "",
        working_dir=config.get("WorkingDir") or "",
        hostname=config.get("Hostname") or "",
        domainname=config.get("Domainname") or "",
        stop_signal=config.get("StopSignal") or "",
        stop_timeout_seconds=config.get("StopTimeout"),
        tty=bool(config.get("Tty")),
        open_stdin=bool(config.get("OpenStdin")),
        log_options=of_json(((host_config or {}).get("LogConfig") or {}).get("Config")),
    )


def _variable(entry: str) -> tuple[str, str]:
    name, has_value, value = entry.partition("=")
    return name, fingerprint(value) if has_value else ""
