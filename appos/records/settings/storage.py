"""The test of a storage elsewhere. Source: PocketBase 0.36, `POST /api/settings/test/s3`."""

from typing import NoReturn

from appos.errors import InvalidError
from appos.records.fields.rules import first, required, stated
from appos.records.settings.validate import check_in

FAILED = "Failed to test the S3 filesystem."


def check_storage(filesystem: str) -> NoReturn:
    """Refuse to test a storage, for AppOS has none but its own disk.

    Raises:
        InvalidError: `validation_failed` for a name that is none, else `storage_off`.
    """
    named = first(required(filesystem), check_in(filesystem, ("storage", "backups")))
    if named:
        raise InvalidError(FAILED, code="validation_failed", fields=stated({"filesystem": named}))
    raise InvalidError(f"{FAILED} Raw error: \nS3 storage filesystem is not enabled.", code="storage_off")
