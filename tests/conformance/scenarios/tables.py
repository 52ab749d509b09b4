"""Scenarios made from lists of what is taken and what is refused."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.conformance.scenarios.steps import (
    Scenario,
    Step,
    changed,
    create,
    field,
    listed,
    made,
    update,
)


def values(
    title: str,
    options: Mapping[str, Any],
    *,
    good: Iterable[Any] = (),
    bad: Iterable[Any] = (),
    before: Iterable[Step] = (),
) -> Scenario:
    """Create records with values of one field; set the good ones anew in one record; list what was stored."""
    good, bad = list(good), list(bad)
    return Scenario(
        title,
        *before,
        made({"name": "f", **options}),
        *(create({"f": value}) for value in good),
        *(create({"f": value}, status=400) for value in bad),
        *_updates(good, bad),
        listed(sort="@rowid"),
        listed(sort="f,@rowid", fields="f"),
    )


def _updates(good: list[Any], bad: list[Any]) -> Iterable[Step]:
    if not good:
        return
    yield create({"f": good[0]}, keep={"first": "id"})
    for value in good[1:]:
        yield update("{first}", {"f": value})
    for value in bad:
        yield update("{first}", {"f": value}, status=400)


def options(
    title: str,
    kind: str,
    *,
    good: Iterable[Mapping[str, Any]] = (),
    bad: Iterable[Mapping[str, Any]] = (),
    before: Iterable[Step] = (),
) -> Scenario:
    """Create collections with options of one field, and change the field of one collection to each."""
    good, bad = list(good), list(bad)
    tried = [(choice, 200) for choice in good] + [(choice, 400) for choice in bad]
    return Scenario(
        title,
        *before,
        *(
            made(field("f", kind, **choice), name=f"{{c}}_{number}", status=status)
            for number, (choice, status) in enumerate(tried)
        ),
        made(field("f", kind, **(good[0] if good else {})), status=200),
        *(changed({"fields": [field("f", kind, **choice)]}, status=status) for choice, status in tried),
        # A change that leaves the field out removes it.
        changed({"fields": [field("g", "text")]}),
    )
