"""PocketBase's route of many requests in one, which is switched off."""

from typing import NoReturn

from flask import Blueprint

from appos.errors import ForbiddenError
from appos.web.describe import describe

bp = Blueprint("batch", __name__, url_prefix="/api/batch")


@bp.post("")
@describe(answers={}, errors=(403,))
def create() -> NoReturn:
    """Refuse, as PocketBase does while the settings enable no batches."""
    raise ForbiddenError("Batch requests are not allowed.", code="batch_off")
