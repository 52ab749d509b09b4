import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.http import http_date
from werkzeug.test import TestResponse

from appos.accounts.models import Account
from appos.accounts.tokens import is_valid
from appos.records.auth_options import AuthOptions, TokenKind, TokenOptions
from appos.records.models import Collection, CollectionType
from tests.file_samples import SVG, picture
from tests.file_site import ALBUMS, RECORD, Site

POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
TEXT = b"hello world\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "storage")


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client


def headers_of(response: TestResponse) -> dict[str, str]:
    """The headers that PocketBase has too, but for the date of the file."""
    added = {"Referrer-Policy", "Cross-Origin-Opener-Policy", "Last-Modified"}
    return {name: value for name, value in response.headers.items() if name not in added}


def test_a_file_is_sent_with_pocketbases_headers(site: Site, client: FlaskClient) -> None:
    path = site.add(TEXT, "Some Text.TXT")
    response = client.get(path)
    name = path.rpartition("/")[2]

    assert (response.status_code, response.data) == (200, TEXT)
    assert headers_of(response) == {
        "Accept-Ranges": "bytes",
        "Cache-Control": "max-age=2592000, stale-while-revalidate=86400",
        "Content-Disposition": f"attachment; filename={name}",
        "Content-Length": "12",
        "Content-Security-Policy": POLICY,
        "Content-Type": "text/plain; charset=utf-8",
        "Vary": "Origin",
        "X-Content-Type-Options": "nosniff",
        "X-XSS-Protection": "1; mode=block",
    }
    stored = site.folder / ALBUMS.id / RECORD / name
    assert response.headers["Last-Modified"] == http_date(int(stored.stat().st_mtime))


def test_a_collection_may_be_named_by_its_id(site: Site, client: FlaskClient) -> None:
    assert client.get(site.add(TEXT).replace("albums", ALBUMS.id)).status_code == 200


@pytest.mark.parametrize("range_", [None, "bytes=2-4", "bytes=0-1,3-4", "bytes=99-"])
def test_head_is_get_without_the_content(site: Site, client: FlaskClient, range_: str | None) -> None:
    path = site.add(TEXT)
    asked = {"Range": range_} if range_ else {}
    got, head = client.get(path, headers=asked), client.head(path, headers=asked)

    def compared(response: TestResponse) -> dict[str, str]:
        return {**headers_of(response), "Content-Type": response.headers["Content-Type"].partition("=")[0]}

    assert head.status_code == got.status_code
    assert compared(head) == compared(got)
    assert head.data == b""
    assert got.headers["Content-Length"] == str(len(got.data))


@pytest.mark.parametrize(
    ("content", "called", "media_type"),
    [
        (picture(), "a.png", "image/png"),
        (b"%PDF-1.4", "a.pdf", "application/pdf"),
        (b"ID3", "a.mp3", "audio/mpeg"),
        (b"\0\0\1\0", "a.ico", "image/x-icon"),
    ],
)
def test_what_is_harmless_is_shown(
    site: Site, client: FlaskClient, content: bytes, called: str, media_type: str
) -> None:
    path = site.add(content, called)
    response = client.get(path)

    assert response.headers["Content-Disposition"] == f"inline; filename={path.rpartition('/')[2]}"
    assert response.headers["Content-Type"] == media_type


@pytest.mark.parametrize(
    ("content", "called", "media_type"),
    [
        (b"<html><script>alert(1)</script>", "a.html", "text/html; charset=utf-8"),
        (b"<html><script>alert(1)</script>", "a.png", "text/html; charset=utf-8"),
        (b"<script>alert(1)</script>", "noext", "text/html; charset=utf-8"),
        (SVG, "a.svg", "image/svg+xml"),
        (b"words", "a.svg", "image/svg+xml"),
        (b"words", "a.SVG", "text/plain; charset=utf-8"),
        (b'<?xml version="1.0"?><a/>', "a.xml", "text/xml; charset=utf-8"),
        (b"alert(1)", "a.js", "text/javascript"),
        (b"alert(1)", "a.min.mjs", "text/javascript"),
        (b"body{}", "a.css", "text/css"),
        (b"\0asm", "a.wasm", "application/wasm"),
        (b"", "a.txt", "text/plain"),
    ],
)
def test_what_could_act_is_for_saving_and_may_do_nothing(
    site: Site, client: FlaskClient, content: bytes, called: str, media_type: str
) -> None:
    response = client.get(site.add(content, called))

    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.headers["Content-Type"] == media_type
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "is_saved"),
    [
        ("1", True),
        ("t", True),
        ("true", True),
        ("TRUE", True),
        ("0", False),
        ("x", False),
        ("", False),
        ("yes", False),
    ],
)
def test_a_picture_is_for_saving_if_one_asks_for_that(
    site: Site, client: FlaskClient, asked: str, is_saved: bool
) -> None:
    response = client.get(f"{site.add(picture(), 'a.png')}?download={asked}")

    assert response.headers["Content-Disposition"].startswith("attachment") is is_saved


