"""Forms of parts, read as Go's `mime/multipart` reads them, for that is what PocketBase's clients rely on.

A part without a name counts for nothing; one that names no file is a text, whatever else it says of itself.
"""

import quopri
import re
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import chain
from typing import IO, Any

from werkzeug.datastructures import FileStorage, Headers, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData, State

from appos.web.go_mime import names_of_part

_CHUNK_BYTES = 1 << 16
_CONTINUED = re.compile(rb"\r?\n[ \t]+")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class GoDecoder(MultipartDecoder):
    """Werkzeug's decoder of parts, with what their headers say to Go."""

    def next_event(self) -> Event:
        """Return what comes next in the form."""
        if self.state is State.PART and self.buffer.startswith(b"\r\n"):
            # A part without headers, whose blank line Werkzeug does not see.
            self.buffer[:0] = b"\r\n"
        event = super().next_event()
        if not isinstance(event, Field | File):
            return event
        name, filename = names_of_part(event.headers["Content-Disposition"])
        if not filename:
            return Field(name=name, headers=event.headers)
        return File(name=name, filename=filename, headers=event.headers)

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        """Return the headers of a part; bytes that are no UTF-8 become surrogates.

        Raises:
            ValueError: one has no name, or holds control characters other than tabs.
        """
        headers = Headers()
        for line in re.split(rb"\r?\n", _CONTINUED.sub(b" ", data)):
            name, colon, value = line.partition(b":")
            if not line:
                continue
            if not colon or not name or not name.isascii() or _CONTROLS.search(line):
                raise ValueError("a part has a broken header")
            headers.add(name.decode().strip(), value.strip().decode(errors="surrogateescape"))
        headers.setdefault("Content-Disposition", "")
        return headers


class GoFormParser(FormDataParser):
    """Werkzeug's parser of forms, with parts as Go reads them."""

    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        boundary = options.get("boundary", "").encode("ascii")
        if not boundary:
            raise ValueError("there is no boundary")
        decoder = GoDecoder(boundary, self.max_form_memory_size, max_parts=self.max_form_parts)
        texts: list[tuple[str, str]] = []
        files: list[tuple[str, FileStorage]] = []
        for part, content in self._parts(decoder, stream, content_length):
            if isinstance(part, File):
                files.append(
                    (part.name, FileStorage(content, part.filename, part.name, headers=part.headers))
                )
            elif part.name:
                texts.append((part.name, content.read().decode(errors="replace")))
        return stream, self.cls(texts), self.cls(files)

    def _parts(
        self, decoder: GoDecoder, stream: IO[bytes], content_length: int | None
    ) -> Iterator[tuple[Field | File, IO[bytes]]]:
        """Yield each part with its content, open at its beginning."""
        part: Any = None
        content: IO[bytes] = BytesIO()
        for chunk in chain(iter(partial(stream.read, _CHUNK_BYTES), b""), (None,)):
            decoder.receive_data(chunk)
            while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
                if isinstance(event, Field | File):
                    part, content = event, self._opened(event, content_length)
                elif isinstance(event, Data):
                    content.write(event.data)
                    self._check_size(part, content)
                    if not event.more_data:
                        yield part, _decoded(part, content)

    def _opened(self, part: Field | File, content_length: int | None) -> IO[bytes]:
        if isinstance(part, Field):
            return BytesIO()
        return self.stream_factory(content_length, part.headers.get("Content-Type"), part.filename, None)

    def _check_size(self, part: Field | File, content: IO[bytes]) -> None:
        """Refuse a text that is larger than any may be; files are kept on disk.

        Raises:
            RequestEntityTooLarge: it is.
        """
        most = self.max_form_memory_size
        if isinstance(part, Field) and most is not None and content.tell() > most:
            raise RequestEntityTooLarge


def _decoded(part: Field | File, content: IO[bytes]) -> IO[bytes]:
    """Return the content of a part, decoded if it was sent as quoted-printable."""
    content.seek(0)
    if part.headers.get("Content-Transfer-Encoding", "").lower() != "quoted-printable":
        return content
    plain = BytesIO(quopri.decodestring(content.read()))
    content.close()
    return plain
