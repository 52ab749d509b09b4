"""The filter language, first step: text to tokens.

A group is found before what is in it is read: it ends with the parenthesis that closes it, and quotes count
for that even within comments. A NUL ends the filter; right after a name, a number, an operator, a space or a
comment it ends that and is passed over.
Source: https://pocketbase.io/docs/api-rules-and-filters/, "Filters syntax"; compared with PocketBase 0.36.2.
"""

import re
from typing import Any, NamedTuple

from appos.errors import InvalidError
from appos.store.gotext import quote, quote_character

MAX_NESTED_CALLS = 3

# A quote ends a text unless a backslash stands directly before it, even if that backslash is itself escaped.
_TEXT = r"""'(?:[^'\0]|(?<=\\)')*(?<!\\)' | "(?:[^"\0]|(?<=\\)")*(?<!\\)" """
_TOKEN = re.compile(
    rf"""
    (?P<blank>[ \t\n]+\0? | //[^\n\0]*[\n\0]?)
    | (?P<identifier>[A-Za-z_@\#][A-Za-z0-9_.:]*)
    | (?P<number>[-0-9][0-9]*(?:\.[0-9]*)?)
    | (?P<text>{_TEXT})
    | (?P<sign>[=?!<>~]+)
    | (?P<join>[&|]+)
    """,
    re.VERBOSE,
)
# Behind what PocketBase reads a whole character: the beginning, parentheses, texts and comments.
_BEGINNING = re.compile(r"(?:\A|[()'\"\0]|//[^\n]*\n)\Z")
_WITHIN_GROUP = re.compile(rf"{_TEXT} | [()'\"\0]", re.VERBOSE)
_IDENTIFIER = re.compile(r"(?:[@#_](?=.)|[A-Za-z])[A-Za-z0-9_.:]*(?<![.:])")
_NUMBER = re.compile(r"-?(?:[0-9]*\.)?[0-9]+")
_SIGN = re.compile(r"\??(?:=|!=|>=?|<=?|!?~)")
_JOINS = ("&&", "||")


class FilterError(InvalidError):
    """A filter, a rule or a sort is refused; `reason` says why in PocketBase's words."""

    default_code = "invalid_filter"

    def __init__(
        self, message: str, *, reason: str, code: str = "invalid_filter", parameter: str = "filter"
    ) -> None:
        super().__init__(message, code=code, fields={parameter: {"code": code, "message": message}})
        self.reason = reason


class Token(NamedTuple):
    """A word of a filter, from `position` to `end`, both counted in characters from 0.

    `kind` is PocketBase's: identifier, function, number, text, sign, join, group or eof. `value` is the
    content of a text, or the tokens that a function is given.
    """

    kind: str
    text: str
    position: int
    end: int
    value: Any = None


def problem(problem: str, position: int | None, advice: str, reason: str) -> FilterError:
    """Return the error for a filter that has a problem at a character (None: no one place)."""
    place = "" if position is None else f" at character {position + 1}"
    return FilterError(f"The filter has {problem}{place}. {advice}", reason=reason)


def shown(text: str) -> str:
    """Return the beginning of a text of the client's, quoted, for a message."""
    return repr(text if len(text) <= 40 else text[:40] + "…")


