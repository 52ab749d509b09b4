"""Random texts that a regular expression matches.

Source: PocketBase 0.36, security.RandomStringByRegex: which operators it knows, and how often it repeats.
"""

import re
import secrets
import sys
from array import array
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from appos.records.fields.patterns import compiled

# How often PocketBase repeats what may be repeated without end; the last number of a range is never taken.
OPEN_END = 6
MOST_CHARACTERS = 100_000
MOST_DEPTH = 100
# The numbers of Go's operators that PocketBase cannot make a text of.
EMPTY_MATCH = 2
BEGIN_LINE, END_LINE, BEGIN_TEXT, END_TEXT, WORD_BOUNDARY, NO_WORD_BOUNDARY = range(7, 13)

_ANY = ((ord("A"), ord("Z")), (ord("a"), ord("z")), (ord("0"), ord("9")))
_CLASS = (
    r"(?s)\[\^?\]?(?:\[:\^?\w+:\]|\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|.)|[^\]])*\]"
    r"|\\(?:[dDsSwW]|[pP](?:\{[^}]*\}|.))"
)
# A class in which no character is beyond ASCII, as one sees at once.
_NARROW_CLASS = re.compile(r"\[[^^:\\\x80-\U0010ffff][^:\\\x80-\U0010ffff]*\]")
_REPETITIONS = {"*": (0, OPEN_END), "+": (1, OPEN_END), "?": (0, 1)}
_ASSERTIONS = {"A": BEGIN_TEXT, "z": END_TEXT, "b": WORD_BOUNDARY, "B": NO_WORD_BOUNDARY}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}

Ranges: TypeAlias = tuple[tuple[int, int], ...]
# Writes a random text behind those that were written.
Writer: TypeAlias = "Callable[[Draft], None]"


class UnsupportedPatternError(ValueError):
    """No text can be made of a regular expression; the message says which part is not understood."""


def random_text(pattern: str) -> str:
    """Return a random text that a regular expression matches, each character chosen as one chooses secrets.

    Raises:
        InvalidPatternError: it is no regular expression.
        UnsupportedPatternError: it has assertions or empty parts, or makes texts that are too long.
    """
    draft = Draft()
    _writer(pattern)(draft)
    return "".join(draft.parts)


class Draft:
    """A text while it is being written, up to a length."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._left = MOST_CHARACTERS

    def write(self, text: str) -> None:
        """Add a part."""
        self._left -= len(text)
        if self._left < 0:
            raise UnsupportedPatternError("Unsupported pattern of endless texts")
        self.parts.append(text)


class _Flags(NamedTuple):
    ignores_case: bool = False
    is_multiline: bool = False

    def changed(self, letters: str) -> "_Flags":
        """Return the flags after a group's letters, as `i-m`."""
        on, _, off = letters.partition("-")
        return _Flags(
            ignores_case=("i" in on or self.ignores_case) and "i" not in off,
            is_multiline=("m" in on or self.is_multiline) and "m" not in off,
        )


@lru_cache(maxsize=128)
def _writer(pattern: str) -> Writer:
    compiled(pattern)
    return _Parser(pattern).alternatives(_Flags(), 0)


