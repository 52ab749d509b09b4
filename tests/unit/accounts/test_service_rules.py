"""Which addresses and passwords the fields of an auth collection take."""

import msgspec
import pytest

from appos.accounts.service import email_problems, hash_for, password_problems
from appos.audit.models import SYSTEM
from appos.errors import InvalidError
from appos.records.fields import PasswordField
from appos.records.models import Collection
from appos.services import Services


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
def test_the_length_of_a_password_has_limits(services: Services, password: str, code: str | None) -> None:
    problems = password_problems(services.collections.auth("users"), password)

    assert [problem["code"] for problem in problems.values()] == ([code] if code else [])


def strict(services: Services) -> Collection:
    """The superusers, with a password field that is stricter than at first."""
    superusers = services.collections.auth("_superusers")
    fields = tuple(
        msgspec.structs.replace(field, min=20, max=30, pattern="^[a-zA-Z-]+$", cost=5)
        if isinstance(field, PasswordField)
        else field
        for field in superusers.fields
    )
    return msgspec.structs.replace(superusers, fields=fields)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Granite-Falcon-Harbour", None),
        ("Granite-Falcon", "validation_min_text_constraint"),
        ("Granite-Falcon-Harbour-Meadow-Quartz", "validation_max_text_constraint"),
        ("Granite-Falcon-Harbour-1", "validation_invalid_format"),
    ],
)
def test_a_password_is_held_to_the_field_of_its_collection(
    services: Services, password: str, code: str | None
) -> None:
    problems = password_problems(strict(services), password)

    assert [problem["code"] for problem in problems.values()] == ([code] if code else [])


def test_an_account_is_made_as_the_password_field_says(services: Services) -> None:
    collection = strict(services)
    with pytest.raises(InvalidError) as caught:
        services.accounts.create(collection, "new@example.com", "Granite-Falcon-42", SYSTEM)

    assert list(caught.value.fields) == ["password"]
    assert hash_for(collection, "Granite-Falcon-Harbour").startswith("$2b$05$")
