"""The fields of accounts that have rules of their own: e-mail address, password, verified.

Source: PocketBase 0.36, creating and changing records of auth collections.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from appos.records.fields import Password, Problem
from appos.records.fields.cast import as_text
from appos.records.models import Record

BLANK: Problem = {"code": "validation_required", "message": "Cannot be blank."}
UNEQUAL: Problem = {"code": "validation_values_mismatch", "message": "Values don't match."}
WRONG_OLD: Problem = {
    "code": "validation_invalid_old_password",
    "message": "Missing or invalid old password.",
}
# What a body may hold beside the fields of the collection.
EXTRA = ("passwordConfirm", "oldPassword")


class Passwords(msgspec.Struct, frozen=True, kw_only=True):
    """The passwords of a body, "" for each that it lacks."""

    new: str
    confirm: str
    old: str

    def __repr__(self) -> str:
        return "Passwords()"

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Passwords":
        """Return the passwords of a body, as texts."""
        password = body.get("password")
        new = password.plain if isinstance(password, Password) else as_text(password)
        confirm, old = (as_text(body.get(name)) for name in EXTRA)
        return cls(new=new, confirm=confirm, old=old)


def account_problems(
    record: Record,
    original: Record | None,
    passwords: Passwords,
    *,
    is_manager: bool,
    is_old_right: bool,
) -> dict[str, Problem]:
    """Return what the body may not do to an account.

    `original` is None for a new account; `is_manager`: a superuser, or whom the manage rule allows, asks;
    `is_old_right`: the old password of the body is that of the account.
    """
    problems: dict[str, Problem] = {}
    before = original.values if original else {"email": "", "verified": False}
    if original is not None and not is_manager and record.values["email"] != before["email"]:
        problems["email"] = UNEQUAL
    if not is_manager and record.values["verified"] != before["verified"]:
        problems["verified"] = UNEQUAL
    is_new = original is None
    if not passwords.new and (is_new or passwords.confirm or passwords.old):
        problems["password"] = BLANK
    if not passwords.confirm and (is_new or passwords.new or passwords.old):
        problems["passwordConfirm"] = BLANK
    elif passwords.confirm != passwords.new:
        problems["passwordConfirm"] = UNEQUAL
    if not is_new and not is_manager and (passwords.new or passwords.confirm):
        if not passwords.old:
            problems["oldPassword"] = BLANK
        elif not is_old_right:
            problems["oldPassword"] = WRONG_OLD
    return problems
