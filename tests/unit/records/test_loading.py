"""JSON laid over structs."""

from typing import Any

import msgspec
import pytest

from appos.errors import InvalidError
from appos.records.loading import load


class Inner(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    some_text: str = "kept"
    number: int = 7


class Outer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    inner: Inner = Inner()
    rule: str | None = "rule"
    is_on: bool = True
    names: tuple[str, ...] = ("a", "b")
    inners: tuple[Inner, ...] = (Inner(number=1), Inner(number=2))
    extra: dict[str, Any] | None = None
    anything: Any = "any"


def changed(**changes: Any) -> Outer:
    return msgspec.structs.replace(Outer(), **changes)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(None, Outer(), id="null"),
        pytest.param({}, Outer(), id="nothing"),
        pytest.param({"unknown": 1, "is_on": False}, Outer(), id="unknown-names"),
        pytest.param({"isOn": False, "rule": ""}, changed(is_on=False, rule=""), id="values"),
        pytest.param({"ISON": False, "Rule": "x"}, changed(is_on=False, rule="x"), id="names-in-any-case"),
        pytest.param({"inner": {"number": 1}}, changed(inner=Inner(number=1)), id="a-part-of-a-part"),
        pytest.param({"inner": {"number": 1}, "INNER": {"sometext": "x"}}, None, id="a-name-twice"),
        pytest.param(
            {"inner": None, "isOn": None, "anything": None}, changed(anything=None), id="null-keeps"
        ),
        pytest.param(
            {"rule": None, "names": None, "extra": None}, changed(rule=None, names=()), id="null-empties"
        ),
        pytest.param({"names": ["x", None]}, changed(names=("x", "b")), id="null-in-a-list"),
        pytest.param(
            {"inners": [{"someText": "x"}, {}, {"number": 3}]},
            changed(inners=(Inner(some_text="x", number=1), Inner(number=2), Inner(number=3))),
            id="items-at-their-places",
        ),
        pytest.param({"inners": [{}]}, changed(inners=(Inner(number=1),)), id="fewer-items"),
        pytest.param(
            {"extra": {"a": [1]}, "anything": [1]}, changed(extra={"a": [1]}, anything=[1]), id="any"
        ),
        pytest.param({"inner": {"number": -(2**63)}}, changed(inner=Inner(number=-(2**63))), id="64-bits"),
    ],
)
def test_a_struct_takes_what_is_stated(raw: object, expected: Outer | None) -> None:
    assert load(Outer(), raw) == (expected or changed(inner=Inner(some_text="x", number=1)))


@pytest.mark.parametrize(
    "raw",
    [
        [],
        1,
        "text",
        True,
        {"rule": 1},
        {"isOn": 1},
        {"isOn": "true"},
        {"inner": []},
        {"inner": {"number": "1"}},
        {"inner": {"number": 1.0}},
        {"inner": {"number": True}},
        {"inner": {"number": 2**63}},
        {"names": "a"},
        {"names": {}},
        {"names": [1]},
        {"inners": [1]},
        {"extra": []},
    ],
)
def test_a_value_of_another_type_is_refused(raw: object) -> None:
    with pytest.raises(InvalidError) as caught:
        load(Outer(), raw, message="Not so.")

    assert (caught.value.message, caught.value.code) == ("Not so.", "body_invalid")
