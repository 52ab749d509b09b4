"""Filling in variables, as Compose does: `$NAME`, `${NAME}`, and what may follow the name within braces.

Source: Compose Specification, "Interpolation". A `$` before anything else stands for itself.
"""

import re
from collections.abc import Mapping

import msgspec

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-?+]")
DEEPEST = 20


class Use(msgspec.Struct, frozen=True):
    """A variable that has no value where it is used; `required` where the file demands one."""

    name: str
    required: bool = False


class BadTemplateError(Exception):
    """Something after a `$` that is no variable; `part` is how it begins."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class Filled(msgspec.Struct, frozen=True):
    """A text with its variables filled in, and which of them had no value."""

    text: str
    missing: tuple[Use, ...] = ()

    def __repr__(self) -> str:
        """Leave the text out: values of variables may be secret."""
        return f"Filled(missing={self.missing!r})"


def fill(template: str, variables: Mapping[str, str]) -> Filled:
    """Fill in the variables of a text.

    Raises:
        BadTemplateError: A `${` is followed by no name, or is not closed.
    """
    filling = _Filling(variables)
    text = filling.fill(template, 0)
    return Filled(text, tuple(filling.missing))


class _Filling:
    """One text, and the variables that had no value in it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.missing: list[Use] = []

    def fill(self, template: str, depth: int) -> str:
        """Return a text with its variables filled in."""
        if depth > DEEPEST:
            raise BadTemplateError(template[:20])
        parts = []
        position = 0
        while (dollar := template.find("$", position)) >= 0:
            parts.append(template[position:dollar])
            value, position = self._value(template, dollar + 1, depth)
            parts.append(value)
        parts.append(template[position:])
        return "".join(parts)

    def _value(self, template: str, start: int, depth: int) -> tuple[str, int]:
        """Return what stands for a `$` and what follows it, and where that ends."""
        following = template[start : start + 1]
        if following == "$":
            return "$", start + 1
        if following == "{":
            end = _closing(template, start)
            if end < 0:
                raise BadTemplateError(template[start - 1 : start + 20])
            return self._braced(template[start + 1 : end], depth), end + 1
        name = _NAME.match(template, start)
        if name is None:
            return "$", start
        return self._plain(name.group()), name.end()

    def _plain(self, name: str) -> str:
        if name not in self._variables:
            self.missing.append(Use(name))
        return self._variables.get(name, "")

    def _braced(self, inside: str, depth: int) -> str:
        """Return what stands for what is within braces."""
        name = _NAME.match(inside)
        if name is None:
            raise BadTemplateError("${" + inside[:20] + "}")
        if name.end() == len(inside):
            return self._plain(inside)
        operator = _OPERATOR.match(inside, name.end())
        if operator is None:
            raise BadTemplateError("${" + inside[:20] + "}")
        return self._with_operator(name.group(), operator.group(), inside[operator.end() :], depth)

    def _with_operator(self, name: str, operator: str, rest: str, depth: int) -> str:
        value = self._variables.get(name)
        is_there = bool(value) if operator.startswith(":") else value is not None
        if operator.endswith("+"):
            return self.fill(rest, depth + 1) if is_there else ""
        if is_there:
            return value or ""
        if operator.endswith("-"):
            return self.fill(rest, depth + 1)
        self.missing.append(Use(name, required=True))
        return ""


def _closing(template: str, start: int) -> int:
    """Return where the brace at `start` is closed, -1 where it is not."""
    depth = 0
    position = start
    while position < len(template):
        if template[position] == "{" and template[position - 1] == "$":
            depth += 1
        elif template[position] == "}":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    return -1
