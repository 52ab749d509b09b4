"""The texts of CREATE INDEX that a collection keeps: taken apart, compared, and put together anew.

Source: PocketBase 0.36, "Indexes" of collections.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec

_INDEX = re.compile(
    r"create\s+(?P<unique>unique\s+)?\s*index\s*(?P<optional>if\s+not\s+exists\s+)?(?P<name>\S*)"
    r"\s+on\s+(?P<table>\S*)\s*\((?P<columns>[\s\S]*)\)(?:\s*where\s+(?P<where>[\s\S]*))?",
    re.ASCII | re.IGNORECASE,
)
_COLUMN = re.compile(
    r"^(?P<name>[\s\S]+?)(?:\s+collate\s+(?P<collate>\w+))?(?:\s+(?P<sort>asc|desc))?$",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)
_AROUND_NAMES = "`\"'[]\r\n\t\f\v "
_QUOTES = "`\"'"


class IndexColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One column of an index, or an expression in its place."""

    name: str
    collate: str = ""
    sort: str = ""

    @property
    def sql(self) -> str:
        """The column as it stands in a CREATE INDEX."""
        # What contains a space or a parenthesis is an expression, which quoting would make a name.
        name = self.name if set(self.name) & {"(", " "} else f"`{self.name}`"
        collate = f" COLLATE {self.collate}" if self.collate else ""
        return f"{name}{collate}{' ' if self.sort else ''}{self.sort}"


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """A CREATE INDEX, taken apart; the empty one stands for a text that is none."""

    name: str = ""
    table: str = ""
    columns: tuple[IndexColumn, ...] = ()
    where: str = ""
    schema: str = ""
    is_unique: bool = False
    is_optional: bool = False

    @property
    def is_valid(self) -> bool:
        """Whether it can be created."""
        return bool(self.name and self.table and self.columns)

    @property
    def sql(self) -> str:
        """The statement that creates it."""
        unique = "UNIQUE " if self.is_unique else ""
        optional = "IF NOT EXISTS " if self.is_optional else ""
        schema = f"`{self.schema}`." if self.schema else ""
        columns = ",\n  ".join(column.sql for column in self.columns)
        listed = f"\n  {columns}\n" if len(self.columns) > 1 else columns
        where = f" WHERE {self.where}" if self.where else ""
        return f"CREATE {unique}INDEX {optional}{schema}`{self.name}` ON `{self.table}` ({listed}){where}"

    def renamed(self, *, name: str | None = None, table: str | None = None) -> "Index":
        """Return the index with another name, or for another table."""
        return msgspec.structs.replace(
            self, name=self.name if name is None else name, table=self.table if table is None else table
        )

    def is_of(self, field: str) -> bool:
        """Whether it makes the values of this one field unique, were it for some rows alone."""
        return self.is_unique and [column.name.lower() for column in self.columns] == [field.lower()]


def parse_index(text: str) -> Index:
    """Take a CREATE INDEX apart; a text that is none, or whose quotes stay open, gives an invalid index."""
    found = _INDEX.search(text)
    if found is None:
        return Index()
    names, columns = _split(found["name"], "."), _split(found["columns"], ",")
    return Index(
        name=(names[-1] if len(names) <= 2 else names[0]).strip(_AROUND_NAMES) if names else "",
        schema=names[0].strip(_AROUND_NAMES) if len(names) == 2 else "",
        table=found["table"].strip(_AROUND_NAMES),
        columns=tuple(_columns(columns)),
        where=(found["where"] or "").strip(),
        is_unique=found["unique"] is not None,
        is_optional=found["optional"] is not None,
    )


def unique_index(indexes: Iterable[str], field: str) -> Index | None:
    """Return the first index that makes the values of one field unique."""
    parsed = (parse_index(text) for text in indexes)
    return next((index for index in parsed if index.is_of(field)), None)


def _columns(texts: list[str]) -> Iterator[IndexColumn]:
    for text in texts:
        found = _COLUMN.search(text)
        name = found["name"].strip(_AROUND_NAMES) if found else ""
        if found and name:
            yield IndexColumn(name=name, collate=found["collate"] or "", sort=(found["sort"] or "").upper())


def _split(text: str, separator: str) -> list[str]:
    """Split outside of quotes and parentheses into parts that are not empty; if one stays open, into none."""
    parts, depth, quote, before = [""], 0, "", ""
    for character in text:
        if before != "\\":
            if character in _QUOTES:
                quote = "" if quote == character else quote or character
            elif not quote:
                depth = max(depth + {"(": 1, ")": -1}.get(character, 0), 0)
        if character == separator and not quote and not depth:
            parts.append("")
        else:
            parts[-1] += character
        before = character
    return [] if quote or depth else [part.strip() for part in parts if part.strip()]
