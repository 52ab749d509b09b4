import pytest
from werkzeug.datastructures import Headers

from appos.web.conditions import Part, UnreadableRange, failed_status, read_range, wanted_parts

MODIFIED = 1_000_000_000.7
THEN = "Sun, 09 Sep 2001 01:46:40 GMT"
BEFORE = "Sun, 09 Sep 2001 01:46:39 GMT"
AFTER = "Sun, 09 Sep 2001 01:46:41 GMT"


# Source: PocketBase 0.36.2, asked for each of these.
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, None),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, None),
        ({"If-None-Match": '"x"', "If-Modified-Since": THEN}, None),
        ({"If-None-Match": "bad, *"}, None),
        ({"If-None-Match": '"a",*'}, 304),
        ({"If-None-Match": 'W/"a" , "b", *'}, 304),
        ({"If-Modified-Since": THEN}, 304),
        ({"If-Modified-Since": AFTER}, 304),
        ({"If-Modified-Since": BEFORE}, None),
        ({"If-Modified-Since": "bad"}, None),
        ({"If-Match": "*"}, None),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": "bad"}, 412),
        ({"If-Match": "*", "If-Unmodified-Since": BEFORE}, None),
        ({"If-Unmodified-Since": BEFORE}, 412),
        ({"If-Unmodified-Since": THEN}, None),
        ({"If-Unmodified-Since": "bad"}, None),
        ({"If-Unmodified-Since": BEFORE, "If-None-Match": "*"}, 412),
    ],
)
def test_conditions_are_read_as_pocketbase_reads_them(headers: dict[str, str], status: int | None) -> None:
    assert failed_status(Headers(headers), MODIFIED) == status


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("bytes=0-1", [Part(0, 2)]),
        ("bytes=0-", [Part(0, 10)]),
        ("bytes=9-9", [Part(9, 1)]),
        ("bytes=0-99", [Part(0, 10)]),
        ("bytes=-3", [Part(7, 3)]),
        ("bytes=-99", [Part(0, 10)]),
        ("bytes=-0", [Part(10, 0)]),
        ("bytes= 0-1 ", [Part(0, 2)]),
        ("bytes=+1-2", [Part(1, 2)]),
        ("bytes=0-1, 3-4", [Part(0, 2), Part(3, 2)]),
        ("bytes=0-1,", [Part(0, 2)]),
        ("bytes=0-1,99-", [Part(0, 2)]),
        ("bytes=", []),
    ],
)
def test_a_range_is_read_as_pocketbase_reads_it(text: str, parts: list[Part]) -> None:
    assert read_range(text, 10) == parts


@pytest.mark.parametrize(
    "text",
    [
        "foo",
        "Bytes=0-1",
        "items=0-1",
        "bytes=-",
        "bytes=5-2",
        "bytes=a-b",
        "bytes=1--2",
        "bytes=0-1-2",
        "bytes=5",
        "bytes=99999999999999999999-",
        "bytes=\u0661-2",
    ],
)
def test_a_range_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UnreadableRange, match="^invalid range$"):
        read_range(text, 10)


@pytest.mark.parametrize("text", ["bytes=10-", "bytes=99-,98-"])
def test_a_range_behind_the_end_is_refused_with_other_words(text: str) -> None:
    with pytest.raises(UnreadableRange, match="failed to overlap") as caught:
        read_range(text, 10)
    assert caught.value.is_beyond


@pytest.mark.parametrize(
    ("condition", "is_part"),
    [(THEN, True), (BEFORE, False), (AFTER, False), ('"x"', False), ("bad", False), ("", False)],
)
def test_a_part_is_sent_only_of_the_file_that_was_meant(condition: str, is_part: bool) -> None:
    headers = Headers({"Range": "bytes=0-1", "If-Range": condition})

    assert wanted_parts(headers, MODIFIED, 10) == ([Part(0, 2)] if is_part else ())


def test_parts_that_are_more_than_the_whole_are_the_whole() -> None:
    assert wanted_parts(Headers({"Range": "bytes=0-5,3-9"}), MODIFIED, 10) == ()


@pytest.mark.parametrize("text", ["bytes=0-1", "bytes=0-1,2-3"])
def test_nothing_has_no_parts(text: str) -> None:
    assert wanted_parts(Headers({"Range": text}), MODIFIED, 0) == ()
