"""Rich text."""

from collections.abc import Mapping
from typing import Any

import msgspec

from appos.records.fields.base import Field, OptionsContext, ValueContext
from appos.records.fields.cast import as_text
from appos.records.fields.problems import Problem, problem
from appos.records.fields.rules import check_size, required, stated

DEFAULT_MOST_BYTES = 5 << 20


class EditorField(Field, frozen=True, kw_only=True, tag="editor"):
    """HTML of at most `max_size` bytes (0: 5 MiB); `convert_urls` is for the panel's editor alone."""

    max_size: int = 0
    convert_urls: bool = msgspec.field(name="convertURLs", default=False)
    required: bool = False

    @property
    def most_bytes(self) -> int:
        """Return how large a value may be."""
        return self.max_size if self.max_size > 0 else DEFAULT_MOST_BYTES

    @property
    def body_bytes(self) -> int:
        """Return by how much the field raises what a body of a record may hold: by a value."""
        return self.most_bytes

    def cast(self, raw: Any) -> str:
        """Return text as it is, and numbers and truths as text."""
        return as_text(raw)

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Demand a value if one is required, and one that is not too large."""
        if self.required and not value:
            return required(value)
        most = self.most_bytes
        if len(value.encode()) > most:
            return problem(
                "validation_content_size_limit",
                f"The maximum allowed content size is {most} bytes.",
                maxSize=most,
            )
        return None

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the limit."""
        return stated({**super().check_options(context), "maxSize": check_size(self.max_size)})
