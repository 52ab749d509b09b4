"""Disks: how much is too little, and sizes for people."""

import pytest

from appos.system.disk import is_low, size_text

GIB = 1 << 30


@pytest.mark.parametrize(
    ("count", "text"), [(512, "512 B"), (2048, "2 KiB"), (5 << 20, "5 MiB"), (3 << 40, "3.0 TiB")]
)
def test_a_size_is_written_for_people(count: int, text: str) -> None:
    assert size_text(count) == text


@pytest.mark.parametrize(
    ("free", "total", "expected"),
    [
        (GIB - 1, 2 * GIB, True),
        (GIB, 10 * GIB, False),
        (4 * GIB, 100 * GIB, True),
        (5 * GIB, 100 * GIB, False),
    ],
)
def test_a_disk_is_low_below_one_gib_or_a_twentieth(free: int, total: int, *, expected: bool) -> None:
    assert is_low(free, total) is expected
