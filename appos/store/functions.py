"""Functions that our SQL calls and SQLite does not have."""

import sqlite3
from decimal import Decimal


def go_number(value: float) -> str:
    """Return a number as Go's encoding/json writes a float64, which is how PocketBase shows it.

    Source: https://pkg.go.dev/encoding/json#Marshal, as JavaScript: exponents below 1e-6 and from 1e21 on.
    """
    number = Decimal(repr(value))
    if not number or 1e-6 <= abs(value) < 1e21:
        return format(number, "f").removesuffix(".0")
    sign, digits, exponent = number.normalize().as_tuple()
    whole, *fraction = (str(digit) for digit in digits)
    power = int(exponent) + len(digits) - 1
    return f"{'-' * sign}{whole}{'.' * bool(fraction)}{''.join(fraction)}e{power:+d}"


def add_functions(connection: sqlite3.Connection) -> None:
    """Make the functions known to a connection."""
    connection.create_function("go_number", 1, go_number, deterministic=True)
