"""Models without the values that may be secret, to be kept and shown."""

import hashlib
from collections.abc import Mapping
from typing import Any

from appos.compose.veil import HIDDEN, Veil


def veiled(model: Mapping[str, Any], veil: Veil) -> dict[str, Any]:
    """Return a normalised model in which no value of an environment, a config or a secret stands."""
    found: dict[str, Any] = _over(model, veil)
    for service in _mappings(found.get("services")):
        _hide(service, "environment")
        if isinstance(service.get("build"), dict):
            _hide(service["build"], "args")
    for kind in ("configs", "secrets"):
        for part in _mappings(found.get(kind)):
            if "content" in part:
                part["content"] = HIDDEN
    return found


def fingerprint(model: Mapping[str, Any]) -> str:
    """Return what names the values of the environments of all services: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for name, service in sorted((model.get("services") or {}).items()):
        environment = service.get("environment") or {}
        digest.update(repr((name, sorted(environment.items()))).encode())
    return digest.hexdigest()[:16]


def _hide(part: dict[str, Any], key: str) -> None:
    if isinstance(part.get(key), dict):
        part[key] = dict.fromkeys(part[key], HIDDEN)


def _over(value: Any, veil: Veil) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _over(part, veil) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_over(part, veil) for part in value]
    return veil.over(value) if isinstance(value, str) else value


def _mappings(value: object) -> list[dict[str, Any]]:
    return [it for it in value.values() if isinstance(it, dict)] if isinstance(value, dict) else []
