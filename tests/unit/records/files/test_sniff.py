import io
import re

import pytest

from appos.records.files.media.kind import HEAD_BYTES, Kind
from appos.records.files.sniff import ROOT, detect, detect_file, matches
from tests.file_samples import SAMPLES, Sample


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_file_is_what_it_contains(sample: Sample) -> None:
    assert detect(sample.content).type == sample.type


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (b"", ".txt"),
        (b"\0\1", ""),
        (b"{}", ".json"),
        (b"%PDF-", ".pdf"),
        (b"<html>", ".html"),
        (b"\x7fELF", ""),
    ],
)
def test_a_type_has_an_extension(content: bytes, extension: str) -> None:
    assert detect(content).extension == extension


def test_a_file_is_looked_at_and_left_at_its_beginning() -> None:
    source = io.BytesIO(b"%PDF-1.4\n" + bytes(1 << 20))

    assert detect_file(source).type == "application/pdf"
    assert source.tell() == 0


@pytest.mark.parametrize(
    ("detected", "allowed"),
    [
        ("image/png", ["image/png"]),
        ("text/plain; charset=utf-8", ["text/plain"]),
        ("text/plain; charset=utf-8", ["text/plain; charset=latin1"]),
        ("image/png", ["text/plain", " IMAGE/PNG "]),
        ("audio/wav", ["audio/x-wav"]),
        ("audio/mpeg", ["audio/mp3"]),
        ("text/xml; charset=utf-8", ["application/xml"]),
        ("made/up", ["made/up"]),
    ],
)
def test_a_type_matches_itself_and_its_other_names(detected: str, allowed: list[str]) -> None:
    assert matches(detected, allowed)


@pytest.mark.parametrize(
    ("detected", "allowed"),
    [
        ("image/png", []),
        ("image/png", ["image/jpeg", "image/*", "image", ""]),
        ("application/json", ["text/plain"]),
        ("audio/mp3", ["audio/mpeg"]),
        ("image/svg+xml", ["text/xml"]),
    ],
)
def test_a_type_matches_nothing_else(detected: str, allowed: list[str]) -> None:
    assert not matches(detected, allowed)


def test_no_beginning_of_a_file_is_too_short_or_too_long() -> None:
    for sample in SAMPLES:
        for length in (*range(1, 40), HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1):
            head = (sample.content * (length // max(len(sample.content), 1) + 1))[:length]
            assert "/" in detect(head).type


def test_every_byte_in_every_place_is_taken() -> None:
    for byte in range(256):
        for sample in SAMPLES:
            content = bytes([byte]) + sample.content[1:]
            assert detect(content + bytes([byte])).type


@pytest.mark.parametrize(
    "text", ['{"a":' * 1500, "[" * 3000, "<!--" * 700, '"' * 3000, "a," * 1500, "<a " * 1000]
)
def test_what_is_nested_without_end_ends(text: str) -> None:
    assert detect(text.encode()).type


def test_a_set_of_characters_brings_nothing_else_into_a_header() -> None:
    for name in (b"x\r\nSet-Cookie: a=b", b"x; y=z", b'"quoted"', b"\xc3\xa9"):
        found = detect(b"<html><meta charset='" + name + b"'>").type
        assert found == "text/html; charset=utf-8"


def types(kind: Kind) -> list[str]:
    return [kind.type, *kind.aliases, *(name for inner in kind.kinds for name in types(inner))]


def test_every_name_in_the_tree_is_one_of_a_type() -> None:
    assert [name for name in types(ROOT) if not re.fullmatch(r"[a-z]+/[a-z0-9.+_-]+", name)] == []
