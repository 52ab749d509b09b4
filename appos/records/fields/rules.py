"""Rules that options and values of several types have in common.

Each takes a value and returns what is wrong with it, None if nothing is; so `or` joins rules. But for
`required`, a rule says nothing about an empty value.

Source: github.com/go-ozzo/ozzo-validation 4.3, as PocketBase 0.36 uses it.
"""

import re
from collections.abc import Collection, Mapping

from appos.records.fields.problems import REQUIRED, Problem, problem

# JavaScript's Number.MAX_SAFE_INTEGER.
MOST_SAFE_INTEGER = 2**53 - 1


def first(*problems: Problem | None) -> Problem | None:
    """Return the first problem that there is."""
    return next((found for found in problems if found is not None), None)


def stated(problems: Mapping[str, Problem | None]) -> dict[str, Problem]:
    """Return the problems that there are, by their names."""
    return {name: found for name, found in problems.items() if found is not None}


def required(value: object) -> Problem | None:
    """Demand a value that is not empty."""
    return None if value else REQUIRED


def must_be_empty(value: object) -> Problem | None:
    """Demand an empty value."""
    return problem("validation_empty", "Must be blank.") if value else None


def check_length(text: str, least: int, most: int) -> Problem | None:
    """Demand a text of `least` to `most` bytes."""
    if not text or least <= len(text.encode()) <= most:
        return None
    return problem(
        "validation_length_out_of_range",
        f"The length must be between {least} and {most}.",
        max=most,
        min=least,
    )


def check_match(text: str, pattern: re.Pattern[str]) -> Problem | None:
    """Demand a text that the pattern matches from its beginning to its end."""
    if not text or pattern.fullmatch(text):
        return None
    return problem("validation_match_invalid", "Must be in a valid format.")


def check_no_via(text: str) -> Problem | None:
    """Demand a name that cannot be taken for one of a back-relation."""
    if "_via_" not in text.lower():
        return None
    return problem("validation_found_via", 'The value cannot contain "_via_".')


def check_not_in(text: str, refused: Collection[str]) -> Problem | None:
    """Demand a text that is none of some."""
    return problem("validation_not_in_invalid", "Must not be in list.") if text in refused else None


def check_at_least(value: float, threshold: float, *, shown: str = "") -> Problem | None:
    """Demand a number that is no less than the threshold, which is `shown` as itself or otherwise."""
    if not value or value >= threshold:
        return None
    return problem(
        "validation_min_greater_equal_than_required",
        f"Must be no less than {shown or threshold}.",
        threshold=threshold,
    )


def check_at_most(value: float, threshold: float) -> Problem | None:
    """Demand a number that is no greater than the threshold."""
    if not value or value <= threshold:
        return None
    return problem(
        "validation_max_less_equal_than_required",
        f"Must be no greater than {threshold}.",
        threshold=threshold,
    )


def check_size(size: int) -> Problem | None:
    """Demand a limit, of bytes or of things, that JavaScript can hold."""
    return check_at_least(size, 0) or check_at_most(size, MOST_SAFE_INTEGER)
