"""The errors of AppOS, one tree:

    AppOSError
    ├── ConfigError             the environment or the data directory does not allow a start
    ├── InvalidError            the input is malformed or breaks a rule
    ├── UnauthenticatedError    nobody, or nobody valid, is signed in
    ├── ForbiddenError          somebody is, and may not
    ├── NotFoundError           the thing named does not exist, or not for this caller
    ├── ConflictError           the state of things forbids it
    ├── TooLargeError           the input is larger than the limit
    ├── TooManyRequestsError    the caller has to wait
    ├── StoreError              the database cannot be read or written
    ├── RemoteError             another server refused or failed
    └── EngineError             Docker refused or failed
        └── EngineUnavailableError   Docker does not answer

A kind knows nothing of HTTP. What exactly happened is the error's `code`, which is public and stable; its
message is a plain sentence that says what to do next and holds no secret.
"""

from collections.abc import Mapping

FieldErrors = Mapping[str, Mapping[str, object]]


class AppOSError(Exception):
    """Base of all errors that AppOS raises on purpose.

    `fields` maps the path of an input value to `{"code": ..., "message": ...}`.
    """

    default_code = "error"

    def __init__(self, message: str, *, code: str | None = None, fields: FieldErrors | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.fields: FieldErrors = fields or {}


class ConfigError(AppOSError):
    """The environment or the data directory does not allow a start."""

    default_code = "config_invalid"


class InvalidError(AppOSError):
    """The input is malformed or breaks a rule."""

    default_code = "invalid"


class UnauthenticatedError(AppOSError):
    """Nobody, or nobody valid, is signed in."""

    default_code = "unauthenticated"


class ForbiddenError(AppOSError):
    """The caller is known and may not do this."""

    default_code = "forbidden"


class NotFoundError(AppOSError):
    """The thing named does not exist, or not for this caller."""

    default_code = "not_found"


class ConflictError(AppOSError):
    """The state of things forbids it."""

    default_code = "conflict"


class TooLargeError(AppOSError):
    """The input is larger than the limit."""

    default_code = "too_large"


class TooManyRequestsError(AppOSError):
    """The caller has to wait `retry_after_seconds`; 0: for a time that is not told."""

    default_code = "too_many_requests"

    def __init__(self, message: str, *, retry_after_seconds: int = 60) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class StoreError(AppOSError):
    """The database cannot be read or written."""

    default_code = "store_failed"


class RemoteError(AppOSError):
    """Another server, such as that of a repository, refused or failed."""

    default_code = "remote_failed"


class EngineError(AppOSError):
    """Docker refused or failed."""

    default_code = "engine_failed"


class EngineUnavailableError(EngineError):
    """Docker does not answer."""

    default_code = "engine_unavailable"
