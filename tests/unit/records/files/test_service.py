import time
from pathlib import Path

import pytest

from appos.errors import NotFoundError
from appos.records.files.service import Served
from appos.records.models import RequestInfo
from tests.file_samples import picture
from tests.file_site import ALBUMS, RECORD, Site
from tests.unit.records.files.parts import everything

INFO = RequestInfo(context="protectedFile")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "storage")


def opened(site: Site, path: str, thumb: str = "", collection: str = "albums") -> Served:
    name = path.rpartition("/")[2]
    return site.files.open(collection, RECORD, name, lambda: INFO, thumb=thumb)


def read(served: Served) -> bytes:
    with served.file as file:
        return file.read()


@pytest.mark.parametrize("collection", [ALBUMS.id, ALBUMS.name])
def test_a_file_that_the_record_names_is_served(site: Site, collection: str) -> None:
    path = site.add(b"hello\n", "a.txt")
    served = opened(site, path, collection=collection)

    assert read(served) == b"hello\n"
    assert (served.name, served.media_type, served.size_bytes) == (
        path.rpartition("/")[2],
        "text/plain; charset=utf-8",
        6,
    )
    assert site.asked == []


def test_a_file_that_no_record_names_is_not_there(site: Site) -> None:
    path = site.add(b"hello\n", "a.txt")
    site.record.values["open"] = []
    with pytest.raises(NotFoundError):
        opened(site, path)


@pytest.mark.parametrize("name", ["", "..", "../x", "/etc/passwd", "a_0000000000.txt", "x.attrs"])
def test_a_name_that_the_record_lacks_is_not_there(site: Site, name: str) -> None:
    site.add(b"hello\n", "a.txt")
    with pytest.raises(NotFoundError):
        site.files.open("albums", RECORD, name, lambda: INFO)


@pytest.mark.parametrize("name", ["../../secret", "..", ".hidden", "a/b"])
def test_a_name_that_got_into_a_record_leads_nowhere_else(site: Site, name: str) -> None:
    site.add(b"hello\n", "a.txt")
    (site.folder / "secret").write_text("secret")
    site.record.values["open"].append(name)
    with pytest.raises(NotFoundError):
        site.files.open("albums", RECORD, name, lambda: INFO)


def test_neither_collection_nor_record_may_be_missing(site: Site) -> None:
    name = site.add(b"hello\n", "a.txt").rpartition("/")[2]
    for collection, record in (("nothing", RECORD), ("albums", "nobody")):
        with pytest.raises(NotFoundError):
            site.files.open(collection, record, name, lambda: INFO)


def test_a_protected_file_is_there_for_whom_the_rule_lets_see_the_record(site: Site) -> None:
    path = site.add(b"secret", field="shut")
    with pytest.raises(NotFoundError):
        opened(site, path)
    site.is_visible = True

    assert read(opened(site, path)) == b"secret"
    assert site.asked == [INFO, INFO]


def test_a_thumb_of_a_protected_file_is_protected(site: Site) -> None:
    path = site.add(picture(), field="shut")
    site.is_visible = True
    read(opened(site, path, "20x10"))
    site.is_visible = False
    with pytest.raises(NotFoundError):
        opened(site, path, "20x10")


def test_a_thumb_has_a_name_and_a_type_of_its_own(site: Site) -> None:
    path = site.add(picture("WEBP"), "a.webp")
    served = opened(site, path, "20x10")

    assert read(served).startswith(b"\x89PNG")
    assert served.media_type == "image/png"
    assert served.name == f"20x10_{path.rpartition('/')[2]}"


def test_where_there_is_no_thumb_the_file_is_served_from_its_beginning(site: Site) -> None:
    content = b"\x89PNG\r\n\x1a\njunk"
    served = opened(site, site.add(content, "a.png"), "20x10")

    assert read(served) == content
    assert not served.name.startswith("20x10_")


def test_what_no_record_names_is_swept_away(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, shut, gone = site.add(b"kept"), site.add(b"shut", field="shut"), site.add(b"gone")
    site.record.values["open"].pop()
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3601)

    assert site.files.sweep() == 1
    left = everything(site.folder / ALBUMS.id / RECORD)
    assert left == sorted(path.rpartition("/")[2] for path in (kept, shut))
    assert gone.rpartition("/")[2] not in left


def test_the_files_of_a_collection_that_is_gone_are_swept_away(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.add(b"gone")
    (site.folder / ALBUMS.id).rename(site.folder / "pbc_gone")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3601)

    assert site.files.sweep() == 1
    assert everything(site.folder) == []
