"""Reading files."""

import os
from pathlib import Path

import pytest

from appos.compose.reading import LIMIT_BYTES, LIMIT_FILES, Reader, UnreadError


def reason(reader: Reader, path: Path) -> str:
    with pytest.raises(UnreadError) as caught:
        reader.read(path)
    return caught.value.reason


def test_a_file_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    reader = Reader()
    assert reader.read(file) == b"one"
    file.write_bytes(b"two")
    assert reader.read(file) == b"one"


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = Reader()
    assert reason(reader, tmp_path / "none") == "missing"
    assert reason(reader, tmp_path) == "not_a_file"
    assert reason(reader, tmp_path / "pipe") == "not_a_file"
    assert reason(reader, Path("/dev/zero")) == "not_a_file"
    assert reason(reader, Path("a\0b")) == "not_readable"


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(b"x" * (LIMIT_BYTES + 1))
    assert reason(Reader(), file) == "too_large"
    file.write_bytes(b"x" * LIMIT_BYTES)
    assert len(Reader().read(file)) == LIMIT_BYTES


def test_no_more_than_so_many_files_are_read(tmp_path: Path) -> None:
    reader = Reader()
    for number in range(LIMIT_FILES):
        (tmp_path / str(number)).write_bytes(b"")
        reader.read(tmp_path / str(number))
    (tmp_path / "more").write_bytes(b"")
    assert reason(reader, tmp_path / "more") == "too_large"


def test_pipes_and_devices_are_endless(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = Reader()

    paths = (tmp_path / "pipe", Path("/dev/zero"), Path(os.devnull), tmp_path)

    assert [reason(reader, path) for path in paths] == ["not_a_file"] * 4
    assert reader.endless == paths[:2]
