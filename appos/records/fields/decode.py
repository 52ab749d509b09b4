"""The fields that a request describes.

Source: PocketBase 0.36, lists of fields, which are read as Go's encoding/json reads.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeAlias, get_args
from zlib import crc32

import msgspec

from appos.errors import InvalidError
from appos.records.fields.base import Field
from appos.records.fields.cast import as_text
from appos.records.fields.date import Moment
from appos.records.fields.dates import parse_date
from appos.records.fields.kinds import AnyField
from appos.records.fields.number import Number
from appos.records.fields.numbers import as_float, whole_as_int

# With this many fields of one type and checksum PocketBase gives up too.
MOST_NUMBERED = 1000

Reader: TypeAlias = Callable[[Any], Any]


def decode_fields(raw: object) -> tuple[AnyField, ...]:
    """Return the fields that decoded JSON describes.

    An option that is not named has its default; nothing is taken over from fields that are stored. A field
    takes the place of an earlier one of its id, or, if it was given none, of an earlier one of its name.

    Raises:
        InvalidError: `invalid_format`: it is no list of objects, or a type or an option's value is unknown.
    """
    return arrange(_decode_field(described) for described in _read(raw, list) or ())


def arrange(fields: Iterable[AnyField]) -> tuple[AnyField, ...]:
    """Return fields with ids; each takes the place of an earlier one of its id or, without one, its name."""
    arranged: list[AnyField] = []
    for field in fields:
        _add(arranged, field)
    return tuple(arranged)


def field_id(kind: str, name: str, taken: Collection[str] = ()) -> str:
    """Return the id of a field that was given none: its type and its name's checksum, numbered if taken."""
    base = f"{kind}{crc32(name.encode())}"
    numbered = (f"{base}{number}" for number in range(2, MOST_NUMBERED))
    return base if base not in taken else next((each for each in numbered if each not in taken), base)


def _add(fields: list[AnyField], field: AnyField) -> None:
    """Put a field in the place of the one that it replaces, else at the end."""
    if field.id:
        _replace(fields, field, lambda other: other.id == field.id)
        return
    earlier = next((other for other in fields if other.name == field.name and field.name), None)
    given = earlier.id if earlier else field_id(field.type, field.name, {other.id for other in fields})
    _replace(fields, msgspec.structs.replace(field, id=given), lambda other: other is earlier)


def _replace(fields: list[AnyField], field: AnyField, is_replaced: Callable[[Field], bool]) -> None:
    index = next((index for index, other in enumerate(fields) if is_replaced(other)), len(fields))
    fields[index : index + 1] = [field]


def _decode_field(raw: object) -> AnyField:
    # Go takes a name in any case, and the last value of several.
    described = {str(name).lower(): value for name, value in (_read(raw, dict) or {}).items()}
    kind = _KINDS.get(_read(described.get("type"), str) or "")
    if kind is None:
        raise _malformed()
    options = {
        option: reader(described[name])
        for name, (option, reader) in _OPTIONS[kind].items()
        if described.get(name) is not None
    }
    return kind(**options)


def _read(value: Any, expected: type) -> Any:
    """Return a value of JSON if it is of a type or null."""
    if value is None or isinstance(value, expected):
        return value
    raise _malformed()


def _read_bool(value: Any) -> bool:
    return bool(_read(value, bool))


def _read_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise _malformed()
    return value


def _read_number(value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _malformed()
    return whole_as_int(as_float(value))


def _read_text(value: Any) -> str:
    return as_text(_read(value, str))


def _read_moment(value: Any) -> str:
    return parse_date(_read_text(value))


def _read_texts(value: Any) -> tuple[str, ...]:
    return tuple(_read_text(item) for item in _read(value, list))


def _malformed() -> InvalidError:
    return InvalidError("Failed to load the submitted data due to invalid formatting.", code="invalid_format")


_READERS: Mapping[Any, Reader] = {
    bool: _read_bool,
    int: _read_int,
    str: _read_text,
    Moment: _read_moment,
    Number | None: _read_number,
    tuple[str, ...] | None: _read_texts,
}
_KINDS: Mapping[str, type[AnyField]] = {str(kind.__struct_config__.tag): kind for kind in get_args(AnyField)}
# By type: each option's name on the wire in small letters, its name in Python, and what reads its value.
_OPTIONS: Mapping[type[AnyField], Mapping[str, tuple[str, Reader]]] = {
    kind: {
        option.encode_name.lower(): (option.name, _READERS[option.type])
        for option in msgspec.structs.fields(kind)
    }
    for kind in _KINDS.values()
}
