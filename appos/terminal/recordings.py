"""Recordings of terminals: what was shown, in asciicast v2, and never what was typed.

Source: asciinema, "asciicast v2": a header and one event a line, each JSON.
"""

import codecs
import contextlib
import json
import os
import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from appos.errors import NotFoundError, StoreError
from appos.store.values import timestamp

WHOLE = ".cast"
# One that is being made, or that a killed AppOS has left.
PART = ".part"
MOST_BYTES = 50 << 20
USUAL_SIZE = (80, 24)
DAY_SECONDS = 86_400
_ENDED = "\r\n[The recording ends here: it is as large as one may be.]\r\n"


class RecordingView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A recording: whose terminal, where, when, and how large it is. `user` is an actor's label."""

    id: str
    user: str
    where: str
    started: str
    size_bytes: int


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line; `user` and `where` are ours, which players leave alone."""

    version: int
    width: int
    height: int
    timestamp: int
    title: str
    env: dict[str, str]
    user: str
    where: str


class Recording:
    """One that is being made; what fails to be written ends it, and not the terminal."""

    def __init__(self, path: Path, user: str, where: str) -> None:
        self.path = path
        self._user = user
        self._where = where
        self._began = time.time()
        self._file: IO[bytes] | None = _opened(path)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._size = 0

    def output(self, data: bytes) -> None:
        """Keep what was shown; a character may come in pieces."""
        if text := self._decoder.decode(data):
            self._event("o", text)

    def resize(self, columns: int, rows: int) -> None:
        """Keep that the terminal has another size."""
        if self._size:
            self._event("r", f"{columns}x{rows}")
        else:
            self._begin(columns, rows)

    def close(self) -> None:
        """End it, and keep it under its name."""
        if self._file is not None:
            if not self._size:
                self._begin(*USUAL_SIZE)
            self._give_up()
        with contextlib.suppress(FileNotFoundError):
            self.path.rename(self.path.with_suffix(WHOLE))

    def _begin(self, columns: int, rows: int) -> None:
        header = _Header(
            version=2,
            width=columns,
            height=rows,
            timestamp=int(self._began),
            title=f"{self._where}, {self._user}",
            env={"TERM": "xterm-256color"},
            user=self._user,
            where=self._where,
        )
        self._write(msgspec.json.encode(header))

    def _event(self, kind: str, text: str) -> None:
        if self._file is None:
            return
        if not self._size:
            self._begin(*USUAL_SIZE)
        line = json.dumps((round(time.time() - self._began, 6), kind, text), ensure_ascii=False).encode()
        if self._size + len(line) > MOST_BYTES:
            self._write(json.dumps((round(time.time() - self._began, 6), "o", _ENDED)).encode())
            self._give_up()
        else:
            self._write(line)

    def _write(self, line: bytes) -> None:
        if self._file is None:
            return
        try:
            self._file.write(line + b"\n")
        except OSError:
            self._give_up()
        self._size += len(line) + 1

    def _give_up(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()


class Recordings:
    """All recordings, in one directory that is for its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, session: str, user: str, where: str) -> Recording:
        """Begin to record a session.

        Raises:
            StoreError: `recording_failed`.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Recording(self._folder / f"{session}{PART}", user, where)
        except OSError as error:
            message = f"The terminal cannot be recorded: {error.strerror}."
            raise StoreError(message, code="recording_failed") from error

    def list(self, open_sessions: Collection[str]) -> list[RecordingView]:
        """Return the recordings that are whole, newest first."""
        self._settle(open_sessions)
        found = [view for path in self._folder.glob(f"*{WHOLE}") if (view := _view(path)) is not None]
        return sorted(found, key=lambda it: (it.started, it.id), reverse=True)

    def read(self, recording: str) -> bytes:
        """Return a recording.

        Raises:
            NotFoundError: `recording_not_found`.
        """
        try:
            return self._path(recording).read_bytes()
        except OSError as error:
            raise _missing(recording) from error

    def remove(self, recording: str) -> None:
        """Remove a recording.

        Raises:
            NotFoundError: `recording_not_found`.
        """
        try:
            self._path(recording).unlink()
        except OSError as error:
            raise _missing(recording) from error

    def prune(self, days: int, open_sessions: Collection[str]) -> int:
        """Remove the recordings that ended so many days ago; return how many these were."""
        self._settle(open_sessions)
        gone, limit = 0, time.time() - days * DAY_SECONDS
        for path in self._folder.glob(f"*{WHOLE}"):
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _path(self, recording: str) -> Path:
        if not recording.isalnum() or not recording.isascii():
            raise _missing(recording)
        return self._folder / f"{recording}{WHOLE}"

    def _settle(self, open_sessions: Collection[str]) -> None:
        """Make whole what a killed AppOS has left, up to its last whole line."""
        for path in self._folder.glob(f"*{PART}"):
            if path.stem in open_sessions:
                continue
            with path.open("r+b") as file:
                file.truncate(_last_line_end(file))
            path.rename(path.with_suffix(WHOLE))


def _opened(path: Path) -> IO[bytes]:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def _last_line_end(file: IO[bytes]) -> int:
    end, step = file.seek(0, os.SEEK_END), 1 << 16
    while end:
        begin = max(end - step, 0)
        file.seek(begin)
        place = file.read(end - begin).rfind(b"\n")
        if place >= 0:
            return begin + place + 1
        end = begin
    return 0


def _view(path: Path) -> RecordingView | None:
    try:
        with path.open("rb") as file:
            header: Any = msgspec.json.decode(file.readline(1 << 16), type=_Header)
            size = os.fstat(file.fileno()).st_size
    except (OSError, msgspec.MsgspecError):
        return None
    return RecordingView(
        id=path.stem,
        user=header.user,
        where=header.where,
        started=timestamp(datetime.fromtimestamp(header.timestamp, UTC)),
        size_bytes=size,
    )


def _missing(recording: str) -> NotFoundError:
    return NotFoundError(f"There is no recording {recording!r}.", code="recording_not_found")
