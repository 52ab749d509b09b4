"""Fields whose values take records of their own: ids, dates that set themselves, files."""

import io
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from appos.records.fields import AutodateField, Field, FileField, ValueContext, autodate, decode_fields
from appos.records.files.sniff import detect
from appos.records.uploads import Upload
from tests.conformance.conftest import COUNTS
from tests.conformance.field_parts import ID_OPTIONS, Options, Ours, a_collection, find_target, new_name
from tests.conformance.pocketbase import PocketBase

ANY_ID = {"pattern": "(?s)^.*$", "min": 0, "max": 0, "autogeneratePattern": ""}
IDS: tuple[Any, ...] = (
    *("", None, "abc", "abcdefghijklmno", "ABCDEFGHIJKLMNO", "a/cdefghijklmno", "a\\cdefghijklmno"),
    *(123456789012345, "é" * 15, True, [], "-a", "x" * 256, "NULL", "null", "@a", "a_b"),
    *(f"{start}{ord(code)}{code}" for start in "xy" for code in "./\\|\"'`<>:?*%$\0\t\n\r ~!#&()+,;=@[]^{}"),
    *("z.  ", "z|`?:", "z:?`|", "z\0/", "z \t", "CON", "con", "nul", "Aux", "PRN", "com1", "LPT9", "COM0"),
    *("CONS", "COM10", "abcdefghijklmnO"),
)
FILES: Sequence[tuple[Options, Sequence[bytes]]] = (
    ({}, []),
    ({"required": True}, []),
    ({}, [b"text"]),
    ({}, [b""]),
    ({}, [b"x" * (5 << 20)]),
    ({}, [b"x" * ((5 << 20) + 1)]),
    ({"maxSize": 4}, [b"text"]),
    ({"maxSize": 4}, [b"texts"]),
    ({"maxSelect": 2}, [b"1", b"2"]),
    ({"maxSelect": 2}, [b"1", b"2", b"3"]),
    ({"mimeTypes": ["text/plain"]}, [b"text"]),
    ({"mimeTypes": ["TEXT/PLAIN; charset=utf-16"]}, [b"text"]),
    ({"mimeTypes": ["image/png", "application/xml"]}, [b"text"]),
    ({"mimeTypes": ["image/png", "application/xml"]}, [b"<?xml version='1.0'?><a/>"]),
    ({"mimeTypes": ["image/png"], "maxSelect": 2}, [b"\x89PNG\r\n\x1a\n" + b"0" * 20, b"text"]),
    ({"mimeTypes": [""]}, [b"text"]),
    ({"mimeTypes": ["text/plain"], "maxSize": 2}, [b"\x89PNG"]),
)
STORED_NAME = re.compile(r"[a-z0-9]+_[a-z0-9]{10}(?=\.)")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    opened = Ours(tmp_path_factory.mktemp("fields"))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="of-pocketbase"),
        pytest.param(ANY_ID, id="any"),
        pytest.param({"pattern": "^[a-zA-Z0-9]+$"}, id="of-both-cases"),
        pytest.param({**ANY_ID, "max": 3}, id="short"),
    ],
)
def test_ids_are_taken_and_refused_alike(options: Options, pocketbase: PocketBase, ours: Ours) -> None:
    name = new_name()
    field = {**ID_OPTIONS, **options}
    pocketbase.done("POST", "/api/collections", {"name": name, "type": "base", "fields": [field]})
    answers = [pocketbase.request("POST", f"/api/collections/{name}/records", {"id": each}) for each in IDS]
    theirs = [None if answer.status == 200 else answer.body["data"]["id"] for answer in answers]

    assert _check_ids(ours, field) == theirs
    COUNTS["ids of records taken or refused as by PocketBase"] += len(theirs)


