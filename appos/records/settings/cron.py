"""What is wrong with a cron expression, in PocketBase's words.

    expression = macro | minute " " hour " " day-of-month " " month " " day-of-week
    segment    = part {"," part}        part = ("*" | number | number "-" number) ["/" step]

Source: PocketBase 0.36, the setting `backups.cron`.
"""

import re

MACROS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
# The least and the greatest of minute, hour, day of the month, month and day of the week (0 is Sunday).
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))

_NUMBER = re.compile("[+-]?[0-9]+")


class CronError(ValueError):
    """A text is no cron expression; the message says why."""


def check_cron(expression: str) -> None:
    """Refuse what is no cron expression.

    Raises:
        CronError: with what is wrong.
    """
    if expression in MACROS:
        return
    segments = expression.split(" ")
    if len(segments) != len(BOUNDS):
        raise CronError(
            "Invalid cron expression - must be a valid macro or to have exactly 5 space separated segments."
        )
    for segment, (least, most) in zip(segments, BOUNDS, strict=True):
        for part in segment.split(","):
            _check_part(part, least, most)


def _check_part(part: str, least: int, most: int) -> None:
    span, *steps = part.split("/")
    if len(steps) > 1:
        raise CronError("Invalid segment step format - must be in the format */n or 1-30/n.")
    step = _number(steps[0]) if steps else 1
    if not 1 <= step <= most:
        raise CronError(f"Invalid segment step boundary - the step must be between 1 and the {most}.")
    if span == "*":
        return
    numbers = span.split("-")
    if len(numbers) > 2:
        raise CronError("Invalid segment range format - the range must have 1 or 2 parts.")
    if len(numbers) == 2:
        _check_range(numbers[0], numbers[1], least, most)
    elif step != 1:
        raise CronError(
            "Invalid segement step - step > 1 could be used only with the wildcard or range format."
        )
    elif not least <= _number(span) <= most:
        raise CronError("Invalid segment value - must be between the min and max of the segment.")


def _check_range(first: str, last: str, least: int, most: int) -> None:
    start = _number(first)
    if not least <= start <= most:
        raise CronError(f"Invalid segment range minimum - must be between {least} and {most}.")
    if not start <= _number(last) <= most:
        raise CronError(f"Invalid segment range maximum - must be between {start} and {most}.")


def _number(text: str) -> int:
    """Return a number that has 64 bits, in the words of Go's strconv if it is none."""
    if not _NUMBER.fullmatch(text):
        raise CronError(f'Strconv.Atoi: parsing "{text}": invalid syntax.')
    if len(text) > 24 or not -(2**63) <= int(text) < 2**63:
        raise CronError(f'Strconv.Atoi: parsing "{text}": value out of range.')
    return int(text)
