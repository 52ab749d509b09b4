"""Keys that are unknown, misplaced or missing, and values of another form than Compose takes."""

import math
import re
from collections.abc import Iterator

import msgspec

from appos.compose.diagnosis import amounts, keys
from appos.compose.diagnosis.about import about, as_written, example
from appos.compose.diagnosis.report import Report
from appos.compose.diagnosis.variables import is_harmless
from appos.compose.diagnosis.words import did_you_mean, listed
from appos.compose.models import Place, Severity
from appos.compose.nodes import ListNode, MapNode, Moment, Node, ScalarNode, named
from appos.compose.path import Part, joined
from appos.compose.spec.forms import Either, Form, Keys, Kind, Meaning, Several, Single
from appos.compose.spec.project import PROJECT

_UNIQUE = frozenset(
    (
        *(
            "capabilities",
            "depends_on",
            "device_cgroup_rules",
            "device_ids",
            "external_links",
            "extra_hosts",
            "group_add",
        ),
        *("models", "networks", "security_opt", "volumes_from"),
    )
)
_FIX_SERVICES = (
    "Write the services under it, two spaces deeper: a name, such as `web:`, and its keys under it."
)
_CAST = (Meaning.BOOLEAN, Meaning.INTEGER, Meaning.FLOAT)


class _At(msgspec.Struct, frozen=True):
    """A value with its path and where the finding points: to its key, or to the item of a list."""

    node: Node
    parts: tuple[Part, ...]
    place: Place


def check_shape(project: MapNode, report: Report) -> None:
    """Say where a project has another form than the specification allows."""
    _Shapes(report).check(_At(project, (), project.place), PROJECT)


