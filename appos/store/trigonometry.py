"""Sine and cosine to the last bit as PocketBase's SQLite has them.

Of two points at the same place the sum that the distance is made of is 1, or next to it, or just above, where
there is no distance: the last bit decides. PocketBase has musl's mathematics, Python and SQLite the system's.
Source: the method of FreeBSD's msun (k_sin.c, k_cos.c, e_rem_pio2.c), which musl has too.
"""

import math

_COSINE = (
    4.16666666666666019037e-02,
    -1.38888888888741095749e-03,
    2.48015872894767294178e-05,
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
)
_SINE = (
    -1.66666666666666324348e-01,
    8.33333333332248946124e-03,
    -1.98412698298579493134e-04,
    2.75573137070700676789e-06,
    -2.50507602534068634195e-08,
    1.58969099521155010221e-10,
)
# A quarter turn in parts of 33 bits, each with what is left of it.
_QUARTER = (
    (1.57079632673412561417e00, 6.07710050650619224932e-11),
    (6.07710050630396597660e-11, 2.02226624879595063154e-21),
    (2.02226624871116645580e-21, 8.47842766036889956997e-32),
)
_QUARTERS_IN_ONE = 6.36619772367581382433e-01
# From which difference of exponents on the next part is needed.
_LOST_BITS = (16, 49)
_EIGHTH = math.pi / 4
# Beyond it other methods are needed; degrees of places are never that large.
_MOST = 1_647_099.0


def cosine_between(
    latitude: float | None, other_latitude: float | None, longitude: float | None
) -> float | None:
    """Return the cosine of the angle between two places, all in radians; None if anything is not known.

    `longitude` is the difference of the two.
    """
    if latitude is None or other_latitude is None or longitude is None:
        return None
    flat = cosine(latitude) * cosine(other_latitude) * cosine(longitude)
    return flat + sine(latitude) * sine(other_latitude)


def cosine(angle: float) -> float:
    """Return the cosine of an angle in radians."""
    if not abs(angle) <= _MOST:
        return math.cos(angle) if math.isfinite(angle) else math.nan
    quarters, rest, tail = _reduced(angle)
    value = _near_sine(rest, tail) if quarters & 1 else _near_cosine(rest, tail)
    return -value if quarters in (1, 2) else value


def sine(angle: float) -> float:
    """Return the sine of an angle in radians."""
    if not abs(angle) <= _MOST:
        return math.sin(angle) if math.isfinite(angle) else math.nan
    quarters, rest, tail = _reduced(angle)
    value = _near_cosine(rest, tail) if quarters & 1 else _near_sine(rest, tail)
    return -value if quarters in (2, 3) else value


def _reduced(angle: float) -> tuple[int, float, float | None]:
    """Return how many quarter turns an angle has, modulo 4, and what is left of it, perhaps in two parts."""
    if abs(angle) <= _EIGHTH:
        return 0, angle, None
    count = float(round(angle * _QUARTERS_IN_ONE))
    (first, left), *further = _QUARTER
    rest, lost = angle - count * first, count * left
    near = rest - lost
    exponent = math.frexp(angle)[1]
    for (part, left), bits in zip(further, _LOST_BITS, strict=True):
        if exponent - math.frexp(near)[1] <= bits:
            break
        before, lost = rest, count * part
        rest = before - lost
        lost = count * left - ((before - rest) - lost)
        near = rest - lost
    return int(count) & 3, near, (rest - near) - lost


def _near_cosine(angle: float, tail: float | None) -> float:
    a, b, c, d, e, f = _COSINE
    square = angle * angle
    fourth = square * square
    series = square * (a + square * (b + square * c)) + fourth * fourth * (d + square * (e + square * f))
    half = 0.5 * square
    near = 1.0 - half
    return near + (((1.0 - near) - half) + (square * series - angle * (tail or 0.0)))


def _near_sine(angle: float, tail: float | None) -> float:
    a, b, c, d, e, f = _SINE
    square = angle * angle
    series = b + square * (c + square * d) + square * (square * square) * (e + square * f)
    cube = square * angle
    if tail is None:
        return angle + cube * (a + square * series)
    return angle - ((square * (0.5 * tail - cube * series) - tail) - cube * a)
