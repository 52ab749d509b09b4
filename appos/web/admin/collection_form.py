"""The form of a collection: its inputs, generated from the options, and the document that they make."""

import re
import typing
from collections.abc import Mapping
from typing import Any

import msgspec
from werkzeug.datastructures import MultiDict

from appos.records.fields import AnyField, Field

Document = dict[str, Any]
Form = MultiDict[str, str]

KINDS: dict[str, type[Field]] = {str(kind.__struct_config__.tag): kind for kind in typing.get_args(AnyField)}
RULES = {
    "listRule": "List and search",
    "viewRule": "View one",
    "createRule": "Create",
    "updateRule": "Update",
    "deleteRule": "Delete",
}
AUTH_RULES = {"authRule": "Sign in", "manageRule": "Manage accounts"}
READING_RULES = {key: RULES[key] for key in ("listRule", "viewRule")}
TOKENS = ("authToken", "passwordResetToken", "emailChangeToken", "verificationToken", "fileToken")
TEMPLATES = ("verificationTemplate", "resetPasswordTemplate", "confirmEmailChangeTemplate")
# The options of an auth collection by their paths, each with the kind of its input.
AUTH_OPTIONS: dict[str, str] = {
    "passwordAuth.enabled": "bool",
    "passwordAuth.identityFields": "lines",
    **{f"{token}.duration": "int" for token in TOKENS},
    **{
        f"{name}.{part}": kind for name in TEMPLATES for part, kind in (("subject", "text"), ("body", "area"))
    },
    "authAlert.enabled": "bool",
    "authAlert.emailTemplate.subject": "text",
    "authAlert.emailTemplate.body": "area",
}
_UPPER = re.compile(r"(?<=[a-z])(?=[A-Z])|\.")


class Option(msgspec.Struct, frozen=True):
    """One option of a type of field: its name on the wire, and the kind of its input."""

    name: str
    kind: str

    @property
    def label(self) -> str:
        """The name in words."""
        return words(self.name)


def words(name: str) -> str:
    """Return a name such as `maxSelect` in words."""
    return _UPPER.sub(" ", name).capitalize()


def options_of(kind: str) -> list[Option]:
    """Return the options of a type of field, those that every type has first."""
    found = [
        Option(option.encode_name, _input_kind(option.type))
        for option in msgspec.structs.fields(KINDS[kind])
        if option.name not in ("id", "name", "system")
    ]
    return sorted(found, key=lambda option: option.kind == "bool")


def _input_kind(annotation: Any) -> str:
    if annotation is bool:
        return "bool"
    if annotation is int:
        return "int"
    parts = typing.get_args(annotation)
    if float in parts:
        return "number"
    return "lines" if any(typing.get_origin(part) is tuple for part in parts) else "text"


def new_field(kind: str) -> Document:
    """Return a field of a type as it is added: without a name and with the type's own values."""
    shown: Document = msgspec.json.decode(msgspec.json.encode(KINDS[kind]()))
    return shown | ({"maxSelect": 1} if kind in ("select", "file", "relation") else {})


def value_at(source: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path, None where there is none."""
    found: Any = source
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def read(form: Form, before: Document) -> Document:
    """Return the document that a form makes of the one that it showed."""
    made = before | {"name": form.get("name", "").strip(), "type": form.get("type", before["type"])}
    made["indexes"] = lines(form.get("indexes", ""))
    stored = {field.get("id", ""): field for field in before["fields"]}
    made["fields"] = [_read_field(form, number, stored) for number in form.getlist("field")]
    is_auth = made["type"] == "auth"
    made |= read_rules(form, RULES | AUTH_RULES if is_auth else RULES)
    return made | _read_auth(form) if is_auth and "auth-shown" in form else made


def read_rules(form: Form, rules: Mapping[str, str]) -> Document:
    """Return the rules: None for superusers alone, else the filter."""
    given = (name for name in rules if f"{name}-shown" in form)
    return {name: None if f"{name}-locked" in form else form.get(name, "").strip() for name in given}


def arrange(fields: list[Document], command: str, new_type: str) -> list[Document]:
    """Return the fields after `add`, or after `up`, `down` or `remove` with a place, as in `up:2`."""
    verb, _, place = command.partition(":")
    if verb == "add":
        return [*fields, new_field(new_type)] if new_type in KINDS else fields
    if not place.isdecimal() or int(place) >= len(fields):
        return fields
    number, rest = int(place), list(fields)
    taken = rest.pop(number)
    if verb == "remove":
        return rest
    rest.insert(max(number - 1, 0) if verb == "up" else number + 1, taken)
    return rest


def lines(text: str) -> list[str]:
    """Return the lines of a text that are not blank."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _read_field(form: Form, number: str, stored: Mapping[str, Document]) -> Document:
    part = f"fields-{number}-"
    kind = form.get(f"{part}type", "")
    read_ = {name: form.get(part + name, "").strip() for name in ("id", "name", "type")}
    made: Document = {name: value for name, value in read_.items() if name != "id" or value}
    made["system"] = form.get(f"{part}system") == "true"
    for option in options_of(kind) if kind in KINDS else []:
        value = _value(form, part + option.name, option.kind)
        # An empty box shows a list without items and none at all alike; what was none stays none.
        is_none = value == [] and stored.get(read_["id"], {}).get(option.name) is None
        made[option.name] = None if is_none else value
    return made


def _read_auth(form: Form) -> Document:
    made: Document = {}
    for path, kind in AUTH_OPTIONS.items():
        *parents, name = path.split(".")
        place = made
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = _value(form, path, kind)
    return made


def _value(form: Form, name: str, kind: str) -> Any:
    """Return what an input holds; a number that is none stays a text, for the service to refuse."""
    if kind == "bool":
        return name in form
    text = form.get(name, "").replace("\r\n", "\n")
    if kind == "lines":
        return lines(text)
    if kind in ("text", "area"):
        return text
    if not text.strip():
        return 0 if kind == "int" else None
    try:
        return msgspec.json.decode(text.strip(), type=int if kind == "int" else int | float)
    except msgspec.DecodeError:
        return text