class Scanner:
    """Reads the tokens of one filter."""

    def __init__(self, text: str) -> None:
        self._text = text
        # Where the groups end that were come across, by where they begin.
        self._closed: dict[int, int] = {}

    def token(self, position: int, end: int) -> Token:
        """Return the next token of the part that ends at `end`, spaces and comments passed over.

        Raises:
            FilterError: `invalid_filter`; there is none.
        """
        position = self._skip(position, end)
        if position >= end or self._text[position] == "\0":
            return Token("eof", "", position, position)
        if self._text[position] == "(":
            closed = self._close(position, end)
            return Token("group", self._text[position + 1 : closed], position, closed + 1)
        return self._word(position, end, MAX_NESTED_CALLS)

    def _skip(self, position: int, end: int) -> int:
        while (found := _TOKEN.match(self._text, position, end)) and found.lastgroup == "blank":
            position = found.end()
        return position

    def _word(self, position: int, end: int, calls: int) -> Token:
        found = _TOKEN.match(self._text, position, end)
        if found is None or found.lastgroup is None:
            raise self._unexpected(position, end)
        kind, text, after = found.lastgroup, found[0], found.end()
        if kind == "text":
            return Token(kind, text, position, after, text[1:-1].replace(f"\\{text[0]}", text[0]))
        if kind == "identifier" and self._text[after:end].startswith("("):
            return self._call(text, position, end, calls)
        _check_word(kind, text, position)
        passed = after < end and self._text[after] == "\0"
        return Token(kind, text, position, after + passed)

    def _call(self, name: str, position: int, end: int, calls: int) -> Token:
        """Read a function's arguments; `calls` is how many functions may stand within each other."""
        if calls <= 0:
            reason = f"max nested function arguments reached (max: {MAX_NESTED_CALLS})"
            raise problem("too many functions within each other", position, "Use fewer.", reason)
        if not _IDENTIFIER.fullmatch(name):
            reason = f"invalid function name {quote(name)}"
            raise problem(
                f"the malformed function name {shown(name)}", position, "End it with a letter.", reason
            )
        arguments: list[Token] = []
        at, is_comma_due = position + len(name) + 1, False
        while (at := self._skip(at, end)) < end and self._text[at] not in "\0)":
            character = self._text[at]
            if is_comma_due != (character == ","):
                raise _misplaced_comma(name, at, is_due=is_comma_due)
            if is_comma_due:
                at, is_comma_due = at + 1, False
            else:
                arguments.append(self._argument(name, at, end, calls))
                at, is_comma_due = arguments[-1].end, True
        if at >= end or self._text[at] != ")":
            reason = f"invalid or incomplete function {quote(name)} (expected ')')"
            raise problem(f"the unclosed function {shown(name)}", position, "Close it with ).", reason)
        return Token("function", name, position, at + 1, tuple(arguments))

    def _argument(self, name: str, position: int, end: int, calls: int) -> Token:
        kind = _argument_kind(self._text[position])
        try:
            if kind:
                return self._word(position, end, calls - 1)
        except FilterError as error:
            found = _TOKEN.match(self._text, position, end)
            written = found[0] if found else self._text[position:end].partition("\0")[0]
            error.reason = (
                f"invalid {kind} argument {quote(written)} in function {quote(name)}: {error.reason}"
            )
            raise
        character = self._text[position]
        reason = f"unsupported argument character {quote_character(character)} in function {quote(name)}"
        if character == "/":
            reason = f"failed to scan comment in function {quote(name)}: invalid comment"
        advice = "Give a function fields, quoted texts and numbers."
        raise problem(f"the unexpected character {shown(character)}", position, advice, reason)

    def _close(self, position: int, end: int) -> int:
        """Return where the group ends that begins at `position`, and learn it of those within."""
        if position in self._closed:
            return self._closed[position]
        opened = [position]
        for found in _WITHIN_GROUP.finditer(self._text, position + 1, end):
            match found[0]:
                case "(":
                    opened.append(found.start())
                case ")":
                    self._closed[opened.pop()] = found.start()
                    if not opened:
                        return found.start()
                case "'" | '"':
                    raise self._unexpected(found.start(), end)
                case "\0":
                    break
        reason = f"invalid formatted group - missing {len(opened)} closing bracket(s)"
        raise problem("an unclosed parenthesis", opened[-1], "Close it with ).", reason)

    def _unexpected(self, position: int, end: int) -> FilterError:
        character = self._text[position]
        if character in "'\"":
            written = self._text[position:end].partition("\0")[0]
            return problem(
                f"a text without its closing {character}",
                position,
                f"Write \\{character} for a quote within it.",
                f"invalid quoted text {quote(written)}",
            )
        if character == "/":
            advice = "A comment begins with //; quote a text that contains /."
            return problem("a single /", position, advice, "invalid comment")
        if character == ")":
            return problem(
                "an unexpected ')'",
                position,
                "Remove it, or open a parenthesis before it.",
                "unexpected character ')'",
            )
        # PocketBase has lost all but one byte of the character, unless it stands behind one of these.
        is_whole = character.isascii() or _BEGINNING.search(self._text, 0, position)
        stated = character if is_whole else "\ufffd"
        return problem(
            f"the unexpected character {shown(character)}",
            position,
            "Put a text into quotes: 'text'.",
            f"unexpected character {quote_character(stated)}",
        )


def _argument_kind(character: str) -> str:
    """Return what begins with a character: identifier, number or text; "" if nothing does."""
    if character in "'\"":
        return "text"
    found = _TOKEN.match(character)
    return found.lastgroup if found and found.lastgroup in {"identifier", "number"} else ""


def _check_word(kind: str, text: str, position: int) -> None:
    if kind == "identifier" and not _IDENTIFIER.fullmatch(text):
        raise problem(
            f"the malformed name {shown(text)}",
            position,
            "End it with a letter, a digit or _.",
            f"invalid identifier {quote(text)}",
        )
    if kind == "number" and not _NUMBER.fullmatch(text):
        raise problem(
            f"the malformed number {shown(text)}",
            position,
            "Write it like 12, -3 or 0.5.",
            f"invalid number {quote(text)}",
        )
    if kind == "sign" and not _SIGN.fullmatch(text):
        raise problem(
            f"an unexpected {shown(text)}",
            position,
            "Write an operator there, one of = != > >= < <= ~ !~, or one of these after ?.",
            f"invalid sign operator {quote(text)}",
        )
    if kind == "join" and text not in _JOINS:
        raise problem(
            f"an unexpected {shown(text)}",
            position,
            "Write && or || between two comparisons.",
            f"invalid join operator {quote(text)}",
        )


def _misplaced_comma(name: str, position: int, *, is_due: bool) -> FilterError:
    if is_due:
        reason = f"expected comma after the last argument in function {quote(name)}"
        return problem("no comma between two arguments", position, "Put one there.", reason)
    reason = f"unexpected comma in function {quote(name)}"
    return problem("an unexpected comma", position, "Remove it, or write an argument before it.", reason)
