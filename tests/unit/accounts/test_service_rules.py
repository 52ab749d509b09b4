"""Which addresses and passwords the fields of an auth collection take."""

import pytest

from appos.accounts.service import email_problems, password_problems


@pytest.mark.parametrize("email", ["a@b.co", "first.last+tag@mail.example.com", "o'neil@example.ie"])
def test_an_address_that_people_have_is_taken(email: str) -> None:
    assert email_problems(email) == {}


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("", "validation_required"),
        ("ada", "validation_is_email"),
        ("@example.com", "validation_is_email"),
        ("ada@", "validation_is_email"),
        ("ada@localhost", "validation_is_email"),
        ("ada@@example.com", "validation_is_email"),
        ("a b@example.com", "validation_is_email"),
        ("ada@example.com\n", "validation_is_email"),
        ("ada,eve@example.com", "validation_is_email"),
        ("<ada@example.com>", "validation_is_email"),
        ("a" * 250 + "@b.co", None),
        ("a" * 251 + "@b.co", "validation_is_email"),
    ],
)
def test_a_wrong_address_is_refused(email: str, code: str | None) -> None:
    assert [problem["code"] for problem in email_problems(email).values()] == ([code] if code else [])


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "validation_required"),
        ("1234567", "validation_min_text_constraint"),
        ("12345678", None),
        ("x" * 71, None),
        ("x" * 72, "validation_max_text_constraint"),
        ("x" * 73, "validation_invalid_value"),
        ("é" * 37, "validation_invalid_value"),
    ],
)
def test_the_length_of_a_password_has_limits(password: str, code: str | None) -> None:
    assert [problem["code"] for problem in password_problems(password).values()] == ([code] if code else [])
