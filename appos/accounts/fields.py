"""What the forms of accounts refuse, in PocketBase's codes.

Source: PocketBase 0.36, forms of the routes of auth collections.
"""

from appos.accounts.models import Identity
from appos.records.fields.problems import REQUIRED, Problem, problem
from appos.records.models import Collection

MOST_BYTES = 255
INVALID_TOKEN = problem("validation_invalid_token", "Invalid or expired token.")
OTHER_COLLECTION = problem(
    "validation_token_collection_mismatch", "The provided token is for different auth collection."
)
WRONG_PASSWORD = problem("validation_invalid_password", "Missing or invalid auth record password.")
UNEQUAL = problem("validation_values_mismatch", "Values don't match.")


def length_problem(text: str, most: int = MOST_BYTES, least: int = 1) -> Problem | None:
    """Return what is wrong with the length of a text, in bytes; nothing is wrong with none."""
    if not text or least <= len(text.encode()) <= most:
        return None
    message = f"The length must be between {least} and {most}."
    return problem("validation_length_out_of_range", message, max=most, min=least)


def token_problem(token: str, identity: Identity | None, collection: Collection) -> Problem | None:
    """Return what is wrong with a token that has to be of an account of this collection."""
    if not token:
        return REQUIRED
    if identity is None:
        return INVALID_TOKEN
    return None if identity.collection.id == collection.id else OTHER_COLLECTION
