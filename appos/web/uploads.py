"""Files in a form: what a request uploads."""

import os
from typing import BinaryIO, cast

from flask import request
from werkzeug.datastructures import FileStorage

from appos.records.changes import Uploads
from appos.records.fields import FileField
from appos.records.files.names import original_name, stored_name
from appos.records.files.sniff import detect_file
from appos.records.models import Collection
from appos.records.uploads import Upload

# What PocketBase says of a file whose name it cannot keep.
REFUSALS = {"POST": "Failed to create record.", "PATCH": "Failed to update record."}


def uploads(collection: Collection) -> Uploads:
    """Return the files that this request brings for fields, by the keys `field`, `+field` and `field+`."""
    fields = (field.name for field in collection.fields if isinstance(field, FileField))
    keys = (key for name in fields for key in (name, f"+{name}", f"{name}+"))
    found = {key: [_upload(part) for part in request.files.getlist(key)] for key in keys}
    return {key: files for key, files in found.items() if files}


def _upload(part: FileStorage) -> Upload:
    source = cast("BinaryIO", part.stream)
    size_bytes = source.seek(0, os.SEEK_END)
    source.seek(0)
    media = detect_file(source)
    sent = (part.filename or "").encode(errors="surrogateescape")
    original = original_name(sent.decode(errors="replace"))
    return Upload(
        original_name=original,
        name=stored_name(original, media.extension),
        size_bytes=size_bytes,
        media_type=media.type,
        source=source,
        refusal="" if _is_text(sent) else REFUSALS[request.method],
    )


def _is_text(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
