"""What is not YAML, explained by its usual causes: tabs, indentation, a `:`, quotes.

The parser says where it gave up, which is often a line after the cause; the lines around it tell more.
"""

import re
from collections.abc import Callable

import msgspec

from appos.compose.diagnosis.report import Report
from appos.compose.diagnosis.words import LONGEST_QUOTE, quoted
from appos.compose.models import Place, Severity
from appos.compose.parsing import Flaw, NotYamlError
from appos.compose.spec.service import SERVICE

_KEY = re.compile(r"(?P<indent>\s*)(?P<dash>(?:-\s+)*)(?P<key>[^\s:#\[{][^:#]*?)\s*:(?P<rest>\s.*|$)")
_GLUED = re.compile(r"\s*(?:-\s+)?(?P<key>[A-Za-z_][\w.-]*):(?P<value>[^\s/].*)$")
# What stands under these keys is no secret; what stands under the names of variables may be one.
_SHOWN = frozenset(SERVICE.known)
_LAX_KEY = re.compile(r"\s*(?P<key>[A-Za-z_][\w-]*)\s*$")


class Cause(msgspec.Struct, frozen=True):
    """Why a text is not YAML, and where that is."""

    code: str
    message: str
    fix: str
    line: int


class _Text:
    """The lines of a file, and where the parser saw a problem in them; lines count from 1."""

    def __init__(self, error: NotYamlError, data: bytes) -> None:
        self.lines = data.decode("utf-8", errors="replace").splitlines()
        self.problem = error.problem
        # The parser may point behind the end.
        self.line = max(1, min(error.place.line, len(self.lines)))
        self.column = error.place.column
        self.start = min(error.start.line, self.line) if error.start else self.line

    def __getitem__(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def before(self, number: int) -> int:
        """Return the last line before one that is neither empty nor a comment, 0 if there is none."""
        number -= 1
        while number > 0 and (not self[number].strip() or self[number].lstrip().startswith("#")):
            number -= 1
        return number


def explain(error: NotYamlError, data: bytes, report: Report) -> None:
    """Say why a file is not YAML."""
    if error.problem == "nested too deep" or "maximum nesting depth" in error.problem:
        report.info(
            "not_analysed",
            "The file is nested so deep that AppOS does not look into it.",
            "",
            place=error.place,
        )
        return
    text = _Text(error, data)
    cause = next(cause for look in _LOOKS if (cause := look(text)) is not None)
    place = Place(error.place.file, cause.line)
    # Where Compose reads it nevertheless, other programs do not.
    report.error(cause.code, cause.message, cause.fix, place=place, if_accepted=Severity.WARNING)


def _encoding(text: _Text) -> Cause | None:
    if "UTF-8" in text.problem or "octet" in text.problem:
        return Cause(
            "not_utf8",
            "The line has a character that is not UTF-8.",
            "Save the file as UTF-8, and write the character anew.",
            text.line,
        )
    if "control characters" in text.problem or "special characters" in text.problem:
        return Cause(
            "yaml_control_character",
            "The line has an invisible control character.",
            "Delete the character; often it comes from copying out of a terminal.",
            text.line,
        )
    return None


def _template(text: _Text) -> Cause | None:
    for number in (text.line, text.start):
        if "{{" in text[number] or "{%" in text[number]:
            return Cause(
                "yaml_template",
                "The line has `{{` or `{%`: the file is a template for another program.",
                "Fill the template in with that program first, or put the value in quotes.",
                number,
            )
    return None


def _tab(text: _Text) -> Cause | None:
    for number in (text.line, text.line - 1, text.start):
        indent = text[number][: len(text[number]) - len(text[number].lstrip())]
        if "\t" in indent:
            return Cause(
                "yaml_tab",
                "The line is indented with a tab; YAML takes spaces alone.",
                "Replace every tab at the beginning of a line by two spaces.",
                number,
            )
    return None


def _quote(text: _Text) -> Cause | None:
    if "quoted scalar" not in text.problem:
        return None
    if "escape" in text.problem:
        return Cause(
            "yaml_escape",
            "A `\\` in double quotes begins an escape, and the character after it makes none.",
            "Put the value in single quotes, or write `\\\\` for a `\\`.",
            text.line,
        )
    return Cause(
        "yaml_unclosed_quote",
        "A quote is opened here and not closed.",
        "Close the quote at the end of the value.",
        text.start,
    )


def _alias(text: _Text) -> Cause | None:
    if text.problem.startswith("map merge"):
        return Cause(
            "merge_invalid",
            "What `<<` merges is no mapping.",
            "Write an alias of a mapping after it, such as `<<: *base`.",
            text.line,
        )
    match = re.fullmatch(r"found (undefined|recursive) alias (.*)", text.problem, re.DOTALL)
    if match is None:
        return None
    name = quoted(match[2])
    if match[1] == "recursive":
        return Cause("alias_recursive", f"The alias {name} stands within itself.", "Take it out.", text.line)
    return Cause(
        "alias_undefined",
        f"`*` begins an alias, but there is no anchor {name} before it.",
        f"Put the value in quotes if it is no alias; else write `&{match[2]}` where it is defined.",
        text.line,
    )


def _reserved(text: _Text) -> Cause | None:
    """See a value that begins with a character that YAML keeps for itself."""
    line = text[text.line]
    if "alphabetic or numeric" in text.problem:
        # `*` and `&` are seen at the character behind them.
        column = max(line.rfind("*", 0, text.column), line.rfind("&", 0, text.column)) + 1
    elif "cannot start any token" in text.problem:
        column = text.column
    else:
        return None
    key = match["key"].strip() if (match := _KEY.match(line)) else ""
    value = _as_quoted(key, line[column - 1 :])
    return Cause(
        "yaml_reserved_character",
        f"A value cannot begin with {line[column - 1 : column]!r}.",
        f"Put the value in quotes: `{f'{key}: ' if key else ''}{value}`.",
        text.line,
    )


def _colon(text: _Text) -> Cause | None:
    if "mapping values are not allowed" not in text.problem:
        return None
    line = text[text.line]
    match = _KEY.match(line)
    if match is not None and text.column - 1 > match.end("key"):
        value = match["rest"].strip()
        key = match["key"].strip()
        return Cause(
            "yaml_unquoted_colon",
            "The value has a `:` with a space after it, which YAML takes for another key.",
            f"Put the value in quotes: `{key}: {_as_quoted(key, value)}`.",
            text.line,
        )
    above = text.before(text.line)
    if (glued := _GLUED.match(text[above])) is not None:
        return _missing_space(glued["key"], above)
    if (lax := _LAX_KEY.match(text[above])) is not None:
        return _missing_colon(lax["key"], above)
    return Cause(
        "yaml_indentation",
        "The line is indented deeper than the one above it, which already has a value.",
        f"Indent it like line {above}." if above else "Remove the spaces before it.",
        text.line,
    )


def _missing_colon(key: str, line: int) -> Cause:
    return Cause("yaml_missing_colon", f"After `{key}` a `:` is missing.", f"Write `{key}:`.", line)


def _missing_space(key: str, line: int) -> Cause:
    return Cause(
        "yaml_missing_space",
        f"After `{key}:` a space is missing.",
        f"Write `{key}: …`, with a space before the value.",
        line,
    )


def _no_colon(text: _Text) -> Cause | None:
    if "could not find expected ':'" not in text.problem:
        return None
    number = text.start
    if (match := _GLUED.match(text[number])) is not None:
        return _missing_space(match["key"], number)
    if (lax := _LAX_KEY.match(text[number])) is not None:
        return _missing_colon(lax["key"], number)
    return Cause(
        "yaml_missing_colon",
        "The line is no `key: value` and no item of a list.",
        "Write it as `key: value`, or begin it with `- ` if it belongs to a list.",
        number,
    )


def _flow(text: _Text) -> Cause | None:
    if "flow" not in text.problem:
        return None
    bracket = "]" if "sequence" in text.problem else "}"
    return Cause(
        "yaml_unclosed_bracket",
        f"A bracket is opened here, and what follows is neither `,` nor `{bracket}`.",
        f"Close it with `{bracket}`, and put values with special characters in quotes.",
        text.start,
    )


def _after_quote(text: _Text) -> Cause | None:
    """See a value that goes on behind its closing quote."""
    before = text[text.line][: text.column - 1].rstrip()
    if "block" not in text.problem or not before.endswith(('"', "'")):
        return None
    return Cause(
        "yaml_after_quote",
        "Something stands after the closing quote of a value.",
        "Put the whole value in one pair of quotes.",
        text.line,
    )


def _indentation(text: _Text) -> Cause | None:
    if "block" not in text.problem and "document start" not in text.problem:
        return None
    above = text.before(text.line)
    if text[text.line].lstrip().startswith("- ") and "mapping" in text.problem:
        message = "An item of a list stands here among keys."
        fix = "Indent it under the key that the list belongs to."
    else:
        message = "The indentation of the line fits no line above it."
        fix = "Indent it exactly like the other keys beside it; two spaces for each level."
    return Cause("yaml_indentation", message, fix, text.line if above else 1)


def _anything(text: _Text) -> Cause:
    return Cause(
        "yaml_invalid",
        f"The file is not YAML from here on: {text.problem}.",
        "Compare the line with the ones above it: indentation, quotes and brackets.",
        text.line,
    )


_LOOKS: tuple[Callable[[_Text], Cause | None], ...] = (
    _encoding,
    _alias,
    _tab,
    _template,
    _quote,
    _reserved,
    _colon,
    _no_colon,
    _flow,
    _after_quote,
    _indentation,
    _anything,
)


def _as_quoted(key: str, value: str) -> str:
    """Write a value in quotes, or `"…"` for one that is long or may be secret."""
    value = value.strip()
    is_shown = key in _SHOWN and len(value) <= LONGEST_QUOTE and '"' not in value
    return f'"{value}"' if is_shown else '"…"'


def explain_flaw(flaw: Flaw, report: Report) -> None:
    """Say what is wrong with a key."""
    if flaw.first is not None:
        report.error(
            "key_repeated",
            f"The key {flaw.key!r} stands twice in the same place, in line {flaw.first.line} and here.",
            "Put both together under one of them, and take the other out.",
            path=flaw.path,
            place=flaw.place,
        )
        return
    report.error(
        "key_not_text",
        f"The key {flaw.key!r} is not text."
        if flaw.key
        else "A list or a mapping stands where a key belongs.",
        f'Put it in quotes: `"{flaw.key}":`.' if flaw.key else "Write a name there, followed by `:`.",
        path=flaw.path,
        place=flaw.place,
    )
