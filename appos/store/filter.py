"""The filter language of lists: text in, a frozen tree out.

    filter      = conjunction { "||" conjunction }          && binds tighter than ||
    conjunction = term { "&&" term }
    term        = comparison | "(" filter ")"
    comparison  = operand operator operand
    operand     = identifier [":" modifier] | text | number

It is PocketBase's language, save for this. What PocketBase evaluates as something else than what was written
is refused: a half comparison before a parenthesis (`a = (b = 1)`), a NUL, a number beyond a float's range.
So are functions, and more than `MAX_DEPTH` levels of && within || within &&, which older SQLite cannot parse.
A comment may contain quotes and parentheses everywhere, and not only outside of parentheses.
Source: https://pocketbase.io/docs/api-rules-and-filters/, "Filters syntax"; compared with PocketBase 0.36.2.
"""

import math
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, TypeAlias

import msgspec

from appos.errors import InvalidError

MAX_BYTES = 3500
MAX_COMPARISONS = 200
MAX_DEPTH = 20


class Operator(StrEnum):
    """How two operands are compared."""

    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    LIKE = "~"
    NOT_LIKE = "!~"


class Join(StrEnum):
    """How the parts of a group are joined."""

    AND = "&&"
    OR = "||"


class Identifier(msgspec.Struct, frozen=True):
    """A field, a macro or one of null, true and false, with the modifier that follows its last part."""

    name: str
    modifier: str = ""

    @classmethod
    def parse(cls, text: str) -> "Identifier":
        """Split the modifier off: `a.b:lower` is the name `a.b` and the modifier `lower`."""
        path, dot, last = text.rpartition(".")
        name, _, modifier = last.partition(":")
        return cls(path + dot + name, modifier)

    def __str__(self) -> str:
        return f"{self.name}:{self.modifier}" if self.modifier else self.name


class Text(msgspec.Struct, frozen=True):
    """A quoted string, without its quotes."""

    value: str


class Number(msgspec.Struct, frozen=True):
    """A number, a float as in PocketBase."""

    value: float


Operand: TypeAlias = Identifier | Text | Number


class Comparison(msgspec.Struct, frozen=True):
    """Two operands and an operator; `any_of` is its `?` form, for fields with several values."""

    left: Operand
    operator: Operator
    right: Operand
    any_of: bool = False


class Group(msgspec.Struct, frozen=True):
    """Two or more parts, none of which is a group with the same join."""

    join: Join
    parts: tuple["Comparison | Group", ...]


Node: TypeAlias = Comparison | Group


def parse_filter(text: str) -> Node:
    """Parse a filter; an empty one is the caller's to leave out.

    Raises:
        InvalidError: `invalid_filter`; the message says what is wrong, at which character, and what to write.
    """
    _check_size(text)
    reader = _Reader(text)
    levels = [_Level()]
    while (token := reader.take()).kind != "end":
        if token.kind == "open":
            levels.append(_Level(token.position))
        elif token.kind == "close":
            _close(levels, token)
        elif levels[-1].is_complete:
            levels[-1].join_with(token)
        else:
            levels[-1].add(reader.comparison(token))
    if len(levels) > 1:
        raise _invalid("an unclosed parenthesis", levels[-1].opened_at, "Close it with ).")
    return levels[0].build(token)


def _invalid(problem: str, position: int | None, advice: str) -> InvalidError:
    # The problem completes "The filter has"; a position counts characters from 0.
    place = "" if position is None else f" at character {position + 1}"
    message = f"The filter has {problem}{place}. {advice}"
    return InvalidError(
        message, code="invalid_filter", fields={"filter": {"code": "invalid_filter", "message": message}}
    )


def shown(text: str) -> str:
    """Return the beginning of a text of the client's, quoted, for a message."""
    return repr(text if len(text) <= 40 else text[:40] + "…")


