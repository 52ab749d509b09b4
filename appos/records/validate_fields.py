"""What is wrong with the fields of a collection."""

from collections.abc import Mapping

from appos.records.fields import (
    BoolField,
    EmailField,
    Field,
    Lookup,
    OptionsContext,
    PasswordField,
    Problem,
    TextField,
)
from appos.records.fields.problems import REQUIRED, problem
from appos.records.fields.rules import first
from appos.records.models import Collection, CollectionType

# What requests of auth collections carry beside the fields.
RESERVED_NAMES = ("passwordConfirm", "oldPassword")
_MUST_BE_SYSTEM = problem("validation_must_be_system", 'The field must be marked as "System".')
_MUST_BE_HIDDEN = problem(
    "validation_must_be_system_and_hidden", 'The field must be marked as "System" and "Hidden".'
)


def field_problems(new: Collection, original: Collection | None, lookup: Lookup) -> Problem | None:
    """Return what is wrong with the fields: with all of them, or by their places; the first kind of it."""
    if new.type == CollectionType.VIEW:
        # They would come of its query.
        return REQUIRED
    return first(
        _duplicate_problem(new),
        _missing_problem(new),
        _system_problem(new, original),
        _type_problems(new, original),
        _reserved_problems(new),
        _option_problems(new, original, lookup),
    )


def _duplicate_problem(new: Collection) -> Problem | None:
    ids: set[str] = set()
    names: set[str] = set()
    for place, field in enumerate(new.fields):
        if field.id in ids:
            message = f'Duplicated or invalid field id "{field.id}".'
            return {str(place): {"id": problem("validation_duplicated_field_id", message)}}
        if field.name.lower() in names:
            message = f"Duplicated or invalid field name {field.name}."
            found = problem("validation_duplicated_field_name", message, fieldName=field.name)
            return {str(place): {"name": found}}
        ids.add(field.id)
        names.add(field.name.lower())
    return None


def _missing_problem(new: Collection) -> Problem | None:
    """Demand the primary key, and the fields of accounts."""
    if not new.fields:
        return REQUIRED
    key = new.field("id")
    if not isinstance(key, TextField) or not key.primary_key:
        return problem("validation_missing_primary_key", 'Missing or invalid "id" PK field.')
    return _missing_auth_problem(new) if new.type == CollectionType.AUTH else None


def _missing_auth_problem(new: Collection) -> Problem | None:
    for name, kind, is_hidden in _AUTH_FIELDS:
        field = new.field(name)
        if not isinstance(field, kind):
            return problem(f"validation_missing_{name}_field", f'System "{name}" field is required.')
        if not field.system or (is_hidden and not field.hidden):
            return {name: _MUST_BE_HIDDEN if is_hidden else _MUST_BE_SYSTEM}
    return None


_AUTH_FIELDS: tuple[tuple[str, type[Field], bool], ...] = (
    ("password", PasswordField, True),
    ("tokenKey", TextField, True),
    ("email", EmailField, False),
    ("emailVisibility", BoolField, False),
    ("verified", BoolField, False),
)


def _system_problem(new: Collection, original: Collection | None) -> Problem | None:
    for before in original.fields if original else ():
        field = new.by_id.get(before.id)
        if before.system and (field is None or field.name != before.name):
            return problem("validation_system_field_change", "System fields cannot be deleted or renamed.")
    return None


def _type_problems(new: Collection, original: Collection | None) -> Problem | None:
    before: Mapping[str, Field] = original.by_id if original else {}
    found = {
        str(place): problem("validation_field_type_change", "Field type cannot be changed.")
        for place, field in enumerate(new.fields)
        if field.id in before and before[field.id].type != field.type
    }
    return found or None


def _reserved_problems(new: Collection) -> Problem | None:
    if new.type != CollectionType.AUTH:
        return None
    reserved = problem("validation_reserved_field_name", "The field name is reserved and cannot be used.")
    found = {
        str(place): {"name": reserved}
        for place, field in enumerate(new.fields)
        if field.name in RESERVED_NAMES
    }
    return found or None


def _option_problems(new: Collection, original: Collection | None, lookup: Lookup) -> Problem | None:
    context = OptionsContext(collection=new, original=original, lookup=lookup)
    found = {str(place): field.check_options(context) for place, field in enumerate(new.fields)}
    return {place: problems for place, problems in found.items() if problems} or None
