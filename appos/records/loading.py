"""JSON laid over a struct, as PocketBase's server loads the body of a request over a model."""

import typing
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar

import msgspec

from appos.errors import InvalidError

S = TypeVar("S", bound=msgspec.Struct)

INVALID = "Failed to load the submitted data due to invalid formatting."
_INT64 = 2**63
# What Go takes for s and k, as the cases of these letters. Source: unicode.SimpleFold.
_ALIKE = str.maketrans("\u017f\u212a", "sk")


def load(current: S, raw: object, *, message: str = INVALID) -> S:
    """Return the struct with what `raw` states; what it leaves out stays as it is.

    Names count in any case, and unknown ones do not count. A null empties lists and what may be null, and
    changes nothing else. Structs in lists are laid over those that were at their places.

    Raises:
        InvalidError: `body_invalid` with `message`; a value has another type than the struct's.
    """
    try:
        return _struct(current, raw)
    except TypeError as error:
        raise InvalidError(message, code="body_invalid") from error


def _struct(current: S, raw: object) -> S:
    if raw is None:
        return current
    if not isinstance(raw, Mapping):
        raise _unfit(raw, "an object")
    names = _names(type(current))
    changes: dict[str, Any] = {}
    for key, value in raw.items():
        found = names.get(key) or names.get(key.translate(_ALIKE).lower())
        if found is not None:
            name, kinds = found
            changes[name] = _value(kinds, changes.get(name, getattr(current, name)), value)
    return msgspec.structs.replace(current, **changes)


@cache
def _names(kind: type[msgspec.Struct]) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Return attributes and their types, by their names on the wire and by these in small letters."""
    found = {}
    for field in msgspec.structs.fields(kind):
        kinds = typing.get_args(field.type) if isinstance(field.type, UnionType) else (field.type,)
        found[field.encode_name] = found[field.encode_name.lower()] = (field.name, kinds)
    return found


def _value(kinds: tuple[Any, ...], before: Any, raw: object) -> Any:
    kind = kinds[0]
    if kind is Any:
        return raw
    if typing.get_origin(kind) is tuple:
        return _items(typing.get_args(kind)[0], before or (), raw, may_be_null=NoneType in kinds)
    if raw is None:
        return None if NoneType in kinds else before
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(before, raw)
    return _scalar(kind, raw)


def _items(kind: Any, before: tuple[Any, ...], raw: object, *, may_be_null: bool) -> tuple[Any, ...] | None:
    if raw is None:
        return None if may_be_null else ()
    if not isinstance(raw, list):
        raise _unfit(raw, "a list")
    is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    places = (*before, *(kind() if is_struct else "" for _ in raw[len(before) :]))
    return tuple(_value((kind,), place, value) for place, value in zip(places, raw, strict=False))


def _scalar(kind: Any, raw: object) -> Any:
    expected = typing.get_origin(kind) or kind
    if type(raw) is not expected:
        raise _unfit(raw, expected.__name__)
    if isinstance(raw, int) and not -_INT64 <= raw < _INT64:
        raise _unfit(raw, "an integer of 64 bits")
    return raw


def _unfit(raw: object, expected: str) -> TypeError:
    return TypeError(f"{type(raw).__name__} in place of {expected}")
