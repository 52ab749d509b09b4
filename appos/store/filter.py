"""The filter language of lists and rules: text in, a frozen tree out.

    filter      = conjunction { "||" conjunction }          && binds tighter than ||
    conjunction = term { "&&" term }
    term        = comparison | "(" filter ")"
    comparison  = operand operator operand
    operand     = identifier [":" modifier] | text | number | function "(" [ operand { "," operand } ] ")"

It is PocketBase's language, with its oddities: a parenthesis takes the place of the half comparison before it
(`a = (b = 1)` is `b = 1`), and a number beyond a float's range is 0.
Source: https://pocketbase.io/docs/api-rules-and-filters/, "Filters syntax"; compared with PocketBase 0.36.2.
"""

import math
from collections.abc import Iterator
from enum import StrEnum, auto
from functools import lru_cache
from typing import TypeAlias

import msgspec

from appos.store.gotext import quote
from appos.store.scan import FilterError, Scanner, Token, problem, shown

MAX_BYTES = 3500
MAX_COMPARISONS = 200
# How many filters are kept parsed.
MOST_PARSED = 500


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
        return cls(path + dot + name, modifier) if modifier else cls(text)

    def __str__(self) -> str:
        return f"{self.name}:{self.modifier}" if self.modifier else self.name


class Text(msgspec.Struct, frozen=True):
    """A quoted string, without its quotes."""

    value: str


class Number(msgspec.Struct, frozen=True):
    """A number, a float as in PocketBase."""

    value: float


class Call(msgspec.Struct, frozen=True):
    """A function with what it is given."""

    name: str
    arguments: tuple["Operand", ...] = ()


Operand: TypeAlias = Identifier | Text | Number | Call


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


def parse_filter(text: str, *, max_bytes: int | None = MAX_BYTES) -> Node:
    """Parse a filter; an empty one is the caller's to leave out. `max_bytes` None: any length, as of rules.

    Raises:
        FilterError: `invalid_filter`; the message says what is wrong, at which character, and what to write.
    """
    _check_size(text, max_bytes)
    return _parse(text)


def identifiers(part: Node | Operand) -> Iterator[Identifier]:
    """Return every name in a parsed filter, with its modifier."""
    match part:
        case Identifier():
            yield part
        case Comparison(left, _, right):
            yield from identifiers(left)
            yield from identifiers(right)
        case Group(_, inner) | Call(_, inner):
            for each in inner:
                yield from identifiers(each)


def _check_size(text: str, max_bytes: int | None) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        advice = "Send the filter as well-formed UTF-8."
        raise problem("half a surrogate pair", error.start, advice, "invalid UTF-8") from error
    if max_bytes is not None and size > max_bytes:
        advice = f"Shorten it to {max_bytes} bytes of UTF-8 or fewer."
        raise problem(f"{size} bytes", None, advice, "max filter length limit reached")


@lru_cache(maxsize=MOST_PARSED)
def _parse(text: str) -> Node:
    scanner = Scanner(text)
    levels = [_Level(len(text))]
    position = comparisons = 0
    while True:
        token = scanner.token(position, levels[-1].end)
        position = token.end
        if token.kind == "group":
            levels.append(_Level(token.end - 1))
            position = token.position + 1
        elif token.kind != "eof":
            comparisons += levels[-1].take(token)
            if comparisons > MAX_COMPARISONS:
                raise _too_many(token)
        elif len(levels) == 1:
            return levels[0].build(token)
        else:
            node = levels[-1].build(token)
            position = levels.pop().end + 1
            levels[-1].add(node)


def _too_many(token: Token) -> FilterError:
    reason = "max filter expressions limit reached"
    problem_ = f"more than {MAX_COMPARISONS} comparisons"
    return problem(problem_, token.position, "Ask for less at a time.", reason)


class _Step(StrEnum):
    """What is to come next."""

    LEFT = auto()
    OPERATOR = auto()
    RIGHT = auto()
    JOIN = auto()


_EXPECTED = {
    _Step.LEFT: "expected left operand (identifier, function, text or number), got",
    _Step.OPERATOR: "expected a sign operator, got",
    _Step.RIGHT: "expected right operand (identifier, function text or number), got",
    _Step.JOIN: "expected && or ||, got",
}


class _Level:
    """What is within one pair of parentheses, or the whole: parts joined by &&, in lists joined by ||."""

    def __init__(self, end: int) -> None:
        self.end = end
        self._step = _Step.LEFT
        self._join = Join.AND
        self._lists: list[list[Node]] = []
        self._left: Operand | None = None
        self._sign = ""

    def add(self, node: Node) -> None:
        """Add a part; a half comparison before it is forgotten."""
        if self._join is Join.OR or not self._lists:
            self._lists.append([])
        self._lists[-1].append(node)
        self._step = _Step.JOIN

    def take(self, token: Token) -> bool:
        """Read the next token, and tell whether it completed a comparison."""
        match self._step, token.kind:
            case _Step.LEFT, "identifier" | "function" | "number" | "text":
                self._left, self._step = _operand(token), _Step.OPERATOR
            case _Step.OPERATOR, "sign":
                self._sign, self._step = token.text, _Step.RIGHT
            case _Step.RIGHT, "identifier" | "function" | "number" | "text" if self._left is not None:
                operator = Operator(self._sign.removeprefix("?"))
                self.add(Comparison(self._left, operator, _operand(token), self._sign.startswith("?")))
                return True
            case _Step.JOIN, "join":
                self._join, self._step = Join(token.text), _Step.LEFT
            case _:
                raise self._misplaced(token)
        return False

    def build(self, end: Token) -> Node:
        """Return all that was read."""
        if self._step is not _Step.JOIN:
            raise self._misplaced(end)
        return _group(Join.OR, [_group(Join.AND, parts) for parts in self._lists])

    def _misplaced(self, token: Token) -> FilterError:
        return problem(
            f"an unexpected {shown(token.text)}" if token.text else "an unexpected end",
            token.position,
            self._advice(token),
            self._reason(token),
        )

    def _advice(self, token: Token) -> str:
        match self._step:
            case _Step.OPERATOR:
                operators = " ".join(Operator)
                return f"Write an operator there, one of {operators}, or one of these after ?."
            case _Step.RIGHT:
                return f"Write a field, a quoted text or a number after {self._sign}."
            case _Step.JOIN:
                return "Write && or || between two comparisons."
        if token.kind == "eof":
            return "Write a comparison before it, such as name = 'value'."
        return "Begin a comparison with a field, a quoted text or a number."

    def _reason(self, token: Token) -> str:
        if token.kind != "eof":
            literal = token.value if token.kind == "text" else token.text
            return f"{_EXPECTED[self._step]} {quote(literal)} ({token.kind})"
        is_empty = self._left is None and not self._lists
        return "empty filter expression" if is_empty else "invalid or incomplete filter expression"


def _operand(token: Token) -> Operand:
    match token.kind:
        case "text":
            return Text(token.value)
        case "number":
            value = float(token.text)
            return Number(0.0 if math.isinf(value) else value)
        case "function":
            return Call(token.text, tuple(map(_operand, token.value)))
    return Identifier.parse(token.text)


def _group(join: Join, parts: list[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Group) and part.join is join else [part])
    return flat[0] if len(flat) == 1 else Group(join, tuple(flat))