def _check_ids(ours: Ours, options: Options) -> list[Any]:
    """Return what is wrong with each id, of records that are inserted one after the other."""
    fields = decode_fields([options])
    collection = a_collection(fields)
    problems = []
    with ours.database.transaction() as db:
        db.executable.exec_driver_sql(f"DROP TABLE IF EXISTS {collection.name}")
        db.executable.exec_driver_sql(f"CREATE TABLE {collection.name} (id {fields[0].column})")
        for raw in IDS:
            value = fields[0].on_save(fields[0].cast(raw), is_new=True)
            context = ValueContext(
                db=db, collection=collection, lookup=find_target, record_id="", original="", is_new=True
            )
            problems.append(fields[0].check_value(value, context))
            if problems[-1] is None:
                db.executable.execute(sa.insert(sa.table(collection.name, sa.column("id"))), [{"id": value}])
    return problems


@pytest.mark.parametrize(("on_create", "on_update"), [(True, True), (True, False), (False, True)])
def test_dates_set_themselves_alike(
    on_create: bool, on_update: bool, pocketbase: PocketBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(["2030-01-01 00:00:00.000Z", "2031-01-01 00:00:00.000Z"])
    monkeypatch.setattr(autodate, "now", lambda: next(moments))
    name, when = new_name(), "2020-01-02 03:04:05.678Z"
    options = {"name": "f", "type": "autodate", "onCreate": on_create, "onUpdate": on_update}
    pocketbase.done("POST", "/api/collections", {"name": name, "type": "base", "fields": [options]})
    made = pocketbase.create_record(name, f=when)
    # Dates are told to the millisecond: a change within the same one would leave no mark.
    time.sleep(0.005)
    changed = pocketbase.done("PATCH", f"/api/collections/{name}/records/{made['id']}", {"f": when})
    (field,) = decode_fields([options])
    set_at_first = _autodate(field, field.empty, when, is_new=True)
    set_later = _autodate(field, set_at_first, when, is_new=False)

    assert bool(made["f"]) is bool(set_at_first) is on_create
    assert (changed["f"] != made["f"]) is (set_later != set_at_first) is on_update
    assert when not in {made["f"], changed["f"], set_at_first, set_later}
    COUNTS["dates that set themselves as in PocketBase"] += 2


def _autodate(field: Field, current: str, raw: str, *, is_new: bool) -> str:
    assert isinstance(field, AutodateField)
    setter = field.setter(field.name)
    assert setter is not None
    return str(field.on_save(setter(current, raw), is_new=is_new))


def test_files_are_taken_and_refused_alike(pocketbase: PocketBase, ours: Ours) -> None:
    theirs = [_upload(pocketbase, *case) for case in FILES]

    assert [_check_upload(ours, *case) for case in FILES] == theirs
    COUNTS["uploads taken or refused as by PocketBase"] += len(theirs)


def _check_upload(ours: Ours, options: Options, contents: Sequence[bytes]) -> Any:
    fields = decode_fields([{"name": "f", "type": "file", **options}])
    field = fields[0]
    assert isinstance(field, FileField)
    uploads = [
        Upload(
            original_name=f"{index}.txt",
            name=f"{index}_abcdefghij.txt",
            size_bytes=len(content),
            media_type=detect(content).type,
            source=io.BytesIO(content),
        )
        for index, content in enumerate(contents)
    ]
    with ours.database.read() as db:
        context = ValueContext(
            db=db,
            collection=a_collection(fields),
            lookup=find_target,
            record_id="",
            original=field.empty,
            is_new=True,
        )
        return _unnamed(field.check_value(field.cast(uploads), context))


def _upload(server: PocketBase, options: Options, contents: Sequence[bytes]) -> Any:
    """Return what PocketBase finds wrong with a record with these files."""
    name, boundary = new_name(), uuid4().hex
    field = {"name": "f", "type": "file", **options}
    server.done("POST", "/api/collections", {"name": name, "type": "base", "fields": [field]})
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="{index}.txt"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for index, content in enumerate(contents)
    ]
    request = urllib.request.Request(  # noqa: S310
        f"{server.url}/api/collections/{name}/records",
        data=b"".join([*parts, f"--{boundary}--\r\n".encode()]),
        headers={
            "Authorization": server.token,
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        },
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request):
            return None
    except urllib.error.HTTPError as error:
        with error:
            return _unnamed(json.loads(error.read())["data"]["f"])


def _unnamed(problem: Any) -> Any:
    """Return a problem without the random part of a name."""
    return problem and json.loads(STORED_NAME.sub("NAME", json.dumps(problem)))
