"""AppOS's tables of the Compose Specification, held to the schema that Docker Compose carries within."""

import json
from pathlib import Path
from typing import Any

from appos.compose.spec.forms import Either, Form, Keys, Kind, Several, Single
from appos.compose.spec.project import PROJECT
from tests.conformance.compose import binary

TYPES = {
    Kind.TEXT: "string",
    Kind.NUMBER: "number",
    Kind.INTEGER: "integer",
    Kind.BOOLEAN: "boolean",
    Kind.NULL: "null",
}
ANY_NAME = (".+", "^.+$", "")

Shape = dict[str, Any]


def schema_within(program: Path) -> Shape:
    """Return the schema that stands in the bytes of Docker Compose."""
    data = program.read_bytes()
    title = data.index(b'"$id": "compose_spec.json"')
    start = data.rindex(b"{", 0, title)
    schema: Shape = json.JSONDecoder().raw_decode(data[start : start + (1 << 20)].decode(errors="replace"))[0]
    return schema


def test_the_tables_say_what_the_schema_says() -> None:
    schema = schema_within(binary())
    assert of_form(PROJECT) == of_schema(schema, schema["$defs"])


def test_a_key_that_a_table_lacks_is_seen() -> None:
    schema = schema_within(binary())
    del schema["$defs"]["service"]["properties"]["image"]
    assert of_form(PROJECT) != of_schema(schema, schema["$defs"])


def of_schema(schema: Shape, parts: Shape) -> list[Shape]:
    """Return the alternatives that a schema allows, in one order."""
    if "$ref" in schema:
        return of_schema(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "oneOf" in schema:
        return ordered([shape for each in schema["oneOf"] for shape in of_schema(each, parts)])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return ordered([_of_type(type_, schema, parts) for type_ in types])


def _of_type(type_: str, schema: Shape, parts: Shape) -> Shape:
    if type_ == "array":
        return {"type": type_, "items": of_schema(schema["items"], parts)}
    if type_ != "object":
        return single(
            type_, schema.get("enum"), schema.get("pattern"), schema.get("minimum"), schema.get("maximum")
        )
    patterns = dict(schema.get("patternProperties", {}))
    extensions = patterns.pop("^x-", None) is not None
    others = [
        {"names": "" if name in ANY_NAME else name, "form": of_schema(form, parts)}
        for name, form in patterns.items()
    ]
    # Where any name is taken by a pattern, nothing is left for other keys.
    is_closed = schema.get("additionalProperties") is False or any(each["names"] == "" for each in others)
    return mapping(
        {name: of_schema(form, parts) for name, form in schema.get("properties", {}).items()},
        others,
        schema.get("required", []),
        extensions,
        is_closed,
    )


def of_form(form: Form) -> list[Shape]:
    """Return the alternatives that a form of AppOS's tables allows, in the same order."""
    if isinstance(form, Either):
        return ordered([shape for each in form.forms for shape in of_form(each)])
    if isinstance(form, Single):
        return ordered(
            [
                single(TYPES[kind], list(form.choices), form.pattern, form.lowest, form.highest)
                for kind in form.kinds
            ]
        )
    if isinstance(form, Several):
        return [{"type": "array", "items": of_form(form.of)}]
    return _of_keys(form)


def _of_keys(form: Keys) -> list[Shape]:
    others = [] if form.others is None else [{"names": form.names, "form": of_form(form.others)}]
    known = {name: of_form(value) for name, value in form.known.items()}
    shape = mapping(known, others, list(form.required), form.extensions, form.closed)
    return ordered([shape, single("null", None, None, None, None)]) if form.nullable else [shape]


def single(
    type_: str, choices: list[str] | None, pattern: str | None, lowest: int | None, highest: int | None
) -> Shape:
    return {
        "type": type_,
        "choices": sorted(choices or []),
        "pattern": pattern or "",
        "lowest": lowest,
        "highest": highest,
    }


def mapping(
    known: Shape, others: list[Shape], required: list[str], extensions: bool, is_closed: bool
) -> Shape:
    return {
        "type": "object",
        "known": known,
        "others": others,
        "required": sorted(required),
        "extensions": extensions,
        "closed": is_closed,
    }


def ordered(shapes: list[Shape]) -> list[Shape]:
    return sorted(shapes, key=lambda shape: json.dumps(shape, sort_keys=True))
