"""Options and values of fields, here and in the real PocketBase."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.conformance import field_address_cases, field_option_cases, field_value_cases
from tests.conformance.conftest import COUNTS
from tests.conformance.field_parts import Case, Ours, Outcome, Theirs
from tests.conformance.pocketbase import PocketBase

VALUES: Mapping[str, Sequence[Case]] = {**field_value_cases.BY_TYPE, **field_address_cases.BY_TYPE}


@pytest.fixture(scope="module")
def theirs(pocketbase: PocketBase) -> Theirs:
    return Theirs(pocketbase)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    opened = Ours(tmp_path_factory.mktemp("fields"))
    yield opened
    opened.close()


def compare(theirs: Mapping[str, Any], ours: Mapping[str, Any], kind: str) -> None:
    """Demand that everything is the same, and count it."""
    unlike = {name: (theirs[name], ours.get(name)) for name in theirs if theirs[name] != ours.get(name)}
    assert unlike == {}
    COUNTS[f"{kind} of fields equal to PocketBase's"] += len(theirs)


def each(call: Callable[[Any], Any], inputs: Sequence[object]) -> dict[str, Any]:
    """Return the answers by what was asked."""
    return {repr(asked): call(asked) for asked in inputs}


@pytest.mark.parametrize("kind", field_option_cases.BY_TYPE)
def test_options_are_taken_and_refused_alike(kind: str, theirs: Theirs, ours: Ours) -> None:
    fields = [{"name": "f", "type": kind, **options} for options in field_option_cases.BY_TYPE[kind]]

    compare(each(theirs.check_options, fields), each(ours.check_options, fields), "options")


def test_names_and_ids_of_fields_are_taken_and_refused_alike(theirs: Theirs, ours: Ours) -> None:
    fields = [{"name": "f", "type": "bool", **options} for options in field_option_cases.COMMON]

    compare(each(theirs.check_options, fields), each(ours.check_options, fields), "options")


def test_what_is_no_list_of_fields_is_refused_alike(theirs: Theirs, ours: Ours) -> None:
    lists = field_option_cases.MALFORMED

    compare(each(theirs.read, lists), each(ours.read, lists), "lists")


def test_fields_take_the_place_of_others_alike(theirs: Theirs, ours: Ours) -> None:
    lists = field_option_cases.LISTS

    compare(each(theirs.read, lists), each(ours.read, lists), "lists")


@pytest.mark.parametrize("kind", VALUES)
def test_values_are_cast_checked_stored_and_shown_alike(kind: str, theirs: Theirs, ours: Ours) -> None:
    cases = {f"f{index}": case for index, case in enumerate(VALUES[kind])}
    found, made = theirs.save(cases), ours.save(cases)
    if kind == "password":
        found, made = _without_salt(found), _without_salt(made)

    compare({f"{name} {cases[name]}": found[name] for name in cases}, _renamed(made, cases), "values")


def _renamed(outcomes: Mapping[str, Outcome], cases: Mapping[str, Case]) -> dict[str, Outcome]:
    return {f"{name} {cases[name]}": outcome for name, outcome in outcomes.items()}


def _without_salt(outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """Return the outcomes with what is the same of hashes: how long they are, and their cost."""
    return {
        name: outcome._replace(stored=(len(outcome.stored), outcome.stored[4:8]) if outcome.stored else None)
        for name, outcome in outcomes.items()
    }
