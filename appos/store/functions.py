"""Functions that our SQL calls and SQLite does not have."""

import math
import sqlite3
from decimal import Decimal

from appos.store.trigonometry import cosine_between


def go_number(value: float) -> str:
    """Return a number as Go's encoding/json writes a float64, which is how PocketBase shows it.

    One that is infinite, which JSON cannot say, is the text that PocketBase reads out of such a column.
    Source: https://pkg.go.dev/encoding/json#Marshal, as JavaScript: exponents below 1e-6 and from 1e21 on.
    """
    number = float(value)
    if math.isinf(number):
        return '"+Inf"' if number > 0 else '"-Inf"'
    if not number or 1e-6 <= abs(number) < 1e21:
        return format(Decimal(repr(number)), "f").removesuffix(".0")
    return repr(number).replace("e-0", "e-")


def add_functions(connection: sqlite3.Connection) -> None:
    """Make the functions known to a connection."""
    connection.create_function("go_number", 1, go_number, deterministic=True)
    connection.create_function("cosine_between", 3, cosine_between, deterministic=True)
