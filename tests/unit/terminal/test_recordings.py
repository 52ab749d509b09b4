"""Recordings of terminals: whole, playable, bounded, and whole again after a kill."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from appos.errors import NotFoundError
from appos.terminal import recordings
from appos.terminal.recordings import DAY_SECONDS, Recordings

ADA = "_superusers:ada@example.com"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


def _lines(data: bytes) -> tuple[dict[str, Any], list[list[Any]]]:
    header, *events = (json.loads(line) for line in data.decode().splitlines())
    return header, events


def test_what_was_shown_is_what_is_played(folder: Path) -> None:
    kept = Recordings(folder)
    making = kept.begin("abc", ADA, "wiki/web")
    making.resize(101, 33)
    said = "grün \x1b[31mred\x1b[0m\r\n日本\n".encode()
    for place in range(len(said)):
        making.output(said[place : place + 1])
    making.resize(80, 24)
    making.output(b"\xff\x00 end")
    assert kept.list({"abc"}) == []
    making.close()
    header, events = _lines(kept.read("abc"))
    assert (header["version"], header["width"], header["height"]) == (2, 101, 33)
    assert (header["user"], header["where"]) == (ADA, "wiki/web")
    shown = "".join(text for _, kind, text in events if kind == "o")
    assert shown == said.decode() + "\ufffd\x00 end"
    assert [text for _, kind, text in events if kind == "r"] == ["80x24"]
    times = [moment for moment, *_ in events]
    assert times == sorted(times)
    assert [(it.id, it.user, it.where) for it in kept.list(())] == [("abc", ADA, "wiki/web")]
    assert (folder / "abc.cast").stat().st_mode & 0o777 == 0o600


def test_one_that_shows_nothing_has_a_header(folder: Path) -> None:
    kept = Recordings(folder)
    kept.begin("abc", ADA, "wiki/web").close()
    header, events = _lines(kept.read("abc"))
    assert (header["width"], header["height"], events) == (80, 24, [])


def test_it_ends_where_it_is_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "MOST_BYTES", 10_000)
    kept = Recordings(folder)
    making = kept.begin("abc", ADA, "wiki/web")
    for _ in range(100):
        making.output(b"x" * 1000)
    making.close()
    data = kept.read("abc")
    assert len(data) < 11_000
    assert "The recording ends here" in _lines(data)[1][-1][2]


def test_what_a_killed_appos_left_is_made_whole(folder: Path) -> None:
    kept = Recordings(folder)
    making = kept.begin("abc", ADA, "wiki/web")
    making.output(b"one\n")
    making.output(b"two\n")
    assert making._file is not None
    making._file.flush()
    with (folder / "abc.part").open("ab") as file:
        file.write(b'[1.0, "o", "thr')
    again = Recordings(folder)
    assert [it.id for it in again.list(())] == ["abc"]
    assert [text for _, _, text in _lines(again.read("abc"))[1]] == ["one\n", "two\n"]
    making.close()


def test_a_disk_that_is_full_ends_the_recording_alone(folder: Path) -> None:
    kept = Recordings(folder)
    making = kept.begin("abc", ADA, "wiki/web")
    assert making._file is not None
    making._file.close()
    making._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115 - the recording closes it
    making.output(b"one\n")
    making.output(b"two\n")
    making.close()


def test_old_ones_go(folder: Path) -> None:
    kept = Recordings(folder)
    for name in ("old", "new"):
        kept.begin(name, ADA, "wiki/web").close()
    then = time.time() - 8 * DAY_SECONDS
    os.utime(folder / "old.cast", (then, then))
    assert kept.prune(7, ()) == 1
    assert [it.id for it in kept.list(())] == ["new"]
    assert Recordings(folder / "none").prune(7, ()) == 0


@pytest.mark.parametrize("name", ["", "gone", "../secret", "a/b", ".", "ä"])
def test_one_that_is_not_there(folder: Path, name: str) -> None:
    folder.mkdir()
    (folder.parent / "secret.cast").write_text("{}", encoding="ascii")
    kept = Recordings(folder)
    with pytest.raises(NotFoundError):
        kept.read(name)
    with pytest.raises(NotFoundError):
        kept.remove(name)
