"""Ids and dates."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from appos.store.values import moment, new_id, random_text, timestamp


def test_an_id_is_fifteen_small_letters_and_digits() -> None:
    ids = {new_id() for _ in range(200)}

    assert len(ids) == 200
    assert all(re.fullmatch("[a-z0-9]{15}", id_) for id_ in ids)


def test_random_text_is_letters_and_digits_of_the_length_asked_for() -> None:
    texts = {random_text(43) for _ in range(50)}

    assert len(texts) == 50
    assert all(re.fullmatch("[A-Za-z0-9]{43}", text) for text in texts)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        pytest.param(datetime(2026, 1, 2, 3, 4, 5, 6789, UTC), "2026-01-02 03:04:05.006Z", id="cuts-to-ms"),
        pytest.param(datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02 00:00:00.000Z", id="has-zeros"),
        pytest.param(
            datetime(2026, 1, 2, 1, tzinfo=timezone(timedelta(hours=2))),
            "2026-01-01 23:00:00.000Z",
            id="is-in-utc",
        ),
    ],
)
def test_a_timestamp_is_pocketbases(when: datetime, text: str) -> None:
    assert timestamp(when) == text


def test_a_timestamp_is_of_now_unless_told_otherwise() -> None:
    assert abs(datetime.now(UTC) - moment(timestamp())) < timedelta(seconds=5)


def test_a_moment_is_what_its_timestamp_names() -> None:
    assert moment("2026-01-02 03:04:05.678Z") == datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