class _Parser:
    """Reads a pattern that RE2 takes, from its beginning to its end."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def alternatives(self, flags: _Flags, depth: int) -> Writer:
        """Read what has `|` between its parts, up to the end of its group."""
        if depth > MOST_DEPTH:
            raise UnsupportedPatternError("Unsupported pattern of so many groups")
        choices: list[Writer] = []
        while not choices or self._take(r"\|"):
            parts, flags = self._sequence(flags, depth)
            choices.append(_in_turn(parts))
        return choices[0] if len(choices) == 1 else lambda draft: secrets.choice(choices)(draft)

    def _sequence(self, flags: _Flags, depth: int) -> tuple[list[Writer], _Flags]:
        parts: list[Writer] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            if changed := self._take(r"\(\?([a-zA-Z-]+)\)"):
                flags = flags.changed(changed[1])
                continue
            parts += self._atoms(flags, depth)
            if parts:
                parts[-1] = self._repeated(parts[-1])
        return parts, flags

    def _atoms(self, flags: _Flags, depth: int) -> list[Writer]:
        """Read what one repetition applies to; of a quoted text, that is its last character."""
        if quoted := self._take(r"(?s)\\Q(.*?)(?:\\E|$)"):
            return [_literal(character, flags) for character in quoted[1]]
        if opening := self._take(r"\((?:\?P?<\w+>|\?([a-zA-Z-]*):)?"):
            group = self.alternatives(flags.changed(opening[1] or ""), depth + 1)
            self._at += 1
            return [group]
        return [self._atom(flags)]

    def _atom(self, flags: _Flags) -> Writer:
        if found := self._take(_CLASS):
            return _one_of(_ranges(found[0], flags.ignores_case))
        if self._take(r"\."):
            return _one_of(_ANY)
        if found := self._take(r"[\^$]"):
            lines = (BEGIN_LINE, END_LINE) if flags.is_multiline else (BEGIN_TEXT, END_TEXT)
            return _unsupported(lines[found[0] == "$"])
        if found := self._take(r"\\([AzbB])"):
            return _unsupported(_ASSERTIONS[found[1]])
        if found := self._take(r"\\(?:x\{([\da-fA-F]+)\}|x([\da-fA-F]{2}))"):
            return _literal(chr(int(found[1] or found[2], 16)), flags)
        if found := self._take(r"\\([0-7]{1,3})"):
            return _literal(chr(int(found[1], 8)), flags)
        if found := self._take(r"\\([afnrtv])"):
            return _literal(_CONTROLS[found[1]], flags)
        found = self._take(r"(?s)\\?(.)")
        return _literal(found[1] if found else "", flags)

    def _repeated(self, part: Writer) -> Writer:
        """Read how often a part may come, if that is said."""
        found = self._take(r"(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??")
        if found is None:
            return part
        if found[1]:
            least, most = _REPETITIONS[found[1]]
        else:
            least = int(found[2])
            most = (int(found[4]) if found[4] else OPEN_END) if found[3] else least
        return _several(part, least, max(most, least))

    def _take(self, expression: str) -> re.Match[str] | None:
        """Take what is next if it is as expected."""
        found = re.compile(expression, re.ASCII).match(self._pattern, self._at)
        if found:
            self._at = found.end()
        return found


def _in_turn(parts: list[Writer]) -> Writer:
    if not parts:
        return _unsupported(EMPTY_MATCH)

    def write(draft: Draft) -> None:
        for part in parts:
            part(draft)

    return parts[0] if len(parts) == 1 else write


def _several(part: Writer, least: int, most: int) -> Writer:
    def write(draft: Draft) -> None:
        for _ in range(least + (secrets.randbelow(most - least) if most > least else 0)):
            part(draft)

    return write


def _literal(character: str, flags: _Flags) -> Writer:
    # Go keeps a letter of either case as the first of both, which is the capital.
    text = character.upper() if flags.ignores_case and len(character.upper()) == 1 else character
    return lambda draft: draft.write(text)


def _one_of(ranges: Ranges) -> Writer:
    sizes = [last - start + 1 for start, last in ranges]
    if not sizes:
        raise UnsupportedPatternError("No runes to choose from")
    ends = list(accumulate(sizes))

    def write(draft: Draft) -> None:
        number = secrets.randbelow(ends[-1])
        index = bisect_right(ends, number)
        draft.write(chr(ranges[index][1] - (ends[index] - 1 - number)))

    return write


def _unsupported(operator: int) -> Writer:
    raise UnsupportedPatternError(f"Unsupported pattern operator {operator}")


@lru_cache(maxsize=128)
def _ranges(expression: str, ignores_case: bool) -> Ranges:
    """Return the characters of a class, as RE2 finds them among all that there are."""
    pattern = compiled(f"(?{'i' if ignores_case else ''}s:{expression}+)")
    is_narrow = not ignores_case and _NARROW_CLASS.fullmatch(expression)
    parts = [range(0x80)] if is_narrow else [range(0xD800), range(0xE000, 0x110000)]
    runs = (run.group().decode() for part in parts for run in pattern.finditer(_characters(part)))
    return tuple((ord(run[0]), ord(run[-1])) for run in runs)


def _characters(codes: range) -> bytes:
    """Return the characters of these codes in UTF-8; those between the ranges are halves of others."""
    return array("I", codes).tobytes().decode(f"utf-32-{sys.byteorder[0]}e").encode()
