import io
import re
import time
from typing import Any

import pytest
from flask import Flask, request

from appos.records.uploads import Upload
from appos.web.go_request import GoRequest
from appos.web.uploads import uploads
from tests.file_samples import picture
from tests.file_site import ALBUMS

LINE = "line"


def site() -> Flask:
    """An application that reads requests as AppOS does."""
    app = Flask(__name__)
    app.request_class = GoRequest
    return app


def part(key: str, name: str | None, content: bytes, media_type: str = "application/octet-stream") -> bytes:
    """A part of a form; without a name it is a text."""
    named = "" if name is None else f'; filename="{name}"'
    lines = (
        f"--{LINE}",
        f'Content-Disposition: form-data; name="{key}"{named}',
        f"Content-Type: {media_type}",
    )
    return "\r\n".join((*lines, "", "")).encode() + content + b"\r\n"


def read(*parts: bytes) -> dict[str, list[Upload]]:
    """The uploads of a form with these parts."""
    options: dict[str, Any] = {
        "method": "POST",
        "data": b"".join(parts) + f"--{LINE}--\r\n".encode(),
        "content_type": f"multipart/form-data; boundary={LINE}",
    }
    with site().test_request_context(**options):
        found = {key: list(files) for key, files in uploads(ALBUMS).items()}
        for files in found.values():
            for file in files:
                file.source.read()
        return found


def test_an_upload_is_described_by_its_content() -> None:
    content = picture()
    (file,) = read(part("open", "My Photo.JPG", content, "text/html"))["open"]

    assert (file.original_name, file.media_type, file.size_bytes) == (
        "My Photo.JPG",
        "image/png",
        len(content),
    )
    assert re.fullmatch(r"my_photo_[a-z0-9]{10}\.JPG", file.name)


def test_an_upload_is_open_at_its_beginning() -> None:
    options: dict[str, Any] = {"method": "POST", "data": {"open": (io.BytesIO(b"%PDF-1.4"), "a.pdf")}}
    with site().test_request_context(**options):
        (file,) = uploads(ALBUMS)["open"]
        assert file.source.read() == b"%PDF-1.4"


def test_a_large_upload_is_taken_too() -> None:
    (file,) = read(part("open", "a.bin", b"\0" * (2 << 20)))["open"]

    assert file.size_bytes == 2 << 20


def test_files_come_by_the_keys_of_fields_of_files() -> None:
    found = read(
        part("open", "a.txt", b"a"),
        part("open", "b.txt", b"b"),
        part("open+", "c.txt", b"c"),
        part("+shut", "d.txt", b"d"),
        part("open-", "e.txt", b"e"),
        part("unknown", "f.txt", b"f"),
        part("title", None, b"g"),
    )

    assert {key: [file.original_name for file in files] for key, files in found.items()} == {
        "open": ["a.txt", "b.txt"],
        "open+": ["c.txt"],
        "+shut": ["d.txt"],
    }


def test_an_empty_file_is_a_file() -> None:
    (file,) = read(part("open", "a.txt", b""))["open"]

    assert (file.size_bytes, file.media_type) == (0, "text/plain")


def test_a_file_without_extension_gets_that_of_its_content() -> None:
    (file,) = read(part("open", "photo", picture()))["open"]

    assert file.name.endswith(".png")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/b/passwd"])
def test_folders_in_a_name_do_not_count(name: str) -> None:
    (file,) = read(part("open", name, b"x"))["open"]

    assert file.original_name == "passwd"
    assert re.fullmatch(r"passwd_[a-z0-9]{10}\.txt", file.name)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("C:\\temp\\x.txt", "C:\\temp\\x.txt"),
        ('a\\"b.txt', 'a"b.txt'),
        ("a\\\\b.txt", "a\\b.txt"),
        ("a;b.txt", "a;b.txt"),
        ("caf\u00e9.txt", "caf\u00e9.txt"),
        ("tab\tx.txt", "tab\tx.txt"),
    ],
)
def test_a_name_is_read_as_it_was_sent(sent: str, name: str) -> None:
    assert read(part("open", sent, b"x"))["open"][0].original_name == name


def test_a_name_that_never_ends_is_none_and_takes_no_time() -> None:
    endless = b'filename=a.txt; filename="' + b"\\(" * 5000
    body = part("open", "a.txt", b"x").replace(b'filename="a.txt"', endless)
    started = time.perf_counter()
    assert read(body) == {}
    assert time.perf_counter() - started < 1


def test_a_part_without_a_name_is_no_file_but_a_text() -> None:
    body = part("open", "", b"words") + part("open", "a.txt", b"a") + f"--{LINE}--\r\n".encode()
    content_type = f"multipart/form-data; boundary={LINE}"
    with site().test_request_context(method="POST", data=body, content_type=content_type):
        assert [file.original_name for file in uploads(ALBUMS)["open"]] == ["a.txt"]
        assert request.form.getlist("open") == ["words"]


@pytest.mark.parametrize(
    ("method", "refusal"), [("POST", "Failed to create record."), ("PATCH", "Failed to update record.")]
)
def test_a_file_is_refused_whose_name_is_no_text(method: str, refusal: str) -> None:
    body = part("open", "x?.txt", b"x").replace(b"x?", b"x\xff") + f"--{LINE}--\r\n".encode()
    content_type = f"multipart/form-data; boundary={LINE}"
    with site().test_request_context(method=method, data=body, content_type=content_type):
        (file,) = uploads(ALBUMS)["open"]

    assert (file.original_name, file.refusal) == ("x\ufffd.txt", refusal)


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", ""])
def test_only_forms_of_parts_bring_files(content_type: str) -> None:
    with site().test_request_context(method="POST", data=b"{}", content_type=content_type):
        assert uploads(ALBUMS) == {}
