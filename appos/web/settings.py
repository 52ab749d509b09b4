"""PocketBase's routes of settings, under /api/settings."""

import msgspec
from flask import Blueprint, Response

from appos.accounts.apple import AppleKey, client_secret
from appos.records.settings.models import Settings
from appos.records.settings.storage import check_storage
from appos.web.bind import bind, binder
from appos.web.describe import describe
from appos.web.state import actor, state
from appos.web.wire import answer, no_content

bp = Blueprint("settings", __name__, url_prefix="/api/settings")


class SampleMail(msgspec.Struct, frozen=True, kw_only=True):
    """To whom to send which template, and of which collection ("": of the superusers)."""

    email: str = ""
    template: str = ""
    collection: str = ""


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored: `storage` are the files of records, `backups` the backups."""

    filesystem: str = ""


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """The secret of Apple's sign-in."""

    secret: str


@bp.get("")
@describe(answers={200: Settings})
def show() -> Response:
    """Show the settings without their secrets."""
    return answer(state().services.settings.read().shown())


@bp.patch("")
@describe(body=Settings, answers={200: Settings}, errors=(400,))
def update() -> Response:
    """Change what the body names, and show all."""
    return answer(state().services.settings.edit(binder(), actor()).shown())


@bp.post("/test/email")
@describe(body=SampleMail, answers={204: None}, errors=(400,))
def send_sample() -> Response:
    """Send a sample mail, and wait for what the mail server says."""
    asked = bind(SampleMail())
    state().services.samples.send(asked.email, asked.template, asked.collection)
    return no_content()


@bp.post("/test/s3")
@describe(body=Storage, answers={204: None}, errors=(400,))
def try_storage() -> Response:
    """Answer as PocketBase does while S3 is not enabled."""
    check_storage(bind(Storage()).filesystem)
    return no_content()


@bp.post("/apple/generate-client-secret")
@describe(body=AppleKey, answers={200: Secret}, errors=(400,))
def generate_client_secret() -> Response:
    """Check what Apple's sign-in needs, which AppOS does not offer."""
    return answer({"secret": client_secret(bind(AppleKey()))})
