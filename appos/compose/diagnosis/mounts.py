"""Entries of `volumes`: those that cannot be read, and those that Compose reads otherwise than they look.

Source: Compose Specification, "volumes", and Compose's reading of the short form.
"""

import re

import msgspec

from appos.compose.diagnosis.about import as_written
from appos.compose.diagnosis.subject import Subject, value
from appos.compose.diagnosis.words import without_value
from appos.compose.nodes import MapNode, ScalarNode, items

_EXAMPLE = '`"data:/var/lib/data"` or `"./data:/var/lib/data"`'
_DRIVE = re.compile(r"[^\W\d_]:")
_OPTIONS = frozenset(
    ("ro", "rw", "nocopy", "z", "Z", "private", "rprivate", "shared", "rshared", "slave", "rslave")
)


class BadMountError(Exception):
    """An entry that cannot be read; its text says why."""


class ShortMount(msgspec.Struct, frozen=True):
    """What the short form means: `source` is "" for an anonymous volume."""

    source: str
    target: str
    options: tuple[str, ...] = ()

    @property
    def is_bind(self) -> bool:
        """Tell whether the source is a path of the host."""
        return self.source[:1] in (".", "/", "~") or self.has_drive or self.source.startswith("\\\\")

    @property
    def has_drive(self) -> bool:
        """Tell whether Compose takes the beginning for a drive of Windows."""
        return _DRIVE.match(self.source or self.target) is not None


def short(spec: str) -> ShortMount:
    """Read the short form, `[SOURCE:]TARGET[:OPTIONS]`.

    Raises:
        BadMountError: Compose cannot read it.
    """
    if not spec:
        raise BadMountError("it is empty")
    if len(spec) <= 2:
        return ShortMount("", spec)
    sections = _sections(spec)
    if any(not section for section in sections):
        raise BadMountError("nothing stands before, between or after the `:`")
    if len(sections) > 3:
        raise BadMountError("it has too many `:`")
    if len(sections) == 1:
        return ShortMount("", sections[0])
    options = tuple(sections[2].split(",")) if len(sections) == 3 else ()
    return ShortMount(sections[0], sections[1], options)


def _sections(spec: str) -> list[str]:
    """Split at every `:` but that of a drive: one that follows a single letter."""
    sections = [""]
    for character in spec:
        if character == ":" and not (len(sections[-1]) == 1 and sections[-1].isalpha()):
            sections.append("")
        else:
            sections[-1] += character
    return sections


def check_mounts(subject: Subject) -> None:
    """Look at the volumes of all services."""
    for name, service in subject.services.items():
        for number, item in enumerate(items(service.entries.get("volumes"))):
            if isinstance(item, MapNode) and "type" in item.entries:
                _check_long(subject, name, number, item)
            elif isinstance(item, ScalarNode) and isinstance(item.value, str):
                _check_short(subject, name, number, item, item.value)


def _check_short(subject: Subject, service: str, number: int, item: ScalarNode, spec: str) -> None:
    path = ("services", service, "volumes", number)
    try:
        mount = short(spec)
    except BadMountError as error:
        unset = without_value(item.text, subject.variables)
        subject.error(
            "volume_invalid",
            f"{as_written(item)} cannot be read as a volume: {error}"
            + (f", for {unset} has no value." if unset else "."),
            f"Give {unset} a value in the file `.env`." if unset else f"Write it like {_EXAMPLE}.",
            *path,
        )
        return
    if mount.has_drive:
        subject.warning(
            "volume_drive_letter",
            f"In {as_written(item)}, Compose takes the single letter before the `:` for a drive of Windows, "
            "and mounts something else than it looks like.",
            "Give the volume a name of at least two letters, or begin a path with `./` or `/`.",
            *path,
        )
        return
    if mount.target[:1] not in ("/", "$", "\\"):
        subject.warning(
            "volume_target_relative",
            f"In {as_written(item)}, the path in the container does not begin with `/`.",
            f"Write the whole path, as in {_EXAMPLE}.",
            *path,
        )
    unknown = [option for option in mount.options if option not in _OPTIONS]
    if unknown:
        subject.warning(
            "volume_option_unknown",
            f"Compose leaves out what stands at the end of {as_written(item)}: it is no option of a volume.",
            "Write `:ro` for read-only, or take it out.",
            *path,
        )


def _check_long(subject: Subject, service: str, number: int, item: MapNode) -> None:
    path = ("services", service, "volumes", number)
    if not isinstance(value(item, "target"), str):
        subject.error(
            "key_missing",
            "The entry does not say where in the container it is mounted.",
            "Add `target:` with a path, such as `/var/lib/data`.",
            *path,
        )
    if value(item, "type") == "bind" and not value(item, "source"):
        subject.error(
            "key_missing",
            "The entry does not say which directory of the host is mounted.",
            "Add `source:` with a path, such as `./data`.",
            *path,
        )
