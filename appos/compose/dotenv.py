"""Reading env files, as Compose reads them: for which variables there are, and to fill in their values.

Source: Compose Specification, "env_file", and what Docker Compose does: `KEY=value` or `KEY: value`, `export`
before it, comments, values in single quotes as they are, those in double quotes with escapes.
"""

import re
from collections.abc import Mapping

import msgspec

from appos.compose.interpolation import BadTemplateError, fill

_LINE = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<key>[^\n=:]*?)[ \t]*(?:[=:][ \t]*|(?=\n)|$)")
_COMMENT = re.compile(r"\s+#.*")
_KEY = re.compile(r"[\w.\[\]-]*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class EnvFlaw(msgspec.Struct, frozen=True):
    """What is wrong in a line of an env file; it never holds anything of the line but a variable's name."""

    line: int
    problem: str
    variable: str = ""


class EnvFile(msgspec.Struct, frozen=True):
    """The variables of an env file in their order, the lines they stand in, and what is wrong.

    A variable is None that is named without a value.
    """

    variables: dict[str, str | None]
    lines: dict[str, int]
    flaws: list[EnvFlaw]

    def __repr__(self) -> str:
        """Leave the values out: they may be secret."""
        return f"EnvFile(variables={list(self.variables)}, flaws={self.flaws})"


def parse_env(data: bytes, outer: Mapping[str, str]) -> EnvFile:
    """Read an env file; its values may use its earlier variables, and those of `outer`, which win."""
    return _Parser(data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n"), outer).run()


def parse_raw_env(data: bytes) -> list[EnvFlaw]:
    """Return what is wrong in an env file of the format `raw`, whose values mean just what is written."""
    lines = enumerate(data.decode("utf-8-sig", errors="replace").splitlines(), 1)
    names = ((number, line.partition("=")[0]) for number, line in lines if not line.startswith("#"))
    return [EnvFlaw(number, "env_key_space") for number, name in names if re.search(r"\S\s", name)]


class _Parser:
    """Reads one file from its beginning to its end."""

    def __init__(self, text: str, outer: Mapping[str, str]) -> None:
        self._text = text
        self._outer = outer
        self._position = 0
        self._file = EnvFile({}, {}, [])

    def run(self) -> EnvFile:
        """Read all lines."""
        while self._position < len(self._text):
            self._read_line()
        return self._file

    def _read_line(self) -> None:
        start = self._position
        end = self._line_end(start)
        if not (line := self._text[start:end].strip()) or line.startswith("#"):
            self._position = end + 1
            return
        number = self._text.count("\n", 0, start) + 1
        match = _LINE.match(self._text, start)
        key = match["key"].strip() if match else ""
        self._position = match.end() if match else end + 1
        if not _KEY.fullmatch(key):
            problem = "env_key_space" if re.search(r"\s", key) else "env_key"
            self._file.flaws.append(EnvFlaw(number, problem))
            self._position = end + 1
            return
        has_value = match is not None and match.group().rstrip(" \t").endswith(("=", ":"))
        value = self._value(number, key) if has_value else self._outer.get(key)
        self._file.variables[key] = value
        self._file.lines[key] = number
        if not has_value:
            self._position = end + 1

    def _line_end(self, start: int) -> int:
        end = self._text.find("\n", start)
        return len(self._text) if end < 0 else end

    def _value(self, number: int, key: str) -> str:
        """Read a value and what is left of its line."""
        quote = self._text[self._position : self._position + 1]
        if quote in ("'", '"') and quote:
            return self._quoted(quote, number, key)
        end = self._line_end(self._position)
        raw = _COMMENT.sub("", " " + self._text[self._position : end]).strip()
        self._position = end + 1
        return self._filled(raw, number, key)

    def _quoted(self, quote: str, number: int, key: str) -> str:
        start = self._position + 1
        end = start
        while (end := self._text.find(quote, end)) >= 0 and self._text[end - 1] == "\\":
            end += 1
        if end < 0:
            self._file.flaws.append(EnvFlaw(number, "env_quote", key))
            self._position = len(self._text)
            return ""
        raw = self._text[start:end]
        self._position = self._line_end(end) + 1
        if quote == "'":
            return raw
        return self._filled(_ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), raw), number, key)

    def _filled(self, raw: str, number: int, key: str) -> str:
        """Fill in the variables of a value."""
        known = {name: value for name, value in self._file.variables.items() if value is not None}
        try:
            filled = fill(raw, {**known, **self._outer})
        except BadTemplateError:
            self._file.flaws.append(EnvFlaw(number, "env_template", key))
            return raw
        for use in filled.missing:
            problem = "env_variable_missing" if use.required else "env_variable_unset"
            self._file.flaws.append(EnvFlaw(number, problem, use.name))
        return filled.text
