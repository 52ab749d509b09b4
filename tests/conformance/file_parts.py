"""Files at a running server: putting them there, asking for them, and what is compared of the answers."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from PIL import Image

from tests.conformance.auth_parts import SUPERUSER
from tests.conformance.peers import Ask, Peer, Reply

# What belongs to the server program, and what AppOS adds to every answer.
UNCOMPARED = {
    "connection",
    "cross-origin-opener-policy",
    "date",
    "keep-alive",
    "referrer-policy",
    "server",
    "transfer-encoding",
}
SIZES = (
    "0x50",
    "50x0",
    "30x20",
    "30x20t",
    "30x20b",
    "30x20f",
    "500x500",
    "500x500f",
    "1x1",
    "13x200f",
    "97x101",
)
LINE = "------line"
OPEN_RULES = dict.fromkeys(("listRule", "viewRule", "createRule", "updateRule", "deleteRule"), "")


class File(NamedTuple):
    """A file as a client sends it."""

    called: str
    content: bytes


class Seen(NamedTuple):
    """What is compared of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def form(parts: Sequence[tuple[str, File]]) -> tuple[bytes, str]:
    """A form of files by the names of fields, and its type."""
    lines = []
    for key, file in parts:
        named = file.called.replace('"', "%22")
        lines += [
            f'--{LINE}\r\nContent-Disposition: form-data; name="{key}"; filename="{named}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode(),
            file.content,
            b"\r\n",
        ]
    return b"".join([*lines, f"--{LINE}--\r\n".encode()]), f"multipart/form-data; boundary={LINE}"


class Shelf:
    """A collection of files at one server; each file can be asked for by a label."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.token = peer.sign_in(SUPERUSER)
        self.paths: dict[str, str] = {}
        fields = [
            {"name": "one", "type": "file", "maxSize": 20_000_000, "thumbs": SIZES},
            {"name": "many", "type": "file", "maxSelect": 99, "thumbs": SIZES},
            {"name": "shut", "type": "file", "protected": True, "thumbs": SIZES},
        ]
        self.create("shelf", fields, **OPEN_RULES)
        self.create("own", fields, **{**OPEN_RULES, "viewRule": "@request.auth.verified = true"})
        self.create("closed", fields, createRule="")

    def create(self, name: str, fields: Sequence[Mapping[str, Any]], **options: str) -> None:
        """Create a collection."""
        body = json.dumps({"name": name, "type": "base", "fields": fields, **options})
        reply = self._send("POST", "/api/collections", body, "application/json")
        assert reply.status == 200, reply

    def upload(self, collection: str, *parts: tuple[str, File]) -> Reply:
        """Create a record with files."""
        return self._send("POST", f"/api/collections/{collection}/records", *form(parts))

    def names(self, *files: File) -> list[str]:
        """Store files, and return the names that they have got."""
        reply = self.upload("shelf", *(("many", file) for file in files))
        assert reply.status == 200, reply
        names: list[str] = reply.json["many"]
        return names

    def put(self, label: str, file: File, *, field: str = "one", collection: str = "shelf") -> None:
        """Store a file under a label."""
        reply = self.upload(collection, (field, file))
        assert reply.status == 200, (label, reply)
        self.paths[label] = f"/api/files/{collection}/{reply.json['id']}/{reply.json[field]}"

    def put_all(self, files: Mapping[str, File]) -> None:
        """Store many files, each under its label."""
        labels = list(files)
        for start in range(0, len(labels), 90):
            part = labels[start : start + 90]
            reply = self.upload("shelf", *(("many", files[label]) for label in part))
            assert reply.status == 200, reply
            for label, name in zip(part, reply.json["many"], strict=True):
                self.paths[label] = f"/api/files/shelf/{reply.json['id']}/{name}"

    def ask(self, label: str, query: str = "", method: str = "GET", **headers: str) -> Seen:
        """Ask for a file, and return what is compared; `if_range` is the header If-Range."""
        sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        path = self.paths[label]
        reply = self.peer.send(Ask(method, f"{path}{query}", b"", sent))
        name = path.rpartition("/")[2]
        kept = {key: value for key, value in reply.headers.items() if key not in UNCOMPARED}
        kept = {key: value.replace(name, "<name>") for key, value in kept.items()}
        if kept.get("content-length") == "0":
            # Which server says it depends on the method.
            del kept["content-length"]
        if "last-modified" in kept:
            kept["last-modified"] = "<date>"
        body, kept["content-type"] = reply.body, kept.get("content-type", "")
        mark = re.search("boundary=([0-9a-f]+)", kept["content-type"])
        if mark:
            body = body.replace(mark[1], "<mark>")
            kept["content-type"] = kept["content-type"].replace(mark[1], "<mark>")
        return Seen(reply.status, kept, body.encode(errors="surrogateescape"))

    def date(self, label: str) -> str:
        """The date of a file."""
        return self.peer.send(Ask("HEAD", self.paths[label])).headers["last-modified"]

    def thumb(self, label: str, size: str) -> tuple[object, ...]:
        """The format and the size of a thumb, and the headers that it is sent with."""
        seen = self.ask(label, f"?thumb={size}")
        try:
            with Image.open(io.BytesIO(seen.body)) as image:
                shape: tuple[object, ...] = (image.format, image.size)
        except OSError:
            shape = (seen.body,)
        return (seen.status, *shape, seen.headers["content-type"], seen.headers["content-disposition"])

    def _send(self, method: str, path: str, body: str | bytes, content_type: str) -> Reply:
        return self.peer.send(
            Ask(method, path, body, (("Content-Type", content_type), ("Authorization", self.token)))
        )
