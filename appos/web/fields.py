"""The `fields` query parameter: which parts of an answer the client wants.

Source: PocketBase 0.36, "fields" of every route. A field with the modifier `:excerpt` is answered whole.
"""

from collections.abc import Iterable
from typing import Any


def pick(data: Any, fields: str) -> Any:
    """Return what the comma-separated dotted paths name, in the order of its names; `*` is the rest."""
    return _pick(data, {path.partition(":")[0].strip() for path in fields.split(",")} - {""})


def _pick(data: Any, paths: Iterable[str]) -> Any:
    if isinstance(data, list):
        return [_pick(item, paths) for item in data]
    if not isinstance(data, dict) or not paths:
        return _sorted(data)
    picked = {}
    for name in sorted(data):
        inner = {path.partition(".")[2] for path in paths if path.partition(".")[0] == name}
        if "" in inner or (not inner and "*" in paths):
            picked[name] = _sorted(data[name])
        elif inner:
            picked[name] = _pick(data[name], inner)
    return picked


def _sorted(data: Any) -> Any:
    if isinstance(data, list):
        return [_sorted(item) for item in data]
    if isinstance(data, dict):
        return {name: _sorted(data[name]) for name in sorted(data)}
    return data
