"""What the tests of files share."""

import io
from pathlib import Path

from appos.records.files.names import stored_name
from appos.records.files.sniff import detect
from appos.records.files.store import FileStore
from appos.records.uploads import Upload

COLLECTION = "pbc_1234567890"
RECORD = "record000000001"


def upload(content: bytes = b"hello\n", name: str = "a.txt") -> Upload:
    """A file as a request brings it."""
    media = detect(content)
    return Upload(
        original_name=name,
        name=stored_name(name, media.extension),
        size_bytes=len(content),
        media_type=media.type,
        source=io.BytesIO(content),
    )


def saved(store: FileStore, content: bytes = b"hello\n", name: str = "a.txt", record: str = RECORD) -> str:
    """Save a file and return the name that it is stored under."""
    file = upload(content, name)
    store.save(COLLECTION, record, file)
    return file.name


def content(store: FileStore, name: str, record: str = RECORD) -> bytes:
    with store.open(COLLECTION, record, name).file as file:
        return file.read()


def everything(root: Path) -> list[str]:
    """All that lies below a folder, by the paths from there."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))
