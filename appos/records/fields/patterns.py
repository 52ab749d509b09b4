"""Regular expressions of users: RE2's, which match in a time that grows with the text alone.

PocketBase has those of Go, which is RE2 again; with Python's, one pattern could stop the process.
"""

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
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise InvalidPatternError(_reason(error.args[0])) from error


def _reason(reason: object) -> str:
    """Return RE2's reason, which is its words and the part of the pattern, as Go says it."""
    words, _, part = (reason.decode() if isinstance(reason, bytes) else str(reason)).partition(": ")
    return f"Error parsing regexp: {_WORDS.get(words, words)}: `{part}`"
