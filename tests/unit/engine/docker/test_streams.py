"""Bytes of an engine, cut into lines, frames and messages, wherever the chunks end."""

import struct
from collections.abc import Iterator

import pytest

from appos.engine.docker.streams import LINE_BYTES, frames, json_objects, lines, log_lines
from appos.engine.models import LogLine


def framed(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(data)) + data


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


SIZES = pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 64, 4096])


@SIZES
def test_lines_are_whole(size: int) -> None:
    data = b"one\n\ntwo\r\nthr\xc3\xa9e"
    assert list(lines(cut(data, size))) == [b"one\n", b"\n", b"two\r\n", b"thr\xc3\xa9e"]


@SIZES
def test_objects_are_whole(size: int) -> None:
    data = b'{"a":"\\n"}\r\n\r\n{"b":{"c":1}}\n{}'
    assert list(json_objects(cut(data, size))) == [{"a": "\n"}, {"b": {"c": 1}}, {}]


@SIZES
def test_frames_are_whole(size: int) -> None:
    told = [(1, b"one\n"), (2, b""), (2, b"\x00" * 300), (1, b"end")]
    data = b"".join(framed(*one) for one in told)
    assert list(frames(cut(data, size))) == told


def test_a_frame_that_is_cut_off_is_left_out() -> None:
    assert list(frames([framed(1, b"whole"), framed(2, b"half")[:-1]])) == [(1, b"whole")]


def test_lines_of_both_outputs_do_not_mix() -> None:
    told = log_lines([(1, b"o"), (2, b"err\n"), (1, b"ut\nmore"), (2, b"last\n")], timestamps=False)
    assert list(told) == [
        LogLine(stream="stderr", text="err"),
        LogLine(stream="stdout", text="out"),
        LogLine(stream="stderr", text="last"),
        LogLine(stream="stdout", text="more"),
    ]


def test_a_line_kept_in_pieces_has_the_time_of_its_first() -> None:
    told = log_lines([(1, b"2026-01-01T00:00:01Z one "), (1, b"2026-01-01T00:00:02Z two\n")], timestamps=True)
    assert list(told) == [LogLine(stream="stdout", text="one two", time="2026-01-01T00:00:01Z")]


def test_what_is_no_text_is_shown_all_the_same() -> None:
    (line,) = log_lines([(1, b"a\xff\r\n")], timestamps=False)
    assert line.text == "a\N{REPLACEMENT CHARACTER}"


def test_a_line_without_an_end_comes_in_pieces() -> None:
    told = list(log_lines(((1, b"x" * 1000) for _ in range(1000)), timestamps=False))
    assert len(told) == 4
    assert sum(len(line.text) for line in told) == 1_000_000
    assert max(len(line.text) for line in told) < LINE_BYTES + 1000


def test_a_terminal_that_writes_no_line_end_is_cut() -> None:
    cut_ = list(lines((b"x" * 1000 for _ in range(10)), limit_bytes=4000))
    assert [len(one) for one in cut_] == [4000, 4000, 2000]
