"""Durations, sizes, numbers and truth values."""

import pytest

from appos.compose.diagnosis.amounts import corrected, is_right
from appos.compose.spec.forms import Meaning

RIGHT = {
    Meaning.DURATION: ("5s", "1.5h", "1h30m", "1d", "1w", "-1s", "+1s", "0", ".5s", "5µs", "1ms"),
    Meaning.SIZE: ("5", "5b", "5k", "5kb", "5KiB", "1.5g", "1 g", "-1", "0", "1t", "1p", ".5g", "5.m", "1e3"),
    Meaning.INTEGER: ("5", "+5", "-5", "05"),
    Meaning.FLOAT: ("5", "-5", ".5", "5.", "1e3"),
    Meaning.BOOLEAN: ("true", "True", "tRue", "yes", "Y", "OFF"),
}
WRONG = {
    Meaning.DURATION: ("", "5", "1 s", "1S", "1m30", "1y", "1e3s", "5.", "s"),
    Meaning.SIZE: ("", "1  g", "1gg", "g", "1e", "0x10", "1.5.2m", "1gi", "5xb"),
    Meaning.INTEGER: ("", "5.0", "0x5", " 5", "5e2", "two"),
    Meaning.FLOAT: ("", "5f", "inf", "nan"),
    Meaning.BOOLEAN: ("", "1", "t", " true", "maybe"),
}


def cases(table: dict[Meaning, tuple[str, ...]]) -> list[tuple[Meaning, str]]:
    return [(meaning, text) for meaning, texts in table.items() for text in texts]


@pytest.mark.parametrize(("meaning", "text"), cases(RIGHT))
def test_what_compose_reads_is_right(meaning: Meaning, text: str) -> None:
    assert is_right(text, meaning)


@pytest.mark.parametrize(("meaning", "text"), cases(WRONG))
def test_what_compose_cannot_read_is_wrong(meaning: Meaning, text: str) -> None:
    assert not is_right(text, meaning)


@pytest.mark.parametrize(
    ("text", "meaning", "meant"),
    [
        ("10", Meaning.DURATION, "10s"),
        ("5 s", Meaning.DURATION, "5s"),
        ("10sec", Meaning.DURATION, "10s"),
        ("3 minutes", Meaning.DURATION, "3m"),
        ("soon", Meaning.DURATION, "30s"),
        ("1  g", Meaning.SIZE, "1g"),
        ("512x", Meaning.SIZE, "512m"),
    ],
)
def test_what_was_meant_is_proposed(text: str, meaning: Meaning, meant: str) -> None:
    assert corrected(text, meaning) == meant
