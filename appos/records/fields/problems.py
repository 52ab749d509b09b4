"""What can be wrong with values and options, in PocketBase's words."""

from collections.abc import Mapping
from typing import TypeAlias

Problem: TypeAlias = Mapping[str, object]
"""What is wrong with a value: `{"code", "message"}` and perhaps `params`; or the problems of its parts."""


def problem(code: str, message: str, **params: object) -> Problem:
    """Return one problem as it is answered; a message that ends with a value is made a whole sentence.

    Source: PocketBase 0.36, inflector.Sentenize.
    """
    stated: dict[str, object] = {"code": code, "message": _sentence(message)}
    return stated | {"params": params} if params else stated


def _sentence(message: str) -> str:
    bare = message.strip()
    return f"{bare[:1].upper()}{bare[1:]}{'' if bare.endswith(('.', '?', '!')) else '.'}"


REQUIRED = problem("validation_required", "Cannot be blank.")
# What PocketBase says where it keeps the reason to itself.
INVALID = problem("validation_invalid_value", "Invalid value.")
INVALID_FORMAT = problem("validation_invalid_format", "Invalid value format.")
