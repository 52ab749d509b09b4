"""PocketBase's routes of backups, under /api/backups: there are none, and none can be made there yet."""

import re
from typing import Any, NoReturn

import msgspec
from flask import Blueprint, Response, request

from appos.errors import ForbiddenError, InvalidError, NotFoundError
from appos.records.fields.problems import REQUIRED, Problem, problem
from appos.records.fields.rules import check_length, check_match, first
from appos.web.bind import bind
from appos.web.describe import describe
from appos.web.state import state
from appos.web.wire import answer

bp = Blueprint("backups", __name__, url_prefix="/api/backups")

VALIDATING = "An error occurred while validating the submitted data."
LONGEST_NAME = 150
_NAME = re.compile(r"[a-z0-9_-]+\.zip")
# How ZIP files begin: with a file, with none, or as a part of several.
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """What to call the backup; "" leaves it to the server."""

    name: str = ""


class TokenQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A superuser's token for files."""

    token: str = ""


@bp.get("")
@describe(answers={200: list[dict[str, Any]]})
def index() -> Response:
    """List the backups: none."""
    return answer([])


@bp.post("")
@describe(body=Backup, answers={}, errors=(400,))
def create() -> NoReturn:
    """Refuse to make a backup."""
    name = bind(Backup()).name
    _refuse("name", first(check_length(name, 1, LONGEST_NAME), check_match(name, _NAME)))
    raise InvalidError("Failed to create backup.", code="backups_off")


@bp.post("/upload")
@describe(body=dict[str, Any], body_media=("multipart/form-data",), answers={}, errors=(400,))
def upload() -> NoReturn:
    """Refuse to take a backup."""
    file = request.files.get("file")
    if file is None:
        _refuse("file", REQUIRED)
    elif not file.stream.read(4).startswith(_ZIP):
        sentence = f'"{file.filename}" mime type must be one of: application/zip.'
        _refuse("file", problem("validation_invalid_mime_type", sentence))
    raise InvalidError("Failed to upload backup.", code="backups_off")


@bp.get("/<path:key>")
@describe(query=TokenQuery, answers={}, errors=(403, 404))
def show(key: str) -> NoReturn:
    """Say that there is no such backup, to superusers, who prove themselves by a token for files."""
    who = state().services.accounts.identify_for_file(request.args.get("token", ""))
    if who is None or not who.is_superuser:
        raise ForbiddenError("Insufficient permissions to access the resource.")
    raise NotFoundError("The requested resource wasn't found.")


@bp.delete("/<path:key>")
@describe(answers={}, errors=(400,))
def delete(key: str) -> NoReturn:
    """Say that there is no such backup."""
    message = f"Invalid or already deleted backup file. Raw error: \nThere is no backup {key!r}."
    raise InvalidError(message, code="no_backup")


@bp.post("/<path:key>/restore")
@describe(answers={}, errors=(400,))
def restore(key: str) -> NoReturn:
    """Say that there is no such backup."""
    raise InvalidError("Missing or invalid backup file.", code="no_backup")


def _refuse(name: str, found: Problem | None) -> None:
    if found is not None:
        raise InvalidError(VALIDATING, code="validation_failed", fields={name: found})
