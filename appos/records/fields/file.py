"""Files of records, of which the names are kept."""

import re
from collections.abc import Mapping
from typing import Any

from appos.records.fields.base import OptionsContext, ValueContext
from appos.records.fields.cast import as_texts
from appos.records.fields.lists import ListField
from appos.records.fields.problems import REQUIRED, Problem, problem
from appos.records.fields.rules import check_length, check_match, check_not_in, check_size, stated
from appos.records.files.sniff import matches
from appos.records.uploads import Upload
from appos.store.gotext import quote

DEFAULT_MOST_BYTES = 5 << 20
MOST_NAME_BYTES = 150
MOST_SHOWN_BYTES = 250
_NAME = re.compile(r"[^./\\][^/\\]+", re.DOTALL)
# A width and a height in pixels, of which one may be 0 for as it comes, and which part is kept.
_THUMB = re.compile(r"\d+x\d+[tbf]?", re.ASCII)
_NO_THUMBS = frozenset({"0x0", "0x0t", "0x0b", "0x0f"})


class FileField(ListField, frozen=True, kw_only=True, tag="file"):
    """The name of a file, or up to `max_select` names; a file that is new is an Upload until it is stored."""

    max_size: int = 0
    mime_types: tuple[str, ...] | None = None
    thumbs: tuple[str, ...] | None = None
    protected: bool = False
    required: bool = False

    @property
    def most_bytes(self) -> int:
        """Return how large one file may be."""
        return self.max_size if self.max_size > 0 else DEFAULT_MOST_BYTES

    @property
    def body_bytes(self) -> int:
        """Return by how much the field raises what a body of a record may hold: by all of its files."""
        return self.most_bytes * max(self.max_select, 1)

    def items(self, raw: Any) -> list[Any]:
        """Return the names and the new files of a raw or cast value."""
        match raw:
            case Upload():
                return [raw]
            case list() | tuple():
                parts = [self.items(item) for item in raw]
                return [part[0] for part in parts if len(part) == 1]
        return as_texts(raw)

    def name_of(self, item: Any) -> str:
        """Return the name under which a file is stored."""
        return item.name if isinstance(item, Upload) else str(item)

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with the files; names that the stored record lacks name nothing."""
        files = self.items(value)
        if not files:
            return REQUIRED if self.required else None
        uploads = (self._check_upload(file) for file in files if isinstance(file, Upload))
        return (
            self._check_names(files, context)
            or self._check_count(len(files))
            or next((found for found in uploads if found), None)
        )

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the limits and the sizes of thumbs."""
        return stated(
            {
                **super().check_options(context),
                "maxSelect": check_size(self.max_select),
                "maxSize": check_size(self.max_size),
                "thumbs": _check_thumbs(self.thumbs or ()),
            }
        )

    def _check_names(self, files: list[Any], context: ValueContext) -> Problem | None:
        stored = {self.name_of(file) for file in self.items(context.original)}
        unknown = [file for file in files if isinstance(file, str) and file not in stored]
        if not unknown:
            return None
        shown = [name.encode()[:MOST_SHOWN_BYTES].decode(errors="replace") for name in unknown]
        return problem(
            "validation_invalid_file", f"Invalid new files: [{' '.join(shown)}].", invalidFiles=shown
        )

    def _check_count(self, count: int) -> Problem | None:
        most = max(self.max_select, 1)
        if count <= most:
            return None
        return problem("validation_too_many_files", f"The maximum allowed files is {most}.", maxSelect=most)

    def _check_upload(self, upload: Upload) -> Problem | None:
        return (
            check_length(upload.name, 1, MOST_NAME_BYTES)
            or check_match(upload.name, _NAME)
            or self._check_size(upload)
            or self._check_media_type(upload)
        )

    def _check_size(self, upload: Upload) -> Problem | None:
        most = self.most_bytes
        if upload.size_bytes <= most:
            return None
        name = upload.original_name
        return problem(
            "validation_file_size_limit",
            f"Failed to upload {name} - the maximum allowed file size is {most} bytes.",
            file=name,
            maxSize=most,
        )

    def _check_media_type(self, upload: Upload) -> Problem | None:
        allowed = self.mime_types or ()
        if not allowed or matches(upload.media_type, allowed):
            return None
        return problem(
            "validation_invalid_mime_type",
            f"{quote(upload.name)} mime type must be one of: {', '.join(allowed)}.",
        )


def _check_thumbs(thumbs: tuple[str, ...]) -> Problem | None:
    found = {
        str(index): check_not_in(size, _NO_THUMBS) or check_match(size, _THUMB)
        for index, size in enumerate(thumbs)
    }
    return stated(found) or None