def test_a_file_may_be_framed_but_an_error_not(site: Site, client: FlaskClient) -> None:
    assert "X-Frame-Options" not in client.get(site.add(TEXT)).headers
    assert client.get(f"/api/files/albums/{RECORD}/nothing").headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    ("range_", "status", "data", "content_range"),
    [
        ("bytes=2-4", 206, b"llo", "bytes 2-4/12"),
        ("bytes=-5", 206, b"orld\n", "bytes 7-11/12"),
        ("bytes=0-", 206, TEXT, "bytes 0-11/12"),
        ("bytes=6-99", 206, b"world\n", "bytes 6-11/12"),
        ("bytes=-0", 206, b"", "bytes 12-11/12"),
        ("bytes=50-", 416, b"invalid range: failed to overlap\n", "bytes */12"),
        ("foo", 416, b"invalid range\n", None),
        ("bytes=0-9,0-9", 200, TEXT, None),
    ],
)
def test_a_part_of_a_file_is_sent(
    site: Site, client: FlaskClient, range_: str, status: int, data: bytes, content_range: str | None
) -> None:
    response = client.get(site.add(TEXT, "a.txt"), headers={"Range": range_})

    assert (response.status_code, response.data) == (status, data)
    assert response.headers.get("Content-Range") == content_range
    assert ("Accept-Ranges" in response.headers) is (status != 416)
    assert ("Last-Modified" in response.headers) is (status != 416)


def test_a_refused_part_of_a_picture_is_explained_in_words(site: Site, client: FlaskClient) -> None:
    response = client.get(site.add(picture(), "a.png"), headers={"Range": "bytes=999999-"})

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Cache-Control" not in response.headers


def test_several_parts_of_a_file_are_sent_in_one_answer(site: Site, client: FlaskClient) -> None:
    response = client.get(site.add(TEXT, "a.txt"), headers={"Range": "bytes=2-4,6-7"})
    found = re.fullmatch("multipart/byteranges; boundary=([0-9a-f]{60})", response.headers["Content-Type"])
    assert found
    mark = found[1]

    assert response.status_code == 206
    assert response.headers["Content-Length"] == str(len(response.data))
    assert response.text.split("\r\n") == [
        f"--{mark}",
        "Content-Range: bytes 2-4/12",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "llo",
        f"--{mark}",
        "Content-Range: bytes 6-7/12",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "wo",
        f"--{mark}--",
        "",
    ]


def test_a_large_file_is_sent_whole_and_in_parts(site: Site, client: FlaskClient) -> None:
    large = bytes(range(256)) * 5000
    path = site.add(large)

    assert client.get(path).data == large
    assert client.get(path, headers={"Range": "bytes=65535-200000"}).data == large[65535:200001]


def test_what_has_not_changed_is_not_sent(site: Site, client: FlaskClient) -> None:
    path = site.add(TEXT)
    date = client.get(path).headers["Last-Modified"]
    response = client.get(path, headers={"If-Modified-Since": date})

    assert (response.status_code, response.data) == (304, b"")
    assert "Content-Type" not in response.headers
    assert response.headers["Last-Modified"] == date


def test_what_has_changed_meanwhile_is_not_continued(site: Site, client: FlaskClient) -> None:
    path = site.add(TEXT)
    old = "Mon, 01 Jan 2001 00:00:00 GMT"

    assert client.get(path, headers={"If-Unmodified-Since": old}).status_code == 412
    assert client.get(path, headers={"Range": "bytes=0-1", "If-Range": old}).data == TEXT


def test_a_thumb_is_sent_under_its_own_name(site: Site, client: FlaskClient) -> None:
    path = site.add(picture("WEBP"), "a.webp")
    response = client.get(f"{path}?thumb=20x10")

    with Image.open(io.BytesIO(response.data)) as image:
        assert (image.format, image.size) == ("PNG", (20, 10))
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Disposition"] == f"inline; filename=20x10_{path.rpartition('/')[2]}"


@pytest.mark.parametrize("thumb", ["", "21x10", "0x0", "../../x", "20x10%00", "%F0%9F%98%80"])
def test_another_size_gives_the_picture_itself(site: Site, client: FlaskClient, thumb: str) -> None:
    content = picture()

    assert client.get(f"{site.add(content, 'a.png')}?thumb={thumb}").data == content


NOT_FOUND = {"data": {}, "message": "The requested resource wasn't found.", "status": 404}


