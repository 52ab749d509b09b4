import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from appos.errors import StoreError
from appos.records.files import images
from appos.records.files import thumbs as thumbs_module
from appos.records.files.folders import OpenFile
from appos.records.files.images import shrink as shrink_image
from appos.records.files.store import FileStore
from appos.records.files.thumbs import Thumbs
from tests.file_samples import picture
from tests.unit.records.files.parts import COLLECTION, RECORD, everything, saved

SIZES = ("20x10",)
PNG = "image/png"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "storage")


@pytest.fixture
def thumbs(store: FileStore) -> Thumbs:
    return Thumbs(store)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been made, as it is made."""
    names: list[str] = []
    original = shrink_image

    def shrink(*args: Any) -> Image.Image:
        names.append(threading.current_thread().name)
        return original(*args)

    monkeypatch.setattr(images, "shrink", shrink)
    return names


def opened(thumbs: Thumbs, name: str, size: str = "20x10", media_type: str = PNG) -> OpenFile | None:
    return thumbs.open(COLLECTION, RECORD, name, size, SIZES, media_type)


def size_of(found: OpenFile | None) -> tuple[int, int] | None:
    if found is None:
        return None
    with found.file as file, Image.open(file) as image:
        return image.size


def test_a_thumb_is_made_once_and_kept_where_pocketbase_keeps_it(
    thumbs: Thumbs, store: FileStore, tmp_path: Path, made: list[str]
) -> None:
    name = saved(store, picture(), "a.png")
    assert [size_of(opened(thumbs, name)) for _ in range(3)] == [(20, 10)] * 3
    assert size_of(opened(Thumbs(store), name)) == (20, 10)

    folder = tmp_path / "storage" / COLLECTION / RECORD
    assert everything(folder) == sorted([name, f"thumbs_{name}", f"thumbs_{name}/20x10_{name}"])
    assert len(made) == 1


def test_the_common_size_needs_no_list(thumbs: Thumbs, store: FileStore) -> None:
    name = saved(store, picture(), "a.png")

    assert size_of(opened(thumbs, name, "100x100")) == (100, 100)


@pytest.mark.parametrize("size", ["", "10x20", "20x10t", "../x", "20x10/../../x", "0x0", "x" * 1000])
def test_a_size_that_is_not_listed_gives_the_image_itself(
    thumbs: Thumbs, store: FileStore, tmp_path: Path, made: list[str], size: str
) -> None:
    name = saved(store, picture(), "a.png")

    assert opened(thumbs, name, size) is None
    assert made == []
    assert everything(tmp_path / "storage" / COLLECTION / RECORD) == [name]


def test_a_listed_size_that_is_none_gives_the_image_itself(thumbs: Thumbs, store: FileStore) -> None:
    name = saved(store, picture(), "a.png")

    assert thumbs.open(COLLECTION, RECORD, name, "../../x", ("../../x",), PNG) is None


@pytest.mark.parametrize(
    "media_type", ["text/plain; charset=utf-8", "image/bmp", "image/svg+xml", "application/pdf"]
)
def test_other_files_have_no_thumbs(
    thumbs: Thumbs, store: FileStore, made: list[str], media_type: str
) -> None:
    assert opened(thumbs, saved(store, picture(), "a.png"), media_type=media_type) is None
    assert made == []


def test_a_broken_image_is_tried_once(
    thumbs: Thumbs, store: FileStore, made: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    name = saved(store, b"\x89PNG\r\n\x1a\njunk", "a.png")
    with caplog.at_level(logging.INFO):
        assert [opened(thumbs, name) for _ in range(3)] == [None] * 3

    assert len(made) == 1
    assert [record.message for record in caplog.records] == ["thumb_impossible"]


def test_only_so_many_broken_images_are_remembered(
    thumbs: Thumbs, store: FileStore, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbs_module, "REMEMBERED_FAILURES", 2)
    names = [saved(store, b"\x89PNG\r\n\x1a\njunk", "a.png") for _ in range(3)]
    for name in (*names, names[0], names[2]):
        assert opened(thumbs, name) is None

    assert len(made) == 4


def test_a_disk_that_is_full_gives_the_image_itself_and_the_thumb_later(
    thumbs: Thumbs, store: FileStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = saved(store, picture(), "a.png")

    def fail(*_args: object) -> None:
        raise StoreError("The disk is full.", code="disk_full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "save_thumb", fail)
        assert opened(thumbs, name) is None

    assert [record.message for record in caplog.records] == ["thumb_failed"]
    assert size_of(opened(thumbs, name)) == (20, 10)


def together(count: int, call: Any) -> list[Any]:
    """Call something in many threads at once, and return what it returned."""
    found: list[Any] = []
    barrier = threading.Barrier(count)

    def ask() -> None:
        barrier.wait()
        found.append(call())

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_fifty_who_ask_at_once_make_one_thumb(thumbs: Thumbs, store: FileStore, made: list[str]) -> None:
    name = saved(store, picture("PNG", 400, 300), "a.png")

    assert together(50, lambda: size_of(opened(thumbs, name))) == [(20, 10)] * 50
    assert len(made) == 1
    assert thumbs._making == {}


def test_fifty_who_ask_at_once_for_a_broken_image_try_it_once(
    thumbs: Thumbs, store: FileStore, made: list[str]
) -> None:
    name = saved(store, b"\x89PNG\r\n\x1a\njunk", "a.png")

    assert together(50, lambda: opened(thumbs, name)) == [None] * 50
    assert len(made) == 1


def test_a_few_thumbs_are_made_at_once(
    thumbs: Thumbs, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [saved(store, picture(), "a.png") for _ in range(8)]
    original = shrink_image
    lock, now, most = threading.Lock(), [0], [0]
    both = threading.Barrier(thumbs_module.WORKERS)

    def shrink(*args: Any) -> Image.Image:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        both.wait(10)
        image = original(*args)
        with lock:
            now[0] -= 1
        return image

    monkeypatch.setattr(images, "shrink", shrink)
    left = iter(names)
    together(len(names), lambda: size_of(opened(thumbs, next(left))))

    assert most == [thumbs_module.WORKERS]


def test_who_waits_too_long_gets_the_image_itself(
    thumbs: Thumbs, store: FileStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = saved(store, picture(), "a.png")
    monkeypatch.setattr(thumbs_module, "WAIT_SECONDS", 0.01)
    for _ in range(thumbs_module.WORKERS):
        thumbs._workers.acquire()
    assert opened(thumbs, name) is None
    for _ in range(thumbs_module.WORKERS):
        thumbs._workers.release()

    assert [record.message for record in caplog.records] == ["thumb_waited_too_long"]
    assert size_of(opened(thumbs, name)) == (20, 10)


def test_a_mistake_while_a_thumb_is_made_keeps_nobody_waiting(
    thumbs: Thumbs, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = saved(store, picture(), "a.png")

    def fail(*_args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(images, "shrink", fail)
        with pytest.raises(ZeroDivisionError):
            opened(thumbs, name)

    assert size_of(opened(thumbs, name)) == (20, 10)
