"""Files in a form: what a request uploads."""

import os
import re
from typing import BinaryIO, cast

from flask import request
from werkzeug.datastructures import FileStorage

from appos.records.changes import Uploads
from appos.records.fields import FileField
from appos.records.files.names import original_name, stored_name
from appos.records.files.sniff import detect_file
from appos.records.models import Collection
from appos.records.uploads import Upload

CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
SPECIAL = r'[()<>@,;:\\"/\[\]?=]'
ESCAPED = re.compile(rf"\\({SPECIAL})")
# Every text is matched in one way only, so that none takes long.
QUOTED_NAME = re.compile(rf'[; ]filename="((?:\\{SPECIAL}|\\(?!{SPECIAL})|[^"\\])*)"', re.IGNORECASE)


def uploads(collection: Collection) -> Uploads:
    """Return the files that this request brings for fields, by the keys `field`, `+field` and `field+`."""
    fields = (field.name for field in collection.fields if isinstance(field, FileField))
    keys = (key for name in fields for key in (name, f"+{name}", f"{name}+"))
    found = {key: [_upload(part) for part in request.files.getlist(key) if part.filename] for key in keys}
    return {key: files for key, files in found.items() if files}


def check_headers() -> None:
    """Refuse a form in which a file's headers hold control characters other than tabs.

    Source: Go's `net/textproto`, and with it PocketBase 0.36.2.

    Raises:
        ValueError: one does.
    """
    for _, part in request.files.items(multi=True):
        if any(CONTROLS.search(value) for value in part.headers.values()):
            raise ValueError("the headers of a part hold control characters")


def unnamed_texts(key: str) -> list[str]:
    """Return the texts of parts of the form that are said to be files but have no name.

    Browsers send such a part where no file was chosen; to PocketBase it is a text as any other.
    """
    parts = (part for part in request.files.getlist(key) if not part.filename)
    return [part.stream.read().decode(errors="replace") for part in parts]


def _sent_name(part: FileStorage) -> str:
    r"""Return the name of a part as it was sent.

    A backslash is one, as in `C:\dir\file`, unless what follows it has a meaning in headers; werkzeug drops
    every one. Source: Go's `mime.ParseMediaType`, and with it PocketBase 0.36.2.
    """
    quoted = QUOTED_NAME.search(part.headers.get("Content-Disposition", ""))
    return ESCAPED.sub(r"\1", quoted[1]) if quoted else part.filename or ""


def _upload(part: FileStorage) -> Upload:
    source = cast("BinaryIO", part.stream)
    size_bytes = source.seek(0, os.SEEK_END)
    source.seek(0)
    media = detect_file(source)
    original = original_name(_sent_name(part))
    return Upload(
        original_name=original,
        name=stored_name(original, media.extension),
        size_bytes=size_bytes,
        media_type=media.type,
        source=source,
    )
