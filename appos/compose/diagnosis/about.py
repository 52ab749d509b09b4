"""Naming things of a project in a sentence."""

from appos.compose.diagnosis.words import quoted
from appos.compose.nodes import ScalarNode
from appos.compose.path import Part
from appos.compose.spec.forms import Either, Form, Keys, Kind, Several, Single
from appos.compose.spec.project import SECTIONS


def about(parts: tuple[Part, ...]) -> str:
    """Name what a path leads to: "`ports` of the service 'web'"."""
    if not parts:
        return "the file"
    if len(parts) == 2 and parts[0] in SECTIONS:
        return f"the {SECTIONS[str(parts[0])]} {parts[1]!r}"
    *outer, last = parts
    this = f"item {last + 1}" if isinstance(last, int) else f"`{last}`"
    return f"{this} of {about(tuple(outer))}" if outer else this


def as_written(node: ScalarNode) -> str:
    """Quote a value as it is written in the file: a variable by its name."""
    return quoted(node.text)


def example(form: Form) -> str:
    """Return a value that is right."""
    if isinstance(form, Single):
        return form.example or (form.choices[0] if form.choices else _EXAMPLES[form.kinds[0]])
    if form.example:
        return form.example
    if isinstance(form, Either):
        return example(form.forms[0])
    if isinstance(form, Several):
        return f"[{example(form.of)}]"
    return _of_keys(form)


def _of_keys(form: Keys) -> str:
    names = form.required or tuple(form.known)[:1]
    if names:
        return "{" + ", ".join(f"{name}: {example(form.known[name])}" for name in names) + "}"
    return "{NAME: " + (example(form.others) if form.others is not None else "…") + "}"


_EXAMPLES = {
    Kind.TEXT: '"…"',
    Kind.NUMBER: "1",
    Kind.INTEGER: "1",
    Kind.BOOLEAN: "true",
    Kind.NULL: "null",
}
