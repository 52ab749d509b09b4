"""Names as they may stand in the path of a question: none leads to another thing than the one meant."""

import re

from appos.errors import InvalidError, NotFoundError

# What the engine takes for containers, volumes and networks, in whatever way these were made.
_NAME = re.compile(r"[^\s/?#%\\]{1,255}")
# Source: distribution's reference grammar, and the ids of images.
_REFERENCE = re.compile(r"(?!.*(^|/)\.{1,2}(/|$))[A-Za-z0-9][\w.\-:/@+]{0,511}", re.ASCII)


def named(name: str, noun: str) -> str:
    """Return the name or id of a container, volume or network.

    Raises:
        NotFoundError: there can be none of that name (`…_not_found`).
    """
    if name in (".", "..") or not _NAME.fullmatch(name):
        raise NotFoundError(f"There is no {noun} {name!r}.", code=f"{noun}_not_found")
    return name


def reference(ref: str) -> str:
    """Return the reference or id of an image.

    Raises:
        InvalidError: it is none (`engine_invalid`).
    """
    if not _REFERENCE.fullmatch(ref):
        raise InvalidError(
            f"{ref!r} is no reference of an image; write it as registry.example.com/name:tag.",
            code="engine_invalid",
        )
    return ref


def repository_and_tag(ref: str) -> tuple[str, str]:
    """Take a reference apart: the tag is `latest` by default, and may be a digest."""
    repository, at, digest = ref.partition("@")
    if at:
        return repository, digest
    head, colon, tag = ref.rpartition(":")
    return (head, tag) if colon and "/" not in tag else (ref, "latest")
