"""Parameters of a media type or a disposition, read as Go reads them, for they name the parts of forms.

Source: https://pkg.go.dev/mime#ParseMediaType and mime/multipart, and with them PocketBase 0.36.2.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

_TOKEN = r"[!#$%&'*+.^_`{|}~0-9A-Za-z-]+"  # noqa: S105 - the grammar of one
_SPECIAL = r'()<>@,;:\\"/\[\]?='
# Every text is matched in one way only, so that none takes long.
_QUOTED = rf'"(?:\\[{_SPECIAL}]|\\(?![{_SPECIAL}])|[^"\\\r\n])*"'
_PARAMETER = re.compile(rf"\s*;\s*({_TOKEN})\s*=\s*({_TOKEN}|{_QUOTED})")
_KIND = re.compile(rf"\s*({_TOKEN}(?:/{_TOKEN})?)\s*(?=;|$)")
_END = re.compile(r"\s*;?\s*$")
_ESCAPED = re.compile(rf"\\([{_SPECIAL}])")
_BROKEN = re.compile("%(?![0-9A-Fa-f]{2})")
_CHARSETS = frozenset({"us-ascii", "utf-8"})


def names_of_part(disposition: str) -> tuple[str, str]:
    """Return the name of a form's part and that of its file, each "" if it has none.

    Bytes that are no UTF-8 are surrogates here, as with `surrogateescape`.
    """
    try:
        kind, parameters = _parsed(disposition)
    except ValueError:
        return "", ""
    return (parameters.get("name", "") if kind == "form-data" else ""), parameters.get("filename", "")


def _parsed(text: str) -> tuple[str, dict[str, str]]:
    """Return what comes first, in small letters, and the parameters by their names in small letters.

    Raises:
        ValueError: the text cannot be read to its end, or gives a parameter two values.
    """
    begun = _KIND.match(text)
    if begun is None:
        raise ValueError("no media type")
    pieces: dict[str, str] = {}
    for name, value in _parameters(text, begun.end()):
        if pieces.setdefault(name, value) != value:
            raise ValueError(f"{name} twice")
    in_pieces = {name.partition("*")[0] for name in pieces if "*" in name}
    joined = {name: _joined(name, pieces) for name in in_pieces}
    plain = {name: value for name, value in pieces.items() if "*" not in name}
    return begun[1].lower(), plain | {name: value for name, value in joined.items() if value is not None}


def _parameters(text: str, start: int) -> Iterator[tuple[str, str]]:
    while not _END.match(text, start):
        found = _PARAMETER.match(text, start)
        if found is None:
            raise ValueError("no parameter")
        value = found[2]
        yield found[1].lower(), _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value
        start = found.end()


def _joined(name: str, pieces: dict[str, str]) -> str | None:
    """Return the value that stands in pieces (`name*0`) or names its charset (`name*`), if it can be read.

    Source: RFC 2231.
    """
    if f"{name}*" in pieces:
        return _decoded(pieces[f"{name}*"])
    values: list[str] = []
    while True:
        number = len(values)
        if (plain := pieces.get(f"{name}*{number}")) is not None:
            values.append(plain)
        elif (escaped := pieces.get(f"{name}*{number}*")) is not None:
            values.append((_unescaped(escaped) if number else _decoded(escaped)) or "")
        else:
            return "".join(values) if values else None


def _decoded(text: str) -> str | None:
    charset, *rest = text.split("'", 2)
    return _unescaped(rest[1]) if len(rest) == 2 and charset.lower() in _CHARSETS else None


def _unescaped(text: str) -> str | None:
    if _BROKEN.search(text):
        return None
    return unquote_to_bytes(text.encode(errors="surrogateescape")).decode(errors="surrogateescape")
