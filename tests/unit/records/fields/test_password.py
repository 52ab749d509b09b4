"""Passwords, of which a hash is kept."""

import bcrypt
import pytest

from appos.records.fields import Password, PasswordField
from tests.unit.records.fields.parts import check, code, codes, kept, problems, shown

FIELD = PasswordField(name="f", cost=4)
SECRET = "Granite-Falcon-42"


def test_a_password_is_set_and_hashed_at_the_fields_cost() -> None:
    value = FIELD.hashed(FIELD.cast(SECRET))

    assert value.plain == SECRET
    assert value.hash.startswith("$2b$04$")
    assert bcrypt.checkpw(SECRET.encode(), value.hash.encode())


def test_the_cost_is_pocketbases_unless_the_field_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    costs: list[int] = []

    def hash_password(password: str, cost: int) -> str:
        costs.append(cost)
        return f"hash of {password}"

    monkeypatch.setattr("appos.records.fields.password.hash_password", hash_password)

    assert PasswordField().hashed(Password(plain="a")) == Password(plain="a", hash="hash of a")
    assert costs == [10]


@pytest.mark.parametrize(
    "value", [Password(), Password(hash="h"), Password(plain="a", hash="h"), Password(plain="x" * 73)]
)
def test_what_needs_no_hash_gets_none(value: Password) -> None:
    assert FIELD.hashed(value) is value


def test_the_hash_alone_is_kept_and_nothing_is_shown() -> None:
    value = FIELD.hashed(FIELD.cast(SECRET))

    assert kept(FIELD, value) == Password(hash=value.hash)
    assert shown(FIELD, value.hash) == ""


def test_neither_password_nor_hash_is_in_a_repr() -> None:
    assert repr([Password(plain=SECRET, hash="$2b$04$abc")]) == "[Password()]"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (PasswordField(), Password(), ""),
        (PasswordField(required=True), Password(), "validation_required"),
        (PasswordField(required=True, min=8), Password(hash="h"), ""),
        (PasswordField(min=3), Password(plain="éé"), "validation_min_text_constraint"),
        (PasswordField(max=3), Password(plain="éééé"), "validation_max_text_constraint"),
        (PasswordField(), Password(plain="x" * 71), ""),
        (PasswordField(), Password(plain="x" * 72), "validation_max_text_constraint"),
        (PasswordField(), Password(plain="x" * 73), "validation_invalid_value"),
        (PasswordField(), Password(plain="é" * 37), "validation_invalid_value"),
        (PasswordField(pattern=r"^\d+$"), Password(plain="a"), "validation_invalid_format"),
    ],
)
def test_a_password_is_checked(field: PasswordField, value: Password, expected: str) -> None:
    assert code(check(field, value)) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (PasswordField(name="f", min=-1), {"min": "validation_min_greater_equal_than_required"}),
        (PasswordField(name="f", max=72), {"max": "validation_max_less_equal_than_required"}),
        (PasswordField(name="f", min=8, max=7), {"max": "validation_min_greater_equal_than_required"}),
        (PasswordField(name="f", cost=3), {"cost": "validation_min_greater_equal_than_required"}),
        (PasswordField(name="f", cost=32), {"cost": "validation_max_less_equal_than_required"}),
        (PasswordField(name="f", pattern="("), {"pattern": "validation_invalid_regex"}),
        (PasswordField(name="f", min=8, max=71, cost=31), {}),
    ],
)
def test_options_are_checked(field: PasswordField, expected: dict[str, str]) -> None:
    assert codes(problems(field)) == expected
