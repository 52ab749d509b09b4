"""The `.env` of an app, as a table of names and values, and written back with its comments."""

import re
from collections.abc import Mapping

from appos.compose.dotenv import parse_env
from appos.errors import InvalidError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")
_LINE_BREAK = re.compile(r"[\r\n]")


def read_env(text: str) -> dict[str, str]:
    """Return names and values, in their order; a name without a value has the empty one."""
    return {name: value or "" for name, value in parse_env(text.encode(), {}).variables.items()}


def write_env(before: str, values: Mapping[str, str]) -> str:
    """Return a text that has these values: lines whose value stays are kept as they are, comments too.

    Raises:
        InvalidError: `env_invalid`: a name is none, or a value cannot be written.
    """
    refuse_names(values)
    parsed, lines = parse_env(before.encode(), {}), before.splitlines()
    starts = sorted(parsed.lines.items(), key=lambda it: it[1])
    text, last = [], 0
    for index, (name, number) in enumerate(starts):
        following = starts[index + 1][1] if index + 1 < len(starts) else len(lines) + 1
        end = _end(lines, number, following)
        text += lines[last : number - 1]
        if name in values:
            is_same = values[name] == (parsed.variables[name] or "")
            text += lines[number - 1 : end] if is_same else [f"{name}={quoted(values[name])}"]
        last = end
    text += lines[last:]
    text += [f"{name}={quoted(value)}" for name, value in values.items() if name not in parsed.variables]
    written = "".join(f"{line}\n" for line in text)
    _refuse_unlike(written, values)
    return written


def _end(lines: list[str], number: int, following: int) -> int:
    """Return the line behind a value, which may have several: comments and blank lines are not its."""
    end = following - 1
    while end > number and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def quoted(value: str) -> str:
    """Return a value as an env file says it. Source: Compose Specification, "env_file"."""
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value and "\\" not in value and not _LINE_BREAK.search(value):
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def refuse_names(values: Mapping[str, str]) -> None:
    """Refuse what is no name of a variable, and a value that no environment can have.

    Raises:
        InvalidError: `env_invalid`.
    """
    problems = {
        f"env.{name}": {
            "code": "env_invalid",
            "message": "A name has letters, digits and `_`, and begins with no digit; no value has a NUL.",
        }
        for name, value in values.items()
        if not NAME.fullmatch(name) or "\0" in value
    }
    if problems:
        raise InvalidError("Some variables cannot be.", code="env_invalid", fields=problems)


def _refuse_unlike(written: str, values: Mapping[str, str]) -> None:
    found = read_env(written)
    wrong = [name for name, value in values.items() if found.get(name) != value]
    if wrong:
        raise InvalidError(
            f"The value of {wrong[0]} cannot be written to an env file; write it as text instead.",
            code="env_invalid",
            fields={
                f"env.{name}": {"code": "env_invalid", "message": "It cannot be written."} for name in wrong
            },
        )
