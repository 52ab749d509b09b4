"""Texts as Go writes them in quotes."""

_SHORT = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    '"': r"\"",
    "\\": r"\\",
}


def quote(text: str) -> str:
    """Return a text in quotes, with what cannot be printed escaped.

    Source: Go's strconv.Quote, whose escapes are not all JSON's.
    """
    return f'"{"".join(_SHORT.get(character) or _escaped(character) for character in text)}"'


def quote_character(character: str) -> str:
    """Return one character in single quotes, with what cannot be printed escaped.

    Source: Go's strconv.QuoteRune.
    """
    if character in "'\"":
        return f"'{character}'" if character == '"' else r"'\''"
    return f"'{_SHORT.get(character) or _escaped(character)}'"


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
