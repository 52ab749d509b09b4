"""What a crash leaves behind, and what is done about it."""

import io
import multiprocessing
import os
import signal
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from appos.records.files import folders
from appos.records.files.store import SWEPT_AT_ONCE, FileStore, Known
from tests.unit.records.files.parts import COLLECTION, RECORD, everything, saved, upload

HOUR = 3600.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
def store(root: Path) -> FileStore:
    return FileStore(root)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an hour pass: the date of a change, unlike that of the content, cannot be set."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + HOUR + 1)


def known(names: Mapping[str, Collection[str]]) -> Known:
    return lambda collection, records: (
        {record: names[record] for record in records if record in names} if collection == COLLECTION else {}
    )


@pytest.mark.usefixtures("later")
def test_what_was_saved_for_a_record_that_never_came_to_be_is_removed(store: FileStore, root: Path) -> None:
    saved(store)

    assert store.sweep(known({})) == 1
    assert everything(root) == []


@pytest.mark.usefixtures("later")
def test_what_a_record_names_stays_and_what_it_named_before_goes(store: FileStore, root: Path) -> None:
    kept, gone = saved(store), saved(store)
    for name in (kept, gone):
        store.save_thumb(COLLECTION, RECORD, name, "1x1", lambda file: file.write(b"small"))
        (root / COLLECTION / RECORD / f"{name}.attrs").touch()

    assert store.sweep(known({RECORD: [kept]})) == 3
    assert [path for path in everything(root) if gone in path] == []
    assert len([path for path in everything(root) if kept in path]) == 4
    assert store.sweep(known({RECORD: [kept]})) == 0


def test_what_is_younger_than_an_hour_may_belong_to_a_record_that_is_being_saved(
    store: FileStore, root: Path
) -> None:
    name = saved(store)
    store.save_thumb(COLLECTION, RECORD, name, "1x1", lambda file: file.write(b"small"))
    os.utime(root / COLLECTION / RECORD / name, (0, 0))

    assert store.sweep(known({})) == 0
    assert len(everything(root)) == 5


@pytest.mark.usefixtures("later")
def test_an_unfinished_file_is_removed(store: FileStore, root: Path) -> None:
    kept = saved(store)
    (root / COLLECTION / RECORD / f"{folders.PARTIAL}abc").touch()

    assert store.sweep(known({RECORD: [kept]})) == 1
    assert [path.split("/")[-1] for path in everything(root)][2:] == [kept]


@pytest.mark.usefixtures("later")
def test_what_appos_did_not_put_there_stays(store: FileStore, root: Path, tmp_path: Path) -> None:
    saved(store)
    folder = root / COLLECTION / RECORD
    (folder / "by hand").touch()
    (folder / "folder").mkdir()
    (folder / "link").symlink_to(tmp_path)
    (root / "by hand").mkdir()
    (root / "file").touch()
    store.sweep(known({}))

    assert sorted(path.name for path in folder.iterdir()) == ["by hand", "folder", "link"]
    assert {"by hand", "file"} < {path.name for path in root.iterdir()}


@pytest.mark.usefixtures("later")
def test_many_records_are_asked_for_a_part_at_a_time(store: FileStore) -> None:
    asked: list[int] = []

    def names(_collection: str, records: Sequence[str]) -> Mapping[str, Collection[str]]:
        asked.append(len(records))
        return {}

    for number in range(SWEPT_AT_ONCE + 1):
        saved(store, record=f"record{number}")

    assert store.sweep(names) == SWEPT_AT_ONCE + 1
    assert asked == [SWEPT_AT_ONCE, 1]


@pytest.mark.usefixtures("later")
def test_sweeping_can_be_stopped(store: FileStore, root: Path) -> None:
    saved(store)

    assert store.sweep(known({}), lambda: True) == 0
    assert len(everything(root)) == 3


@pytest.mark.usefixtures("later")
def test_what_is_deleted_meanwhile_is_no_error(store: FileStore) -> None:
    def names(_collection: str, _records: Sequence[str]) -> Mapping[str, Collection[str]]:
        store.delete_collection(COLLECTION)
        return {}

    saved(store)
    assert store.sweep(names) == 0


class Deadly(io.BytesIO):
    """A source in the middle of which the process is killed."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(3)


def save_and_die(root: Path) -> None:
    store = FileStore(root)
    saved(store)
    store.save(COLLECTION, RECORD, replace(upload(), source=Deadly(b"abcdef")))


@pytest.mark.usefixtures("later")
def test_a_process_killed_between_a_file_and_its_record_leaves_nothing_for_long(
    store: FileStore, root: Path
) -> None:
    kept = saved(store)
    process = multiprocessing.get_context("fork").Process(target=save_and_die, args=(root,))
    process.start()
    process.join()

    assert process.exitcode == -signal.SIGKILL
    assert len(everything(root / COLLECTION / RECORD)) == 3
    assert store.sweep(known({RECORD: [kept]})) == 2
    assert everything(root / COLLECTION / RECORD) == [kept]


def test_there_is_nothing_to_sweep_before_the_first_file(store: FileStore) -> None:
    assert store.sweep(known({})) == 0