class _Shapes:
    """Compares values with the forms that they may take."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._visited: set[tuple[int, int]] = set()

    def check(self, at: _At, form: Form) -> None:
        """Compare a value, and all within it, with a form."""
        # What an alias repeats is one node: it is right or wrong once.
        if (id(at.node), id(form)) in self._visited:
            return
        self._visited.add((id(at.node), id(form)))
        if _is_pair(at, form):
            self._pair_in_list(at)
            return
        if isinstance(form, Either):
            fitting = next((each for each in form.forms if _fits(at.node, each)), None)
            if fitting is None:
                self._wrong_type(at, form)
                return
            form = fitting
        if not _fits(at.node, form):
            self._wrong_type(at, form)
        elif isinstance(at.node, ScalarNode) and isinstance(form, Single):
            self._check_single(at, at.node, form)
        elif isinstance(at.node, ListNode) and isinstance(form, Several):
            self._check_repeated(at, at.node)
            for number, item in enumerate(at.node.items):
                self.check(_At(item, (*at.parts, number), item.place), form.of)
        elif isinstance(at.node, MapNode) and isinstance(form, Keys):
            self._check_keys(at, at.node, form)

    def _check_repeated(self, at: _At, node: ListNode) -> None:
        """Look for items that stand twice in a list of which Compose does not drop them."""
        if at.parts[-1] not in _UNIQUE:
            return
        seen: set[object] = set()
        for number, item in enumerate(node.items):
            if not isinstance(item, ScalarNode):
                continue
            if item.value in seen:
                self._report.error(
                    "item_repeated",
                    f"{as_written(item)} stands twice in {about(at.parts)}.",
                    "Take one of them out.",
                    path=joined(*at.parts, number),
                    place=item.place,
                )
            seen.add(item.value)

    def _check_keys(self, at: _At, node: MapNode, form: Keys) -> None:
        for name, value in node.entries.items():
            inner = _At(value, (*at.parts, name), node.keys[name])
            known = form.known.get(name)
            if known is not None:
                self.check(inner, known)
            elif form.extensions and name.startswith("x-"):
                continue
            elif form.others is not None and re.search(form.names, name):
                self.check(inner, form.others)
            elif form.closed:
                keys.unknown(inner.parts, inner.place, value, form, self._report)
        for name in form.required:
            if name not in node.entries:
                self._report.error(
                    "key_missing",
                    f"In {about(at.parts)}, `{name}` is missing.",
                    f"Add `{name}: {example(form.known[name])}`.",
                    path=joined(*at.parts),
                    place=at.place,
                )

    def _check_single(self, at: _At, node: ScalarNode, form: Single) -> None:
        value = node.value
        if isinstance(value, str):
            self._check_text(at, node, value, form)
        elif isinstance(value, Moment):
            self._check_moment(at, form)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            if not math.isfinite(value):
                self._wrong_type(at, form)
            elif (form.lowest is not None and value < form.lowest) or (
                form.highest is not None and value > form.highest
            ):
                self._report.error(
                    "number_invalid",
                    f"The value of {about(at.parts)} is out of range.",
                    f"Write a number from {form.lowest} on."
                    if form.highest is None
                    else f"Write a number from {form.lowest} to {form.highest}.",
                    path=joined(*at.parts),
                    place=at.place,
                )

    def _check_moment(self, at: _At, form: Single) -> None:
        """Look at a date, which is a text to the schema and to nothing else."""
        if form.meaning is None and len(form.kinds) > 1:
            return
        self._report.error(
            "wrong_type",
            f"The value of {about(at.parts)} is read as a date.",
            "Put the value in quotes.",
            path=joined(*at.parts),
            place=at.place,
        )

    def _check_text(self, at: _At, node: ScalarNode, value: str, form: Single) -> None:
        key = at.parts[-1] if at.parts else ""
        if form.choices and value not in form.choices:
            self._report.error(
                "value_unknown",
                f"{as_written(node)} is no value that {about(at.parts)} can have.",
                did_you_mean(value, form.choices) or f"Write {listed(form.choices)}.",
                path=joined(*at.parts),
                place=at.place,
            )
        elif form.pattern and re.search(form.pattern, value) is None:
            self._check_pattern(at, node, value)
        elif form.meaning is not None and not amounts.is_right(value, form.meaning):
            self._report.error(
                amounts.CODES[form.meaning],
                f"{as_written(node)} is not {amounts.EXPECTED[form.meaning]}.",
                f"Write it like this: `{key}: {_corrected(node, value, form)}`.",
                path=joined(*at.parts),
                place=at.place,
                # Where Compose has taken it, it has left the value out: an empty one counts as none.
                if_accepted=Severity.WARNING if value else None,
            )

    def _check_pattern(self, at: _At, node: ScalarNode, value: str) -> None:
        if at.parts[-1] == "container_name":
            self._report.error(
                "container_name_invalid",
                f"{as_written(node)} is no name for a container."
                if value
                else f"The value of {about(at.parts)} is empty.",
                "Use at least two letters, digits, `_`, `.` or `-`, the first a letter or a digit; or take "
                "the line out.",
                path=joined(*at.parts),
                place=at.place,
            )
            return
        self._report.error(
            "value_unknown",
            f"{as_written(node)} is no value that {about(at.parts)} can have.",
            "Write `always`, `missing`, `never` or `build`.",
            path=joined(*at.parts),
            place=at.place,
        )

    def _pair_in_list(self, at: _At) -> None:
        """Say of an item of a list that YAML takes for a mapping, because of a space."""
        name = next(iter(at.node.entries)) if isinstance(at.node, MapNode) else ""
        fix = (
            f"Write `- {name}=…`, with `=` instead of `:`."
            if at.parts[-2] in keys.PAIRED
            else f"Write `- {name}:…` without a space after the `:`, or put the whole item in quotes."
        )
        self._report.error(
            "item_is_mapping",
            f"In {about(at.parts)}, a `:` with a space after it makes a mapping of the item.",
            fix,
            path=joined(*at.parts),
            place=at.place,
        )

    def _wrong_type(self, at: _At, form: Form) -> None:
        """Say that a value has another form than any that is allowed."""
        if keys.misplaced_under_services(at.parts, at.place, at.node, self._report):
            return
        is_null = isinstance(at.node, ScalarNode) and at.node.value is None
        if is_null and len(at.parts) == 2 and at.parts[0] == "services":
            self._report.error(
                "service_null",
                f"The service {at.parts[1]!r} is empty.",
                "Indent its keys, such as `image:`, under it by two more spaces, or take it out.",
                path=joined(*at.parts),
                place=at.place,
            )
            return
        expected = " or ".join(dict.fromkeys(_expected(form)))
        self._report.error(
            "services_not_mapping" if at.parts == ("services",) else "wrong_type",
            f"The value of {about(at.parts)} is {named(at.node)}; it has to be {expected}.",
            _fix(at, form),
            path=joined(*at.parts),
            place=at.place,
        )


def _is_pair(at: _At, form: Form) -> bool:
    """Tell whether an item of a list is a mapping only for a space after its `:`, as in `- data: /data`."""
    if not isinstance(at.node, MapNode) or not isinstance(at.parts[-1] if at.parts else "", int):
        return False
    if at.parts[0] == "include":
        return False
    known = {name for each in _forms(form) if isinstance(each, Keys) for name in each.known}
    return len(at.node.entries) == 1 and not known & at.node.entries.keys() and _fits_text(form)


def _fits_text(form: Form) -> bool:
    return any(isinstance(each, Single) and Kind.TEXT in each.kinds for each in _forms(form))


def _fits(node: Node, form: Form) -> bool:
    """Tell whether a value is of the kind that a form asks for, whatever it holds."""
    if isinstance(form, Either):
        return any(_fits(node, each) for each in form.forms)
    if isinstance(form, Several):
        return isinstance(node, ListNode)
    if isinstance(form, Keys):
        is_null = isinstance(node, ScalarNode) and node.value is None
        return isinstance(node, MapNode) or (form.nullable and is_null)
    return isinstance(node, ScalarNode) and _is_of_kind(node, form)


def _is_of_kind(node: ScalarNode, form: Single) -> bool:
    value = node.value
    if value is None:
        return Kind.NULL in form.kinds
    if isinstance(value, bool):
        return Kind.BOOLEAN in form.kinds
    if isinstance(value, Moment):
        return Kind.TEXT in form.kinds
    if isinstance(value, str):
        # Compose reads such a text before it looks at its kind, so that a variable may stand there.
        return Kind.TEXT in form.kinds or form.meaning in _CAST
    if isinstance(value, float) and not value.is_integer():
        return Kind.NUMBER in form.kinds
    return Kind.NUMBER in form.kinds or Kind.INTEGER in form.kinds


def _expected(form: Form) -> Iterator[str]:
    """Name the kinds that a form allows."""
    if isinstance(form, Either):
        for each in form.forms:
            yield from _expected(each)
    elif isinstance(form, Several):
        yield "a list"
    elif isinstance(form, Keys):
        yield "a mapping"
    else:
        yield from (
            "a text" if kind is Kind.TEXT else str(kind) for kind in form.kinds if kind is not Kind.NULL
        )


def _fix(at: _At, form: Form) -> str:
    """Say what to write instead of a value of another form."""
    key = at.parts[-1] if at.parts else ""
    if at.parts == ("services",):
        return _FIX_SERVICES
    if isinstance(at.node, ScalarNode) and at.node.value is None:
        return f"Write a value, as in `{_shown(key, form)}`, or take the line out."
    if len(at.parts) == 2 and at.parts[0] == "services":
        return f"Write `image: …` under `{key}:`, two spaces deeper."
    if isinstance(at.node, ScalarNode) and _fits_text(form):
        return _fix_scalar(at, at.node, form)
    return f"Write it like this: `{_shown(key, form)}`."


def _fix_scalar(at: _At, node: ScalarNode, form: Form) -> str:
    """Say what to write instead of a single value of another kind."""
    key = at.parts[-1] if at.parts else ""
    begin = "- " if isinstance(key, int) else f"{key}: "
    if isinstance(form, Single) and form.meaning is not None:
        value = _corrected(node, node.text, form)
        if value == node.text:
            value = f'"{value}"'
    elif is_harmless(at.parts) and "$" not in node.text:
        value = f'"{node.text}"'
    else:
        return "Put the value in quotes."
    return f"Write it like this: `{begin}{value}`."


def _corrected(node: ScalarNode, value: str, form: Single) -> str:
    """Return what was meant, most likely, or what could stand there."""
    meaning = form.meaning
    if meaning in (Meaning.DURATION, Meaning.SIZE) and "$" not in node.text:
        return amounts.corrected(value, meaning)
    return form.example or (amounts.EXAMPLES[meaning] if meaning else example(form))


def _forms(form: Form) -> tuple[Form, ...]:
    return form.forms if isinstance(form, Either) else (form,)


def _shown(key: Part, form: Form) -> str:
    return f"- {example(form)}" if isinstance(key, int) else f"{key}: {example(form)}"