@pytest.mark.parametrize(
    "path",
    [
        "/api/files/albums/nobody/{name}",
        "/api/files/albums/{record}/nothing.txt",
        "/api/files/albums/{record}/{name}.attrs",
        "/api/files/albums/{record}/thumbs_{name}",
        "/api/files/albums/{record}/..",
        "/api/files/albums/..%5c..%5c/{name}",
        "/api/files/albums/{record}/%00",
        "/api/files/albums/{record}/%2e%2e",
        "/api/files/albums/{record}/{name}%00",
    ],
)
def test_what_is_not_there_is_not_found_in_pocketbases_words(
    site: Site, client: FlaskClient, path: str
) -> None:
    name = site.add(TEXT).rpartition("/")[2]
    response = client.get(path.format(record=RECORD, name=name))

    assert (response.status_code, response.json) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    "rest",
    [
        "../../../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "thumbs_{name}/20x10_{name}",
        "thumbs_{name}%2f20x10_{name}",
    ],
)
def test_no_path_leads_into_or_out_of_a_record(site: Site, client: FlaskClient, rest: str) -> None:
    path = site.add(picture(), "a.png")
    assert client.get(f"{path}?thumb=20x10").status_code == 200
    folder, _, name = path.rpartition("/")

    assert client.get(f"{folder}/{rest.format(name=name)}").status_code == 404


def test_a_collection_that_is_not_there_is_told_apart(client: FlaskClient) -> None:
    response = client.get(f"/api/files/nothing/{RECORD}/a.txt")

    assert response.status_code == 404
    assert (response.json or {})["message"] == "Missing or invalid collection context."


def test_a_file_that_is_gone_from_the_disk_is_not_found(site: Site, client: FlaskClient) -> None:
    path = site.add(TEXT)
    (site.folder / ALBUMS.id / RECORD / path.rpartition("/")[2]).unlink()

    assert client.get(path).json == NOT_FOUND


def account(site: Site) -> Any:
    """An account, whose token for files is `hers`."""
    users = Collection(
        id="users",
        name="users",
        type=CollectionType.AUTH,
        auth=AuthOptions(file_token=TokenOptions(secret="s" * 40, duration=180)),
    )
    account = Account(
        id="ann000000000001",
        email="ann@example.com",
        email_visibility=False,
        verified=True,
        password="",
        token_key="k" * 40,
    )
    identity = SimpleNamespace(account=account, collection=users, record="the record of ann")
    site.identities["hers"] = identity
    return identity


def test_a_protected_file_is_shown_to_whom_its_token_names(site: Site, client: FlaskClient) -> None:
    account(site)
    path = site.add(TEXT, field="shut")
    assert client.get(f"{path}?token=hers").json == NOT_FOUND
    site.is_visible = True

    assert client.get(f"{path}?token=hers&a=b", headers={"X-Own": "x"}).data == TEXT
    info = site.asked[-1]
    assert (info.context, info.method, str(info.auth)) == ("protectedFile", "GET", "the record of ann")
    assert (info.query["a"], info.headers["x_own"]) == ("b", "x")


@pytest.mark.parametrize("token", ["", "forged", "%00"])
def test_a_token_that_proves_nothing_makes_a_stranger(site: Site, client: FlaskClient, token: str) -> None:
    site.identities["asking"] = account(site)
    path = site.add(TEXT, field="shut")
    client.get(f"{path}?token={token}", headers={"Authorization": "hers"})

    assert site.asked[-1].auth is None


def test_a_file_for_everybody_asks_for_nobody(site: Site, client: FlaskClient) -> None:
    path = site.add(TEXT)
    response = client.get(path, data="{", content_type="application/json")

    assert response.status_code == 200
    assert site.asked == []


def test_a_token_for_files_is_made_for_an_account(site: Site, client: FlaskClient) -> None:
    who = site.identities["asking"] = account(site)
    response = client.post("/api/files/token")

    assert response.status_code == 200
    assert list(response.json or {}) == ["token"]
    assert is_valid((response.json or {})["token"], who.account, who.collection, TokenKind.FILE)


def test_a_stranger_gets_no_token_for_files(client: FlaskClient) -> None:
    response = client.post("/api/files/token")

    assert response.status_code == 401
    assert (response.json or {})["message"] == "The request requires valid record authorization token."


def test_every_file_is_closed_again(site: Site, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[io.BufferedIOBase] = []
    original = site.files.open

    def note(*args: object, **options: object) -> object:
        served = original(*args, **options)  # type: ignore[arg-type]
        opened.append(served.file)  # type: ignore[arg-type]
        return served

    monkeypatch.setattr(site.files, "open", note)
    path = site.add(TEXT)
    for headers in ({}, {"Range": "bytes=0-1"}, {"Range": "x"}, {"If-None-Match": "*"}, {"If-Match": '"x"'}):
        client.get(path, headers=headers).close()
        client.head(path, headers=headers).close()

    assert len(opened) == 10
    assert all(file.closed for file in opened)
