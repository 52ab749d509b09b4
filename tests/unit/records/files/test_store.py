import errno
import io
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from appos.errors import AppOSError, InvalidError, NotFoundError, StoreError
from appos.records.files import folders
from appos.records.files.store import FileStore
from tests.unit.records.files.parts import COLLECTION, RECORD, content, everything, saved, upload

HOSTILE = [
    "",
    ".",
    "..",
    "../x",
    "/etc",
    "a/b",
    "a\\b",
    "a\0",
    "a.b",
    "a b",
    "%2e",
    "x\n",
    "\ud800",
    "x" * 256,
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
def store(root: Path) -> FileStore:
    return FileStore(root)


def test_a_file_lies_where_pocketbase_puts_it(store: FileStore, root: Path) -> None:
    name = saved(store, b"hello\n")

    assert (root / COLLECTION / RECORD / name).read_bytes() == b"hello\n"
    assert everything(root) == [COLLECTION, f"{COLLECTION}/{RECORD}", f"{COLLECTION}/{RECORD}/{name}"]
    assert stat.S_IMODE((root / COLLECTION / RECORD / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_a_file_is_opened_with_its_size_and_its_date(store: FileStore, root: Path) -> None:
    name = saved(store, b"hello\n")
    opened = store.open(COLLECTION, RECORD, name)
    with opened.file as file:
        assert file.read() == b"hello\n"
    assert opened.size_bytes == 6
    assert opened.modified == (root / COLLECTION / RECORD / name).stat().st_mtime


def test_a_large_file_is_copied_whole_whereever_its_source_stands(store: FileStore) -> None:
    large = os.urandom((3 << 20) + 7)
    file = upload(large)
    file.source.seek(100)
    store.save(COLLECTION, RECORD, file)

    assert content(store, file.name) == large


@pytest.mark.parametrize("name", [".x", "a/b", "../x.txt", "x.attrs", "", "a\0.txt"], ids=ascii)
def test_a_file_under_another_name_is_not_stored(store: FileStore, root: Path, name: str) -> None:
    with pytest.raises(InvalidError) as caught:
        store.save(COLLECTION, RECORD, replace(upload(), name=name))

    assert caught.value.code == "file_name_reserved"
    assert not root.exists()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_path_is_built_from_what_cannot_be_an_id_or_a_name(
    store: FileStore, root: Path, text: str
) -> None:
    (root.parent / "x").write_text("secret")
    saved(store)
    calls: list[Callable[[], object]] = [
        lambda: store.open(text, RECORD, "x"),
        lambda: store.open(COLLECTION, text, "x"),
        lambda: store.open(COLLECTION, RECORD, text),
        lambda: store.save(text, RECORD, upload()),
        lambda: store.save(COLLECTION, text, upload()),
        lambda: store.delete(COLLECTION, text, "x"),
        lambda: store.delete_record(COLLECTION, text),
        lambda: store.delete_collection(text),
        lambda: store.open_thumb(COLLECTION, RECORD, text, "1x1"),
    ]
    before = everything(root.parent)
    for call in calls:
        with pytest.raises(NotFoundError):
            call()
    store.delete(COLLECTION, RECORD, text)

    assert everything(root.parent) == before


@pytest.mark.parametrize("record", ["abc", "a-b", "A_9", "\u00e9t\u00e9", "x" * 255])
def test_ids_that_a_pattern_may_allow_are_taken(store: FileStore, record: str) -> None:
    assert content(store, saved(store, record=record), record) == b"hello\n"


def test_what_was_never_stored_is_not_found(store: FileStore) -> None:
    with pytest.raises(NotFoundError):
        store.open(COLLECTION, RECORD, "a_0000000000.txt")
    with pytest.raises(NotFoundError):
        store.open_thumb(COLLECTION, RECORD, "a_0000000000.txt", "1x1")
    store.delete(COLLECTION, RECORD, "a_0000000000.txt")
    store.delete_record(COLLECTION, RECORD)
    store.delete_collection(COLLECTION)


def test_a_file_is_deleted_with_its_thumbs_and_its_attributes(store: FileStore, root: Path) -> None:
    kept, gone = saved(store), saved(store)
    for name in (kept, gone):
        store.save_thumb(COLLECTION, RECORD, name, "1x1", lambda file: file.write(b"small"))
        (root / COLLECTION / RECORD / f"{name}.attrs").touch()
    store.delete(COLLECTION, RECORD, gone)

    left = [path for path in everything(root) if path.count("/") > 1]
    place = f"{COLLECTION}/{RECORD}"
    assert left == sorted(
        [
            f"{place}/{kept}",
            f"{place}/{kept}.attrs",
            f"{place}/thumbs_{kept}",
            f"{place}/thumbs_{kept}/1x1_{kept}",
        ]
    )


def test_the_last_file_of_a_record_takes_the_folder_with_it(store: FileStore, root: Path) -> None:
    one, other = saved(store), saved(store)
    store.delete(COLLECTION, RECORD, one)
    assert everything(root) == [COLLECTION, f"{COLLECTION}/{RECORD}", f"{COLLECTION}/{RECORD}/{other}"]
    store.delete(COLLECTION, RECORD, other)
    assert everything(root) == [COLLECTION]


def test_all_files_of_a_record_and_of_a_collection_are_deleted(store: FileStore, root: Path) -> None:
    for record in ("one", "two"):
        name = saved(store, record=record)
        store.save_thumb(COLLECTION, record, name, "1x1", lambda file: file.write(b"small"))
    store.delete_record(COLLECTION, "one")
    assert [path for path in everything(root) if "one" in path] == []
    assert [path for path in everything(root) if "two" in path]
    store.delete_collection(COLLECTION)
    assert everything(root) == []


def planted(place: Path, target: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)


@pytest.mark.parametrize("depth", ["collection", "record", "file", "thumbs"])
def test_no_link_is_followed(store: FileStore, root: Path, tmp_path: Path, depth: str) -> None:
    name = "a_0000000000.txt"
    outside = tmp_path / "outside"
    secret = outside / COLLECTION / RECORD / name
    secret.parent.mkdir(parents=True)
    secret.write_text("secret")
    (secret.parent / f"1x1_{name}").write_text("secret")
    place, target = {
        "collection": (root / COLLECTION, outside / COLLECTION),
        "record": (root / COLLECTION / RECORD, secret.parent),
        "file": (root / COLLECTION / RECORD / name, secret),
        "thumbs": (root / COLLECTION / RECORD / f"thumbs_{name}", secret.parent),
    }[depth]
    planted(place, target)
    before = everything(outside)

    with pytest.raises(NotFoundError):
        store.open(COLLECTION, RECORD, name)
    with pytest.raises(NotFoundError):
        store.open_thumb(COLLECTION, RECORD, name, "1x1")
    if depth in ("collection", "record"):
        with pytest.raises(StoreError):
            store.save(COLLECTION, RECORD, upload())
    store.delete(COLLECTION, RECORD, name)
    store.delete_record(COLLECTION, RECORD)
    store.delete_collection(COLLECTION)
    store.sweep(lambda _collection, _records: {})

    assert everything(outside) == before
    assert secret.read_text() == "secret"


def test_a_link_inside_a_folder_that_is_deleted_goes_alone(
    store: FileStore, root: Path, tmp_path: Path
) -> None:
    saved(store)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    planted(root / COLLECTION / RECORD / "thumbs_x", outside)
    store.delete_record(COLLECTION, RECORD)

    assert everything(root) == []
    assert (outside / "kept").read_text() == "kept"


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(store: FileStore, root: Path) -> None:
    saved(store)
    os.mkfifo(root / COLLECTION / RECORD / "pipe")
    (root / COLLECTION / RECORD / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(NotFoundError):
            store.open(COLLECTION, RECORD, name)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EACCES, "files_not_accessible"),
        (errno.EROFS, "files_not_accessible"),
        (errno.EIO, "files_failed"),
    ],
)
@pytest.mark.parametrize("step", ["open", "fsync", "rename"])
def test_what_the_system_refuses_is_an_error_with_a_code_and_leaves_nothing(
    store: FileStore, root: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str, step: str
) -> None:
    kept = saved(store)
    before = everything(root)
    original = getattr(os, step)

    def fail(*args: object, **options: object) -> object:
        is_reading = step == "open" and not int(str(args[1])) & os.O_CREAT
        if is_reading:
            return original(*args, **options)
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(StoreError) as caught:
            store.save(COLLECTION, RECORD, upload())

    assert caught.value.code == code
    assert everything(root) == before
    assert content(store, kept) == b"hello\n"


def test_a_full_disk_in_the_middle_of_a_file_leaves_nothing(store: FileStore, root: Path) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().read(10)

    with pytest.raises(StoreError) as caught:
        store.save(COLLECTION, RECORD, replace(upload(), source=Full(b"x" * 100)))

    assert caught.value.code == "disk_full"
    assert [path for path in everything(root) if path.count("/") > 1] == []


def test_a_crash_while_a_file_is_written_leaves_no_file_of_its_name(
    store: FileStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(store)
    before = everything(root)
    file = upload()

    def crash(_descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", crash)
        patch.setattr(os, "unlink", lambda *_args, **_options: None)
        with pytest.raises(KeyboardInterrupt):
            store.save(COLLECTION, RECORD, file)
    (left,) = set(everything(root)) - set(before)

    assert left.split("/")[-1].startswith(folders.PARTIAL)
    with pytest.raises(NotFoundError):
        store.open(COLLECTION, RECORD, file.name)


def test_files_are_saved_while_others_remove_the_empty_folder(store: FileStore) -> None:
    names: list[str] = []
    errors: list[AppOSError] = []

    def save() -> None:
        for _ in range(50):
            try:
                names.append(saved(store))
                store.delete(COLLECTION, RECORD, names.pop())
            except AppOSError as error:
                errors.append(error)

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
