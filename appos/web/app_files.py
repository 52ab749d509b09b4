"""The files of apps, under /api/appos/apps: Compose file, environment, history, and all others."""

import msgspec
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from appos.apps.files import tree
from appos.apps.models import Entry, Level
from appos.apps.views import ComposeView, DiffView, EnvView, GenerationText, GenerationView, Saved
from appos.web.describe import describe
from appos.web.granted import asker, granted
from appos.web.state import actor, state
from appos.web.wire import answer, decode, decode_query, no_content

bp = Blueprint("app_files", __name__, url_prefix="/api/appos/apps/<app_id>")


class ComposeRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The text of a Compose file, and the revision that it was made of."""

    compose: str
    revision: str | None = None


class EnvRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An environment, as names and values or as text, and the revision that it was made of."""

    env: dict[str, str] | None = None
    text: str | None = None
    revision: str | None = None


class DiffQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Two states of a Compose file: `current`, the number of a generation, or `release:N`."""

    a: str
    b: str = "current"


class PathQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A path in the directory of an app; `download` asks for the bytes as they are."""

    path: str = ""
    download: bool = False


class FileRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A file's path and text, and the revision that it was made of."""

    path: str
    text: str
    revision: str | None = None


class DirectoryRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The path of a directory to make."""

    path: str


class Entries(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What lies in a directory."""

    items: list[Entry]


class FileText(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A file of text, and the revision of the app's files."""

    path: str
    text: str
    revision: str


class Revision(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The revision that the app's files have now."""

    revision: str


@bp.get("/compose")
@describe(answers={200: ComposeView}, errors=(404,))
def show_compose(app_id: str) -> Response:
    """Show the Compose file and who changed it when."""
    app, store = granted(app_id, Level.READ), state().services.apps.store
    history = tuple(
        GenerationView(
            number=it.number,
            created=it.created,
            created_by=it.created_by,
            reason=it.reason,
            revision=it.revision,
        )
        for it in store.generations(app.name)
    )
    return answer(
        ComposeView(
            compose=store.read_compose(app.name),
            file=store.compose_file(app.name),
            revision=store.revision(app.name),
            history=history,
        )
    )


@bp.put("/compose")
@describe(body=ComposeRequest, answers={200: Saved}, errors=(400, 404, 409))
def save_compose(app_id: str) -> Response:
    """Save the Compose file; nothing is deployed."""
    app, asked = granted(app_id, None), decode(ComposeRequest)
    return answer(state().services.editing.save_compose(app, asked.compose, asked.revision, actor()))


@bp.get("/compose/history/<int:number>")
@describe(answers={200: GenerationText}, errors=(404,))
def show_generation(app_id: str, number: int) -> Response:
    """Show the Compose file as it once was."""
    app = granted(app_id, Level.READ)
    found = state().services.apps.store.generation(app.name, number)
    return answer(
        GenerationText(
            number=found.number,
            created=found.created,
            created_by=found.created_by,
            reason=found.reason,
            revision=found.revision,
            compose=found.compose,
        )
    )


@bp.get("/compose/diff")
@describe(query=DiffQuery, answers={200: DiffView}, errors=(400, 404))
def diff(app_id: str) -> Response:
    """Show what differs between two states of the Compose file."""
    app, asked = granted(app_id, Level.READ), decode_query(DiffQuery)
    return answer(state().services.editing.diff(app, asked.a, asked.b))


@bp.get("/env")
@describe(answers={200: EnvView}, errors=(404,))
def show_env(app_id: str) -> Response:
    """Show the environment; its values to superusers alone."""
    app = granted(app_id, Level.READ)
    return answer(state().services.editing.env(app, is_shown=asker().is_superuser))


@bp.put("/env")
@describe(body=EnvRequest, answers={200: Saved}, errors=(400, 404, 409))
def save_env(app_id: str) -> Response:
    """Save the environment; nothing is deployed."""
    app, asked = granted(app_id, None), decode(EnvRequest)
    return answer(state().services.editing.save_env(app, asked.env, asked.text, asked.revision, actor()))


@bp.get("/files")
@describe(query=PathQuery, answers={200: Entries}, errors=(400, 404))
def files(app_id: str) -> Response:
    """List a directory of the app's own."""
    app = granted(app_id, None)
    path = decode_query(PathQuery).path
    return answer(Entries(items=tree.entries(state().services.apps.store.project(app.name), path)))


@bp.get("/files/content")
@describe(query=PathQuery, answers={200: FileText}, errors=(400, 404, 413))
def show_file(app_id: str) -> ResponseReturnValue:
    """Show a file of text, or send any file with `download=1`."""
    app, store, asked = granted(app_id, None), state().services.apps.store, decode_query(PathQuery)
    if asked.download:
        data = tree.download(store.project(app.name), asked.path)
        headers = {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox"}
        return Response(data, 200, headers, mimetype="application/octet-stream")
    text = tree.read_text(store.project(app.name), asked.path)
    return answer(FileText(path=asked.path, text=text, revision=store.revision(app.name)))


@bp.put("/files/content")
@describe(body=FileRequest, answers={200: Revision}, errors=(400, 404, 409))
def save_file(app_id: str) -> Response:
    """Write a file of the app's own; nothing is deployed."""
    app, asked = granted(app_id, None), decode(FileRequest)
    revision = state().services.editing.save_file(app, asked.path, asked.text, asked.revision, actor())
    return answer(Revision(revision=revision))


@bp.delete("/files/content")
@describe(query=PathQuery, answers={204: None}, errors=(400, 404, 409))
def delete_file(app_id: str) -> Response:
    """Remove a file, or an empty directory, of the app's own."""
    app = granted(app_id, None)
    state().services.editing.remove_file(app, decode_query(PathQuery).path, actor())
    return no_content()


@bp.post("/files/directory")
@describe(body=DirectoryRequest, answers={201: Entries}, errors=(400, 404, 409))
def make_directory(app_id: str) -> ResponseReturnValue:
    """Make a directory, and list it."""
    app, asked = granted(app_id, None), decode(DirectoryRequest)
    root = state().services.apps.store.project(app.name)
    tree.make_directory(root, asked.path)
    return answer(Entries(items=tree.entries(root, asked.path)), 201)
