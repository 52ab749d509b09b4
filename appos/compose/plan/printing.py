"""A plan for a person to read: a line an action, and why below it."""

import textwrap
from collections.abc import Iterator

from appos.compose.plan.actions import Action, Interruption, Kind, Plan, Reason, Target

COLUMNS = 100
TITLE_LINES = 2
_SIGNS = {
    Kind.PULL: "↓",
    Kind.BUILD: "*",
    Kind.CREATE: "+",
    Kind.RECREATE: "±",
    Kind.RESTART: "~",
    Kind.START: ">",
    Kind.REMOVE: "-",
    Kind.UNTOUCHED: "=",
}
_COUNTED = {
    Kind.PULL: "to pull",
    Kind.BUILD: "to build",
    Kind.CREATE: "to create",
    Kind.RECREATE: "to recreate",
    Kind.RESTART: "to restart",
    Kind.START: "to start",
    Kind.REMOVE: "to remove",
    Kind.UNTOUCHED: "untouched",
}


def printed(plan: Plan) -> str:
    """Return a plan as text of at most 100 columns, with a line break at its end."""
    lines = [f"Plan for {plan.project}", ""]
    for action in plan.actions:
        lines += _action(action)
    for title, notes in (("Obstacle", plan.obstacles), ("Warning", plan.warnings)):
        for note in notes:
            mended = " AppOS mends it on the way." if note.mended else ""
            lines += _wrapped(f"{title}: {note.text}{mended}", 0)
    counts = [f"{plan.count(kind)} {text}" for kind, text in _COUNTED.items() if plan.count(kind)]
    summary = ", ".join(counts) or "nothing is there, and nothing is wanted"
    # The title stands apart from what follows, and so does the sum.
    apart = [""] if len(lines) > TITLE_LINES else []
    return "\n".join([*lines, *apart, f"{summary[0].upper()}{summary[1:]}."]) + "\n"


def _action(action: Action) -> Iterator[str]:
    kind = action.kind.value if action.certain else f"{action.kind.value}, perhaps"
    sign = _SIGNS[action.kind] if action.certain else "?"
    yield from _wrapped(f"{sign} {kind} {action.target.value} {_named(action)}", 0)
    if action.kind is Kind.UNTOUCHED and action.target is not Target.SERVICE:
        return
    for reason in action.reasons:
        yield from _wrapped(_reason(reason), 1)
    if action.kind is Kind.UNTOUCHED:
        return
    for title, values in (("ports", action.ports), ("mounts", action.mounts)):
        if values:
            yield from _wrapped(f"{title}: {'; '.join(values)}", 1)
    if action.interrupts:
        yield from _wrapped(f"interrupts {', '.join(action.interrupts)}{_how_long(action.interruption)}", 1)
    for loss in action.losses:
        more = f": {loss.count}, such as {', '.join(loss.examples)}" if loss.count > 1 else ""
        only = f": {loss.examples[0]}" if loss.count == 1 and loss.examples else ""
        yield from _wrapped(f"LOST: {loss.text}{more or only}", 1)


def _named(action: Action) -> str:
    if action.resource in ("", action.name):
        return action.name
    return f"{action.name} ({action.resource})"


def _reason(reason: Reason) -> str:
    if reason.before and reason.after:
        values = f" from {reason.before} to {reason.after}"
    else:
        values = f" {reason.before or reason.after}".rstrip()
    return f"{reason.path}: {reason.text}{values}"


def _how_long(interruption: Interruption | None) -> str:
    if interruption is None:
        return ""
    sources = f" ({'; '.join(interruption.sources)})" if interruption.sources else ""
    if interruption.seconds is None:
        return f", for how long cannot be said{sources}"
    return f" for at most {interruption.seconds:g} s and what the engine itself takes{sources}"


def _wrapped(text: str, depth: int) -> list[str]:
    """Break a line at spaces; an unbroken word may be longer than a line."""
    indent = "    " * depth
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
