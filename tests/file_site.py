"""The routes of files by themselves, over records in memory and files on disk."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appos.errors import NotFoundError
from appos.records.fields import FileField
from appos.records.files.names import original_name, stored_name
from appos.records.files.service import Files
from appos.records.files.sniff import detect
from appos.records.files.store import FileStore
from appos.records.models import Collection, CollectionType, Record, RequestInfo
from appos.records.uploads import Upload
from appos.web import errors, files, headers
from appos.web.state import KEY, State

RECORD = "record000000001"
SIZES = ("20x10", "20x10t", "20x10b", "20x10f", "0x15", "30x0")
ALBUMS = Collection(
    id="pbc_1234567890",
    name="albums",
    type=CollectionType.BASE,
    fields=(
        FileField(id="file1", name="open", max_select=99, thumbs=SIZES),
        FileField(id="file2", name="shut", protected=True, thumbs=SIZES),
    ),
)


class Closing(FlaskClient):
    """A client that reads every answer to its end and closes it, as a server does."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        return super().open(*args, **{"buffered": True, **options})


class Site:
    """A collection of albums with one record, whose files can be added and asked for.

    `open` holds files for everybody, `shut` one for whom `is_visible` lets in; `asked` is by whom it was.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FileStore(folder)
        self.record = Record(ALBUMS, {"open": [], "shut": ""})
        self.is_visible = False
        self.asked: list[RequestInfo] = []
        self.identities: dict[str, Any] = {}
        self.files = Files(self.store, self, self)  # type: ignore[arg-type]
        self.app = self._app()

    def get(self, name: str, message: str) -> Collection:
        """Find a collection, as the service of collections does."""
        if name not in (ALBUMS.id, ALBUMS.name):
            raise NotFoundError(message)
        return ALBUMS

    def find(self, collection: Any, record_id: str = "") -> Any:
        """Find a record, as the service of records does, or a collection."""
        if isinstance(collection, str):
            return ALBUMS if collection == ALBUMS.id else None
        return self.record if record_id == RECORD else None

    def can_view(self, _collection: Collection, _record_id: str, info: RequestInfo) -> bool:
        self.asked.append(info)
        return self.is_visible

    def _app(self) -> Flask:
        app = Flask(__name__)
        app.test_client_class = Closing
        accounts = SimpleNamespace(identify_for_file=self.identities.get)
        services: Any = SimpleNamespace(files=self.files, accounts=accounts)
        app.extensions[KEY] = State(services, None)  # type: ignore[arg-type]
        app.before_request(lambda: setattr(g, "identity", self.identities.get("asking")))
        headers.register(app)
        errors.register(app)
        app.register_blueprint(files.bp)
        return app

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def add(self, content: bytes, called: str = "a.bin", *, field: str = "open", stored: str = "") -> str:
        """Give the record a file, and return its path at the server."""
        media = detect(content)
        name = stored or stored_name(original_name(called), media.extension)
        upload = Upload(
            original_name=called,
            name=name,
            size_bytes=len(content),
            media_type=media.type,
            source=io.BytesIO(content),
        )
        self.store.save(ALBUMS.id, RECORD, upload)
        if field == "open":
            self.record.values["open"].append(name)
        else:
            self.record.values[field] = name
        return f"/api/files/albums/{RECORD}/{name}"