def _check_size(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise _invalid(
            "half a surrogate pair", error.start, "Send the filter as well-formed UTF-8."
        ) from error
    if size > MAX_BYTES:
        raise _invalid(f"{size} bytes", None, f"Shorten it to {MAX_BYTES} bytes of UTF-8 or fewer.")
    if "\0" in text:
        raise _invalid("a NUL character", text.index("\0"), "Remove it.")


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


# A quote ends a text unless a backslash stands directly before it, even if that backslash is itself escaped.
_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\n]+ | //[^\n]*)
    | (?P<identifier>[A-Za-z_@\#][A-Za-z0-9_.:]*)
    | (?P<number>[-0-9][0-9]*(?:\.[0-9]*)?)
    | (?P<text>'(?:[^']|(?<=\\)')*(?<!\\)' | "(?:[^"]|(?<=\\)")*(?<!\\)")
    | (?P<operator>[=?!<>~]+)
    | (?P<join>[&|]+)
    | (?P<open>\()
    | (?P<close>\))
    """,
    re.VERBOSE,
)
_IDENTIFIER = re.compile(r"[@#_]?[A-Za-z0-9_.:]*[A-Za-z0-9_]")
_NUMBER = re.compile(r"-?(?:[0-9]*\.)?[0-9]+")
_OPERATOR = re.compile(r"(\??)(=|!=|>=?|<=?|!?~)")
_OPERANDS = ("identifier", "number", "text")


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise _unexpected(text[position], position)
        if found.lastgroup != "space":
            yield _Token(found.lastgroup, found[0], position)
        position = found.end()
    yield _Token("end", "", position)


def _unexpected(character: str, position: int) -> InvalidError:
    if character in "'\"":
        return _invalid(
            f"a text without its closing {character}", position, f"Write \\{character} for a quote within it."
        )
    if character == "/":
        return _invalid("a single /", position, "A comment begins with //; quote a text that contains /.")
    return _invalid(
        f"the unexpected character {shown(character)}", position, "Put a text into quotes: 'text'."
    )


class _Reader:
    """Walks over the tokens of a filter, and counts its comparisons."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._next = 0
        self._comparisons = 0

    def take(self) -> _Token:
        """Return the next token; the last one, of kind "end", for ever."""
        token = self._tokens[min(self._next, len(self._tokens) - 1)]
        self._next += 1
        return token

    def comparison(self, first: _Token) -> Comparison:
        """Read the rest of the comparison that begins with `first`."""
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            raise _invalid(
                f"more than {MAX_COMPARISONS} comparisons", first.position, "Ask for less at a time."
            )
        left = self._operand(first, "Begin a comparison with a field, a quoted text or a number.")
        any_of, operator = _operator(self.take())
        right = self._operand(self.take(), f"Write a field, a quoted text or a number after {operator}.")
        return Comparison(left, operator, right, any_of)

    def _operand(self, token: _Token, advice: str) -> Operand:
        if token.kind not in _OPERANDS:
            raise _misplaced(token, advice)
        if token.kind == "identifier":
            following = self._tokens[self._next]
            return _identifier(token, is_call=_touches(token, following) and following.kind == "open")
        if token.kind == "number":
            return _number(token)
        quote = token.text[0]
        return Text(token.text[1:-1].replace(f"\\{quote}", quote))


def _touches(token: _Token, following: _Token) -> bool:
    return token.position + len(token.text) == following.position


def _misplaced(token: _Token, advice: str) -> InvalidError:
    problem = f"an unexpected {shown(token.text)}" if token.text else "an unexpected end"
    return _invalid(problem, token.position, advice)


def _identifier(token: _Token, *, is_call: bool) -> Identifier:
    if is_call:
        raise _invalid(
            f"the function {shown(token.text)}",
            token.position,
            "Compare fields directly; functions are not offered.",
        )
    if not _IDENTIFIER.fullmatch(token.text):
        raise _invalid(
            f"the malformed name {shown(token.text)}", token.position, "End it with a letter, a digit or _."
        )
    return Identifier.parse(token.text)


def _number(token: _Token) -> Number:
    if not _NUMBER.fullmatch(token.text):
        raise _invalid(
            f"the malformed number {shown(token.text)}", token.position, "Write it like 12, -3 or 0.5."
        )
    value = float(token.text)
    if math.isinf(value):
        raise _invalid("a number beyond the range of a float", token.position, "Write a smaller one.")
    return Number(value)


def _operator(token: _Token) -> tuple[bool, Operator]:
    found = _OPERATOR.fullmatch(token.text)
    if found is None:
        operators = " ".join(Operator)
        raise _misplaced(token, f"Write an operator there, one of {operators}, or one of these after ?.")
    return bool(found[1]), Operator(found[2])


class _Level:
    """What has been read within one pair of parentheses: parts joined by &&, in lists joined by ||."""

    def __init__(self, opened_at: int = 0) -> None:
        self.opened_at = opened_at
        self.is_complete = False
        self._join = Join.AND
        self._lists: list[list[Node]] = []

    def add(self, node: Node) -> None:
        if self._join is Join.OR or not self._lists:
            self._lists.append([])
        self._lists[-1].append(node)
        self.is_complete = True

    def join_with(self, token: _Token) -> None:
        if token.text not in list(Join):
            raise _misplaced(token, "Write && or || between two comparisons.")
        self._join = Join(token.text)
        self.is_complete = False

    def build(self, end: _Token) -> Node:
        """Return all that was read; `end` is the token that closes it."""
        if not self.is_complete:
            raise _misplaced(end, "Write a comparison before it, such as name = 'value'.")
        node = _group(Join.OR, [_group(Join.AND, parts) for parts in self._lists])
        if _depth(node) > MAX_DEPTH:
            raise _invalid(
                f"more than {MAX_DEPTH} levels of parentheses", end.position, "Write it with fewer levels."
            )
        return node


def _close(levels: list[_Level], token: _Token) -> None:
    if len(levels) == 1:
        raise _misplaced(token, "Remove it, or open a parenthesis before it.")
    node = levels.pop().build(token)
    levels[-1].add(node)


def _group(join: Join, parts: list[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Group) and part.join is join else [part])
    return flat[0] if len(flat) == 1 else Group(join, tuple(flat))


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.parts)) if isinstance(node, Group) else 0
