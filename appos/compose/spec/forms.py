"""The forms that a value may take, as plain data.

Source: Compose Specification. A test holds the tables made of these to the schema within Compose itself.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """A kind of single value."""

    TEXT = "text"
    NUMBER = "a number"
    INTEGER = "a whole number"
    BOOLEAN = "true or false"
    NULL = "empty"


class Meaning(StrEnum):
    """What a text has to be read as, beyond being text."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DURATION = "duration"
    SIZE = "size"


class Single(msgspec.Struct, frozen=True):
    """A single value of one of the kinds.

    `pattern` is found somewhere in it; `example` is a value that is right, as it is written in a file.
    """

    kinds: tuple[Kind, ...]
    choices: tuple[str, ...] = ()
    pattern: str = ""
    lowest: int | None = None
    highest: int | None = None
    meaning: Meaning | None = None
    example: str = ""


class Several(msgspec.Struct, frozen=True):
    """A list."""

    of: "Form"
    example: str = ""


class Keys(msgspec.Struct, frozen=True):
    """A mapping: its known keys, and what the others hold, whose names contain `names`.

    With `extensions`, keys that begin with `x-` hold anything; so does any other where it is not `closed`. A
    `nullable` one may be left empty.
    """

    known: Mapping[str, "Form"] = {}
    others: "Form | None" = None
    names: str = ""
    required: tuple[str, ...] = ()
    extensions: bool = True
    closed: bool = True
    nullable: bool = False
    example: str = ""


class Either(msgspec.Struct, frozen=True):
    """One of several forms."""

    forms: tuple["Form", ...]
    example: str = ""


Form = Single | Several | Keys | Either

NAMES = r"^[a-zA-Z0-9._-]+$"

TEXT = Single((Kind.TEXT,))
NULL = Single((Kind.NULL,))
BOOLEAN = Single((Kind.BOOLEAN, Kind.TEXT), meaning=Meaning.BOOLEAN, example="true")
# A few keys take no text, so that a variable alone cannot stand for them.
STRICT_BOOLEAN = Single((Kind.BOOLEAN,), example="true")
INTEGER = Single((Kind.INTEGER, Kind.TEXT), meaning=Meaning.INTEGER, example="2")
INTEGER_LIKE = Single((Kind.NUMBER, Kind.TEXT), meaning=Meaning.INTEGER, example="2")
FLOAT = Single((Kind.NUMBER, Kind.TEXT), meaning=Meaning.FLOAT, example="0.5")
NUMBER_OR_TEXT = Single((Kind.NUMBER, Kind.TEXT))
INTEGER_OR_TEXT = Single((Kind.INTEGER, Kind.TEXT))
BOOLEAN_OR_TEXT = Single((Kind.BOOLEAN, Kind.TEXT))
# It takes a text that reads as one, though, where Compose reads it beforehand.
READ_BOOLEAN = Single((Kind.BOOLEAN,), meaning=Meaning.BOOLEAN, example="true")
STRICT_NUMBER = Single((Kind.NUMBER,), example="10")
DURATION = Single((Kind.TEXT,), meaning=Meaning.DURATION, example="1m30s")
SIZE = Single((Kind.NUMBER, Kind.TEXT), meaning=Meaning.SIZE, example="512m")
TEXT_SIZE = Single((Kind.TEXT,), meaning=Meaning.SIZE, example="512m")

TEXTS = Several(TEXT)
TEXT_OR_TEXTS = Either((TEXT, TEXTS))
NUMBERS_OR_TEXTS = Several(NUMBER_OR_TEXT)
COMMAND = Either((NULL, TEXT, TEXTS), example='["sleep", "60"]')
PAIRS = Either(
    (
        Keys(others=Single((Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.NULL)), extensions=False),
        TEXTS,
    )
)
OPTIONS = Keys(others=NUMBER_OR_TEXT, extensions=False)
