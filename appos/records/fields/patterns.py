"""Regular expressions of users: RE2's, which match in a time that grows with the text alone.

PocketBase has those of Go, which is RE2 again; with Python's, one pattern could stop the process.
"""

import re
from functools import lru_cache

import re2

from appos.records.fields.problems import Problem, problem

# From RE2's words for what is wrong with a pattern to those of Go's regexp/syntax.
_WORDS = {
    "missing ]": "missing closing ]",
    "missing )": "missing closing )",
    "trailing \\": "trailing backslash at end of expression",
    "no argument for repetition operator": "missing argument to repetition operator",
    "invalid repetition size": "invalid repeat count",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
}
# What RE2 takes and Go does not: one byte, which may be a part of a character.
_ONE_BYTE = r"\C"
_ESCAPES = re.compile(r"\\Q.*?(?:\\E|$)|\\.", re.DOTALL)
_LOOKS_BEHIND = ("(?<=", "(?<!")


class InvalidPatternError(ValueError):
    """A text is no regular expression; the message is Go's."""


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text; a text that is no pattern is found in none."""
    try:
        return compiled(pattern).search(text) is not None
    except InvalidPatternError:
        return False


def check_pattern(pattern: str) -> Problem | None:
    """Return what is wrong with a pattern, None if nothing is or there is none."""
    try:
        compiled(pattern)
    except InvalidPatternError as error:
        return problem("validation_invalid_regex", f"{error}.")
    return None


@lru_cache(maxsize=512)
def compiled(pattern: str) -> "re2._Regexp":
    """Return a pattern ready for use.

    Raises:
        InvalidPatternError: it is no regular expression.
    """
    if any(escape[0] == _ONE_BYTE for escape in _ESCAPES.finditer(pattern)):
        raise InvalidPatternError(_worded("invalid escape sequence", _ONE_BYTE))
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise InvalidPatternError(_reason(error.args[0], pattern)) from error


def _reason(reason: object, pattern: str) -> str:
    """Return RE2's reason, which is its words and a part of the pattern, as Go gives it."""
    words, _, part = (reason.decode() if isinstance(reason, bytes) else str(reason)).partition(": ")
    if part in _LOOKS_BEHIND:
        # Go reads on for the name of a group, up to the sign that would end it.
        name, end, _ = pattern[pattern.index(part) :].partition(">")
        return _worded("invalid named capture", name + end)
    return _worded(_WORDS.get(words, words), part)


def _worded(words: str, part: str) -> str:
    return f"Error parsing regexp: {words}: `{part}`"
