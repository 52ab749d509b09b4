"""Requests read as Go's net/http reads them, for that is what PocketBase's clients were tested against.

Source: https://pkg.go.dev/net/url#ParseQuery: a part with a semicolon or a broken escape is an error. In a
query such a part is left out; in a form it is refused.
"""

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

from appos.web.go_forms import GoFormParser

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_BROKEN = re.compile("%(?![0-9A-Fa-f]{2})")


def parse_query(text: str, *, strict: bool = False) -> list[tuple[str, str]]:
    """Return names and values of a query or a form.

    Raises:
        ValueError: with `strict`, a part cannot be read.
    """
    pairs = []
    for part in text.split("&"):
        if ";" in part or _BROKEN.search(part):
            if strict:
                raise ValueError("a part of the form has a semicolon or a broken escape")
        elif part:
            name, _, value = part.partition("=")
            pairs.append((unquote_plus(name, errors="replace"), unquote_plus(value, errors="replace")))
    return pairs


class GoRequest(Request):
    """A request whose query is read as Go does, and whose form may have to be whole."""

    form_data_parser_class = GoFormParser
    # Set before the form is read: a broken one is then a ValueError, and not what can be read of it.
    is_form_strict = False

    def __init__(
        self, environ: "WSGIEnvironment", populate_request: bool = True, shallow: bool = False
    ) -> None:
        super().__init__(environ, populate_request, shallow)
        # Werkzeug has it in capitals; to Go, `get` is no GET.
        self.method = environ.get("REQUEST_METHOD", "GET")

    @cached_property
    def args(self) -> ImmutableMultiDict[str, str]:
        """The query's names and values."""
        return ImmutableMultiDict(parse_query(self.query_string.decode("latin-1")))

    def make_form_data_parser(self) -> FormDataParser:
        """Return the parser of forms."""
        parser = super().make_form_data_parser()
        parser.silent = not self.is_form_strict
        return parser
