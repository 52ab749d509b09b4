"""What an engine says when it refuses, as errors of ours."""

from appos.engine.docker.names import repository_and_tag
from appos.errors import AppOSError, ConflictError, EngineError, InvalidError, NotFoundError

# Whatever was asked for, the engine's words say what it did not find.
_MISSING = (
    ("no such container", "container"),
    ("no such image", "image"),
    ("no such volume", "volume"),
    ("no such exec", "exec"),
)
_IN_USE = ("in use", "is using", "is being used", "has active endpoints")
# Engines answer some of these with 500 or 403.
_CONFLICTS = (
    *_IN_USE,
    "is already paused",
    "is not paused",
    "is not running",
    "is not connected to",
    "already exists in network",
    "pre-defined network",
    "not permitted on predefined",
)
_LIMITED = ("toomanyrequests", "too many requests")
_DENIED = (
    "unauthorized",
    "access denied",
    "access to the resource is denied",
    "access forbidden",
    "authentication required",
    "no basic auth credentials",
    "incorrect username or password",
)
_UNKNOWN = (
    "manifest unknown",
    "name unknown",
    "no matching manifest",
    "not found",
    "does not match the specified",
)
_UNREACHABLE = (
    "dial tcp",
    "no such host",
    "connection refused",
    "connection reset",
    "i/o timeout",
    "client.timeout",
    "deadline exceeded",
    "awaiting headers",
    "x509: ",
    "tls: ",
    "tls handshake",
    "server gave http response",
    "unexpected http status: 5",
    "unexpected eof",
    ": eof",
)


def refused(status: int, said: str, noun: str = "") -> AppOSError:
    """Make an error of an answer's status and the engine's words; `noun` is what was asked about."""
    words = said.lower()
    if status == 404:
        noun = next((one for fragment, one in _MISSING if fragment in words), noun)
        if noun:
            return NotFoundError(f"Docker does not find that: {said}.", code=f"{noun}_not_found")
    if status in (403, 409) or _has(words, _CONFLICTS):
        # A name that is "already in use" is taken; the thing itself is not used.
        code = "in_use" if _has(words.replace("already in use", ""), _IN_USE) else "conflict"
        return ConflictError(f"Docker cannot do that now: {said}.", code=code)
    if status == 400:
        return InvalidError(f"Docker cannot read that: {said}.", code="engine_invalid")
    return EngineError(f"Docker refused: {said}.")


def registry_refused(status: int, said: str, ref: str) -> AppOSError:
    """Make an error of an answer about a registry, which the engine has asked for `ref`.

    The engine hands on what a registry said as text; its own status says little.
    """
    # An image may have any of the words in its name.
    words = said.lower().replace(repository_and_tag(ref)[0].lower(), "")
    if _has(words, _LIMITED):
        return EngineError(
            f"The registry has been asked too often for {ref}; sign in, or wait and ask again: {said}.",
            code="registry_denied",
        )
    if status in (401, 403) or _has(words, _DENIED):
        return EngineError(
            f"The registry does not give {ref}: it is not there, or needs other credentials: {said}.",
            code="registry_denied",
        )
    if _has(words, _UNREACHABLE):
        return EngineError(f"The registry of {ref} cannot be reached: {said}.", code="registry_unreachable")
    if status == 404 or _has(words, _UNKNOWN):
        return NotFoundError(f"The registry has no image {ref}: {said}.", code="image_not_found")
    return refused(status, said, "image")


def is_of_another_version(status: int, said: str) -> bool:
    """Whether the engine speaks other versions of its API than it did: another one was started there."""
    return status == 400 and "client version" in said and ("too new" in said or "too old" in said)


def _has(words: str, fragments: tuple[str, ...]) -> bool:
    return any(fragment in words for fragment in fragments)
